//! The principals and resources of a model, with the policies that apply to
//! each, compiled once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

mod objects;

pub use objects::{Object, delegating_policy, not_held};

use super::catalogue;
use super::evaluate::{
    Layer, OWN_ACCOUNT, Place, Policy, PolicySet, Principal, PrincipalKind, Shared,
};
use crate::model::{
    Collected, Gap, IamRole, IamUser, Model, PolicyDocument, Reason, ResourceRef, Snapshot,
    StatementRef,
};

/// The principals and resources of a model, ready to be asked about.
#[derive(Debug)]
pub struct Subjects<'a> {
    model: &'a Model,
    gaps: HashMap<(&'a str, &'a str), Vec<&'a Gap>>,
    /// Managed policies by key.
    managed: HashMap<&'a str, Shared>,
    /// AWS's own managed policies by ARN.
    aws_managed: HashMap<&'a str, Shared>,
    /// Groups' policies by key.
    groups: HashMap<&'a str, Layer>,
    /// By account: service control policies, resource control policies.
    organizations: HashMap<String, Organization>,
    management_accounts: Vec<String>,
}

/// What an organization says of one of its accounts.
#[derive(Debug, Clone, Default)]
struct Organization {
    service_control: Option<Vec<Layer>>,
    resource_control: Option<Vec<Layer>>,
}

impl<'a> Subjects<'a> {
    /// Compiles what several principals share.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let model = &snapshot.model;
        let mut gaps: HashMap<(&str, &str), Vec<&Gap>> = HashMap::new();
        for gap in &snapshot.gaps {
            let id = gap.id.as_deref().unwrap_or_default();
            gaps.entry((gap.collection.as_str(), id)).or_default().push(gap);
        }
        let mut found = Self {
            model,
            gaps,
            managed: HashMap::new(),
            aws_managed: aws_managed(model),
            groups: HashMap::new(),
            organizations: HashMap::new(),
            management_accounts: Vec::new(),
        };
        for (id, policy) in &model.iam_policies {
            if let Some(document) = &policy.document {
                let place = place("iam_policies", id, "/document");
                let name = format!("policy {}", policy.name.as_deref().unwrap_or(id));
                found.managed.insert(id, Arc::new(Policy::new(name, place, document)));
            }
        }
        for (id, group) in &model.iam_groups {
            let mut layer = Layer::default();
            let holder = Holder {
                collection: "iam_groups",
                id,
                inline: &group.inline_policies,
                attached: &group.attached_policies,
            };
            found.add_policies(&holder, &mut layer);
            found.groups.insert(id, layer);
        }
        for (id, account) in &model.accounts {
            let number = account.account.clone().unwrap_or_else(|| own(id));
            let levels = |levels: &Option<Vec<Vec<PolicyDocument>>>, what: &str| {
                let levels = levels.as_ref()?.iter().enumerate();
                Some(
                    levels
                        .map(|(level, documents)| {
                            Layer::of(documents.iter().enumerate().map(|(index, document)| {
                                let path = format!("/{what}/{level}/{index}");
                                let name =
                                    format!("{} {index} of level {level}", what.replace('_', " "));
                                Policy::new(name, place("accounts", id, &path), document)
                            }))
                        })
                        .collect(),
                )
            };
            found.organizations.insert(
                number,
                Organization {
                    service_control: levels(
                        &account.service_control_policies,
                        "service_control_policies",
                    ),
                    resource_control: levels(
                        &account.resource_control_policies,
                        "resource_control_policies",
                    ),
                },
            );
            found.management_accounts.extend(account.management_account_id.clone());
        }
        found
    }

    /// The user or role at a reference.
    pub fn principal(&self, reference: &ResourceRef) -> Option<Principal> {
        match reference.collection.as_str() {
            "iam_users" => self.model.iam_users.get(&reference.id).map(user),
            "iam_roles" => self.model.iam_roles.get(&reference.id).map(role),
            _ => None,
        }
    }

    /// Every user and role, then each account's root.
    pub fn principals(&self) -> Vec<(Option<ResourceRef>, Principal)> {
        let users =
            self.model.iam_users.values().map(|found| (Some(reference(found)), user(found)));
        let roles =
            self.model.iam_roles.values().map(|found| (Some(reference(found)), role(found)));
        let mut accounts: Vec<&String> = self.organizations.keys().collect();
        accounts.sort();
        let roots = accounts.into_iter().map(|account| (None, Principal::root(account, "aws")));
        users.chain(roles).chain(roots).collect()
    }

    /// The policies of a principal, without those of the resource.
    pub fn policies(&self, reference: Option<&ResourceRef>, principal: &Principal) -> PolicySet {
        let mut set = PolicySet {
            management_accounts: self.management_accounts.clone(),
            ..PolicySet::default()
        };
        if let Some(reference) = reference {
            self.add_own(reference, &mut set);
        }
        if let Some(account) = &principal.account {
            match self.organizations.get(account).and_then(|found| found.service_control.clone()) {
                Some(levels) => set.service_control = levels,
                None => set.assumptions.push(format!(
                    "no service control policy of account {account} denies it; none was given"
                )),
            }
        }
        set
    }

    fn add_own(&self, reference: &ResourceRef, set: &mut PolicySet) {
        let (holder, boundary, groups): (_, _, &[String]) = match reference.collection.as_str() {
            "iam_users" => {
                let Some(user) = self.model.iam_users.get(&reference.id) else { return };
                (Holder::user(user), &user.permissions_boundary, &user.groups)
            }
            "iam_roles" => {
                let Some(role) = self.model.iam_roles.get(&reference.id) else { return };
                (Holder::role(role), &role.permissions_boundary, &[])
            }
            "iam_groups" => {
                let Some(layer) = self.groups.get(reference.id.as_str()) else { return };
                set.identity = layer.clone();
                return;
            }
            _ => return,
        };
        self.add_policies(&holder, &mut set.identity);
        for group in groups {
            match self.groups.get(group.as_str()) {
                Some(layer) => {
                    set.identity.policies.extend(layer.policies.iter().cloned());
                    set.identity.unknown.extend(layer.unknown.iter().cloned());
                }
                None => set.identity.unknown.push(format!("group {group}, which was not given,")),
            }
        }
        if let Some(reason) = self.gap(holder.collection, holder.id, "/groups") {
            set.identity.unknown.push(format!("a group of {} ({reason})", holder.id));
        }
        let unknown = self.gap(holder.collection, holder.id, "/permissions_boundary");
        if boundary.is_some() || unknown.is_some() {
            let mut layer = Layer::default();
            if let Some(name) = boundary {
                self.add_attached(name, &holder, "/permissions_boundary", &mut layer);
            } else if let Some(reason) = unknown {
                layer.unknown.push(format!("the permissions boundary of {} ({reason})", holder.id));
            }
            set.boundary = Some(layer);
        }
    }

    fn add_policies(&self, holder: &Holder<'_>, layer: &mut Layer) {
        for (index, policy) in holder.inline.iter().enumerate() {
            let path = format!("/inline_policies/{index}/document");
            let name = match &policy.name {
                Some(name) => format!("inline policy {name} of {}", holder.id),
                None => format!("inline policy {} of {}", index + 1, holder.id),
            };
            let place = place(holder.collection, holder.id, &path);
            layer.policies.push(Arc::new(Policy::new(name, place, &policy.document)));
        }
        for (index, name) in holder.attached.iter().enumerate() {
            self.add_attached(name, holder, &format!("/attached_policies/{index}"), layer);
        }
        for path in ["/inline_policies", "/attached_policies"] {
            if let Some(reason) = self.gap(holder.collection, holder.id, path) {
                layer.unknown.push(format!(
                    "a policy of {} that is not known in full ({reason})",
                    holder.id
                ));
            }
        }
    }

    fn add_attached(&self, name: &str, holder: &Holder<'_>, path: &str, layer: &mut Layer) {
        if self.model.iam_policies.contains_key(name) {
            layer.policies.extend(self.managed.get(name).cloned());
            if let Some(reason) = self.gap("iam_policies", name, "/document") {
                layer.unknown.push(format!("policy {name} ({reason})"));
            }
            return;
        }
        let place = place(holder.collection, holder.id, path);
        match self.aws_managed.get(name) {
            Some(policy) => layer.policies.push(Arc::new(policy.at(place))),
            None => layer.unknown.push(format!("policy {name}, which was not given,")),
        }
    }

    /// Why what stands at `path` of a resource is not known.
    pub fn reason(&self, resource: &ResourceRef, path: &str) -> Option<&Reason> {
        self.open(&resource.collection, &resource.id, path)
    }

    /// Why what stands at `path` of the resources of a collection could not be
    /// read: the call failed that would have told of them in a region, which is
    /// empty for any.
    pub fn unread(&self, collection: &str, path: &str, region: &str) -> Option<&'a Reason> {
        let gaps = self.gaps.get(&(collection, ""))?;
        let found = gaps.iter().find(|gap| {
            let there = gap.region.as_deref().is_none_or(|one| region.is_empty() || one == region);
            gap.reason.is_unanswered() && there && gap.touches(path)
        });
        found.map(|gap| &gap.reason)
    }

    fn gap(&self, collection: &str, id: &str, path: &str) -> Option<String> {
        self.open(collection, id, path).map(ToString::to_string)
    }

    fn open(&self, collection: &str, id: &str, path: &str) -> Option<&'a Reason> {
        let own = self.gaps.get(&(collection, id)).map_or(&[][..], Vec::as_slice);
        let whole = self.gaps.get(&(collection, "")).map_or(&[][..], Vec::as_slice);
        own.iter()
            .chain(whole)
            .find(|gap| !gap.path.is_empty() && gap.touches(path))
            .map(|gap| &gap.reason)
    }
}

/// AWS's managed policies that some principal carries or has as its boundary.
fn aws_managed(model: &Model) -> HashMap<&str, Shared> {
    let users = model.iam_users.values();
    let roles = model.iam_roles.values();
    let names = users
        .flat_map(|user| user.attached_policies.iter().chain(&user.permissions_boundary))
        .chain(
            roles.flat_map(|role| role.attached_policies.iter().chain(&role.permissions_boundary)),
        )
        .chain(model.iam_groups.values().flat_map(|group| &group.attached_policies))
        .map(String::as_str)
        .filter(|name| name.contains(':') && !model.iam_policies.contains_key(name));
    let mut found = HashMap::new();
    for name in names {
        if !found.contains_key(name)
            && let Some(document) = catalogue::managed_policy(name)
        {
            let policy = Policy::new(format!("AWS's policy {name}"), Place::Nowhere, &document);
            found.insert(name, Arc::new(policy));
        }
    }
    found
}

/// Who carries identity policies.
struct Holder<'a> {
    collection: &'static str,
    id: &'a str,
    inline: &'a [crate::model::InlinePolicy],
    attached: &'a [String],
}

impl<'a> Holder<'a> {
    fn user(user: &'a IamUser) -> Self {
        Self {
            collection: "iam_users",
            id: &user.id,
            inline: &user.inline_policies,
            attached: &user.attached_policies,
        }
    }

    fn role(role: &'a IamRole) -> Self {
        Self {
            collection: "iam_roles",
            id: &role.id,
            inline: &role.inline_policies,
            attached: &role.attached_policies,
        }
    }
}

fn reference<T: Collected>(resource: &T) -> ResourceRef {
    resource.reference()
}

fn place(collection: &str, id: &str, path: &str) -> Place {
    Place::Model(StatementRef {
        collection: collection.to_owned(),
        id: id.to_owned(),
        path: path.to_owned(),
    })
}

/// An account id, or what stands for that of a template.
pub(super) fn own(account: &str) -> String {
    match account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        true => account.to_owned(),
        false => OWN_ACCOUNT.to_owned(),
    }
}

fn user(user: &IamUser) -> Principal {
    let tags = Some(user.tags.clone());
    Principal { tags, ..holder(PrincipalKind::User, "user", user, user.path.as_deref()) }
}

/// Sessions of a role may carry tags of their own, so its tags tell nothing
/// for sure.
fn role(role: &IamRole) -> Principal {
    holder(PrincipalKind::Role, "role", role, role.path.as_deref())
}

fn holder<T: Collected>(
    kind: PrincipalKind,
    word: &str,
    found: &T,
    path: Option<&str>,
) -> Principal {
    let account = found.account().map_or_else(|| OWN_ACCOUNT.to_owned(), own);
    let arn = found.arn().map(str::to_owned).unwrap_or_else(|| {
        let name = given_name(found.id(), found.name()).unwrap_or(Cow::Borrowed("*"));
        format!("arn:aws:iam::{account}:{word}{}{name}", path.unwrap_or("/"))
    });
    let aliases = vec![found.id().to_owned(), format!("ref:{}/{}", T::COLLECTION, found.id())];
    Principal { kind, account: Some(account), arn, aliases, ..Principal::default() }
}

/// The name that a resource was given; `None` where AWS makes one up, and the
/// model has the logical id or address in its place.
pub(super) fn given_name<'n>(id: &str, name: Option<&'n str>) -> Option<Cow<'n, str>> {
    let name = name.filter(|name| *name != id && !id.ends_with(&format!("/{name}")))?;
    Some(super::evaluate::policy::own_account(name).into())
}
