//! Where the statements that a step rests on stand.

use super::verify::{Caller, Verifier};
use crate::analysis::identity::evaluate::{Decision, LayerKind};
use crate::model::{Effect, ResourceRef, StatementRef};

impl Verifier<'_> {
    /// The statements that allow, by places that are in the model.
    pub fn statements(&self, caller: &Caller<'_>, decision: &Decision) -> Vec<StatementRef> {
        let mut found: Vec<StatementRef> = Vec::new();
        let of = |layer: LayerKind| {
            let all = decision.statements.iter();
            all.filter(move |one| one.effect == Effect::Allow && one.layer == layer)
        };
        // The caller's own first.
        for deciding in of(LayerKind::Identity).chain(of(LayerKind::Resource)) {
            let Some(mut place) = deciding.reference() else { continue };
            // One of AWS's policies stands nowhere; its name does, at whoever
            // has it of the caller and its groups.
            if let Some(rest) = place.path.strip_prefix("/attached_policies/") {
                let attached = rest.split('/').next().unwrap_or_default();
                place.path = format!("/attached_policies/{attached}");
                place = self.attached(caller, &place).unwrap_or(place);
            }
            if !found.contains(&place) {
                found.push(place);
            }
        }
        found
    }

    /// Where the caller, or a group of its, has the policy that stands at a
    /// place.
    fn attached(&self, caller: &Caller<'_>, place: &StatementRef) -> Option<StatementRef> {
        let model = self.model();
        let lists = |collection: &str, id: &str| -> Option<&Vec<String>> {
            match collection {
                "iam_users" => model.iam_users.get(id).map(|found| &found.attached_policies),
                "iam_roles" => model.iam_roles.get(id).map(|found| &found.attached_policies),
                "iam_groups" => model.iam_groups.get(id).map(|found| &found.attached_policies),
                _ => None,
            }
        };
        let index: usize = place.path.strip_prefix("/attached_policies/")?.parse().ok()?;
        let name = lists(&place.collection, &place.id)?.get(index)?;
        let own = &caller.node.reference;
        let mut holders = vec![own.clone()];
        if let Some(user) = model.iam_users.get(&own.id).filter(|_| own.collection == "iam_users") {
            holders.extend(user.groups.iter().map(|id| ResourceRef::new("iam_groups", id)));
        }
        holders.into_iter().find_map(|holder| {
            let at = lists(&holder.collection, &holder.id)?.iter().position(|one| one == name)?;
            Some(StatementRef {
                collection: holder.collection,
                id: holder.id,
                path: format!("/attached_policies/{at}"),
            })
        })
    }
}
