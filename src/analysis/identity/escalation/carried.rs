//! The policies that a user or role carries, also through groups.

use crate::model::{Model, ResourceRef};

/// The managed policies that a principal carries: keys and ARNs.
pub(super) fn carried<'m>(model: &'m Model, principal: &ResourceRef) -> Vec<&'m str> {
    let lists: Vec<&[String]> = match principal.collection.as_str() {
        "iam_roles" => {
            let role = model.iam_roles.get(&principal.id);
            role.map(|role| role.attached_policies.as_slice()).into_iter().collect()
        }
        "iam_users" => {
            let Some(user) = model.iam_users.get(&principal.id) else { return Vec::new() };
            let groups = user.groups.iter().filter_map(|group| model.iam_groups.get(group));
            let of_groups = groups.map(|group| group.attached_policies.as_slice());
            std::iter::once(user.attached_policies.as_slice()).chain(of_groups).collect()
        }
        _ => Vec::new(),
    };
    lists.into_iter().flatten().map(String::as_str).collect()
}
