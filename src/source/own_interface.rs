//! Instances that are made with a network interface of its own resource: they
//! have that one's subnet and security groups.

use crate::model::gap::covers;
use crate::model::{Gap, Instance, Reason, Resource as _, Snapshot};

/// What an instance has from its interface.
const PATHS: [&str; 2] = ["/subnet_id", "/security_group_ids"];

/// Gives an instance what its interface has; where that one is not known, why.
pub fn take(instance: &str, interface: Result<String, Reason>, snapshot: &mut Snapshot) {
    let Some(holder) = snapshot.model.instances.get(instance) else { return };
    let (account, region) = (holder.account.clone(), holder.region.clone());
    snapshot.gaps.retain(|gap| {
        !(gap.collection == "instances"
            && gap.id.as_deref() == Some(instance)
            && PATHS.iter().any(|path| covers(path, &gap.path)))
    });
    let found = interface.map(|id| snapshot.model.network_interfaces.get(&id).cloned());
    let open: Vec<(String, Reason)> = match &found {
        Ok(Some(interface)) => snapshot
            .gaps_of("network_interfaces", Some(interface.id()))
            .filter(|gap| PATHS.iter().any(|path| gap.touches(path)))
            .map(|gap| (gap.path.clone(), gap.reason.clone()))
            .collect(),
        Ok(None) => Vec::new(),
        Err(reason) => PATHS.map(|path| (path.to_owned(), reason.clone())).to_vec(),
    };
    snapshot.gaps.extend(open.into_iter().map(|(path, reason)| Gap {
        collection: "instances".to_owned(),
        id: Some(instance.to_owned()),
        path,
        account: account.clone(),
        region: region.clone(),
        reason,
    }));
    if let (Ok(Some(interface)), Some(Instance { subnet_id, security_group_ids, .. })) =
        (found, snapshot.model.instances.get_mut(instance))
    {
        *subnet_id = interface.subnet_id;
        *security_group_ids = interface.security_group_ids;
    }
}
