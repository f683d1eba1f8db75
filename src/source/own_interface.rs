//! Instances that are made with network interfaces of their own resources: they
//! have the first one's subnet and security groups.

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
    if let (Ok(Some(interface)), Some(holder)) = (found, snapshot.model.instances.get_mut(instance))
    {
        let Instance { subnet_id, security_group_ids, associate_public_ip_address, .. } = holder;
        *subnet_id = interface.subnet_id;
        *security_group_ids = interface.security_group_ids;
        // Only an interface that is made with the instance is given an address.
        associate_public_ip_address.get_or_insert(false);
    }
}

/// Notes that an interface is attached to an instance; where the interface is
/// not known, that the instance may have its address.
pub fn attach(instance: &str, interface: Result<String, Reason>, snapshot: &mut Snapshot) {
    let held = interface.map(|id| snapshot.model.network_interfaces.get_mut(&id));
    let reason = match held {
        Ok(Some(interface)) => {
            interface.instance_id = Some(instance.to_owned());
            return;
        }
        Ok(None) => return,
        Err(reason) => reason,
    };
    let Some(holder) = snapshot.model.instances.get(instance) else { return };
    snapshot.gaps.insert(Gap {
        collection: "instances".to_owned(),
        id: Some(instance.to_owned()),
        path: "/public_ip_address".to_owned(),
        account: holder.account.clone(),
        region: holder.region.clone(),
        reason,
    });
}
