//! The statements and policies that a user or role carries, also through
//! groups.

use crate::analysis::identity::{catalogue, statement};
use crate::model::{Effect, InlinePolicy, Model, PolicyDocument, ResourceRef, Statement};

/// The lists of policies of a principal and its groups: inline, attached.
fn lists<'a>(model: &'a Model, principal: &ResourceRef) -> Vec<(&'a [InlinePolicy], &'a [String])> {
    match principal.collection.as_str() {
        "iam_roles" => model
            .iam_roles
            .get(&principal.id)
            .map(|role| (role.inline_policies.as_slice(), role.attached_policies.as_slice()))
            .into_iter()
            .collect(),
        "iam_users" => {
            let Some(user) = model.iam_users.get(&principal.id) else { return Vec::new() };
            let groups = user.groups.iter().filter_map(|group| model.iam_groups.get(group));
            let of_groups = groups.map(|group| {
                (group.inline_policies.as_slice(), group.attached_policies.as_slice())
            });
            let own = (user.inline_policies.as_slice(), user.attached_policies.as_slice());
            std::iter::once(own).chain(of_groups).collect()
        }
        _ => Vec::new(),
    }
}

/// The managed policies that a principal carries: keys and ARNs.
pub(super) fn carried(model: &Model, principal: &ResourceRef) -> Vec<String> {
    lists(model, principal).into_iter().flat_map(|(_, attached)| attached.to_vec()).collect()
}

/// The Allow statements of a principal about an action.
pub(super) fn allowing(model: &Model, principal: &ResourceRef, action: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut add = |document: &PolicyDocument| {
        let statements = document.statements.iter();
        found.extend(
            statements
                .filter(|found| found.effect == Effect::Allow)
                .filter(|found| statement::covers_action(found, action))
                .cloned(),
        );
    };
    for (inline, attached) in lists(model, principal) {
        inline.iter().for_each(|policy| add(&policy.document));
        for name in attached {
            match model.iam_policies.get(name) {
                Some(policy) => policy.document.iter().for_each(&mut add),
                None => catalogue::managed_policy(name)
                    .filter(|_| name.contains(':'))
                    .iter()
                    .for_each(&mut add),
            }
        }
    }
    found
}
