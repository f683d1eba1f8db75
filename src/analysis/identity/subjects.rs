//! The principals and resources of a model, with the policies that apply to
//! each, compiled once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::catalogue;
use super::evaluate::{
    Layer, OWN_ACCOUNT, OWN_REGION, Place, Policy, PolicySet, Principal, PrincipalKind, Resource,
    Shared,
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
    aws_managed: std::sync::Mutex<HashMap<String, Option<Shared>>>,
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

/// A resource with its policy.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// Its key in the model, where it is in it.
    pub reference: Option<ResourceRef>,
    /// Its names and account.
    pub resource: Resource,
    /// Its policy, where it has one.
    pub policy: Option<Layer>,
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
            aws_managed: std::sync::Mutex::default(),
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
        let mut known = match self.aws_managed.lock() {
            Ok(known) => known,
            Err(poisoned) => poisoned.into_inner(),
        };
        let found = known.entry(name.to_owned()).or_insert_with(|| {
            let document = catalogue::managed_policy(name).filter(|_| name.contains(':'))?;
            Some(Arc::new(Policy::new(format!("AWS's policy {name}"), Place::Nowhere, &document)))
        });
        match found {
            Some(policy) => layer.policies.push(Arc::new(policy.at(place))),
            None => layer.unknown.push(format!("policy {name}, which was not given,")),
        }
    }

    /// Why what stands at `path` of a resource is not known.
    pub fn reason(&self, resource: &ResourceRef, path: &str) -> Option<&Reason> {
        self.open(&resource.collection, &resource.id, path)
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

    /// The resource of the model at a reference; `below` follows its name, such
    /// as `/key` for an object of a bucket.
    pub fn object(&self, reference: &ResourceRef, below: &str) -> Option<Object> {
        let found = self.model.get(reference)?;
        let account = found.account().map_or_else(|| OWN_ACCOUNT.to_owned(), own);
        let named = |name: &str| format!("ref:{}/{name}{below}", reference.collection);
        let arn = found.arn().map(str::to_owned).or_else(|| self.arn(reference));
        let arn = match arn {
            Some(arn) => format!("{arn}{below}"),
            // An ARN of which nothing is known.
            None => "arn:*:*:*:*:*".to_owned(),
        };
        let (path, document) = self.policy_of(reference);
        let mut policy = document.map(|document| {
            let name = format!("policy of {}", reference.id);
            Layer::of([Policy::new(
                name,
                place(&reference.collection, &reference.id, path),
                &document,
            )])
        });
        if let Some(reason) = self.gap(&reference.collection, &reference.id, path) {
            let words = format!("the policy of {} ({reason})", reference.id);
            policy.get_or_insert_default().unknown.push(words);
        }
        Some(Object {
            reference: Some(reference.clone()),
            resource: Resource { names: vec![arn, named(&reference.id)], account: Some(account) },
            policy,
        })
    }

    /// The ARN of a resource that has none yet, with `*` and `?` for what AWS
    /// makes up.
    fn arn(&self, reference: &ResourceRef) -> Option<String> {
        let found = self.model.get(reference)?;
        let account = found.account().map_or_else(|| OWN_ACCOUNT.to_owned(), own);
        let region = found.region().map_or_else(|| OWN_REGION.to_owned(), str::to_owned);
        let name = given_name(found.id(), found.name());
        let or_any = |name: Option<Cow<'_, str>>| name.unwrap_or(Cow::Borrowed("*")).into_owned();
        Some(match reference.collection.as_str() {
            "s3_buckets" => format!("arn:aws:s3:::{}", or_any(name)),
            "secrets" => match name {
                Some(name) => {
                    format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????")
                }
                None => format!("arn:aws:secretsmanager:{region}:{account}:secret:*"),
            },
            "kms_keys" => format!("arn:aws:kms:{region}:{account}:key/*"),
            "iam_roles" => self.model.iam_roles.get(&reference.id).map(role)?.arn,
            "iam_users" => self.model.iam_users.get(&reference.id).map(user)?.arn,
            "log_groups" => format!("arn:aws:logs:{region}:{account}:log-group:{}", or_any(name)),
            _ => return None,
        })
    }

    /// Where the policy of a resource stands, and what it says.
    fn policy_of(&self, reference: &ResourceRef) -> (&'static str, Option<PolicyDocument>) {
        let id = &reference.id;
        let model = self.model;
        match reference.collection.as_str() {
            "s3_buckets" => {
                ("/policy", model.s3_buckets.get(id).and_then(|found| found.policy.clone()))
            }
            "secrets" => ("/policy", model.secrets.get(id).and_then(|found| found.policy.clone())),
            "kms_keys" => (
                "/policy",
                model.kms_keys.get(id).map(|found| {
                    found.policy.clone().unwrap_or_else(|| {
                        default_key_policy(found.account.as_deref().unwrap_or(OWN_ACCOUNT))
                    })
                }),
            ),
            "opensearch_domains" => (
                "/access_policy",
                model.opensearch_domains.get(id).and_then(|found| found.access_policy.clone()),
            ),
            "iam_roles" => (
                "/assume_role_policy",
                model.iam_roles.get(id).and_then(|found| found.assume_role_policy.clone()),
            ),
            _ => ("/policy", None),
        }
    }

    /// Adds the policies on the resource's side.
    pub fn add_object(&self, object: &Object, set: &mut PolicySet) {
        set.resource.clone_from(&object.policy);
        let owner = object.resource.account.as_deref().unwrap_or_default();
        if let Some(levels) =
            self.organizations.get(owner).and_then(|found| found.resource_control.clone())
        {
            set.resource_control = levels;
        }
    }
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
fn own(account: &str) -> String {
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
fn given_name<'n>(id: &str, name: Option<&'n str>) -> Option<Cow<'n, str>> {
    let name = name.filter(|name| *name != id && !id.ends_with(&format!("/{name}")))?;
    Some(super::evaluate::policy::own_account(name).into())
}

/// A policy that lets the identity policies of an account decide.
pub(super) fn delegating_policy(account: &str) -> Layer {
    Layer::of([Policy::new("policy", Place::Nowhere, &delegating(account, "*"))])
}

/// What a key says that was given no policy.
///
/// Source: the AWS KMS developer guide, "Default key policy".
fn default_key_policy(account: &str) -> PolicyDocument {
    delegating(account, "kms:*")
}

fn delegating(account: &str, action: &str) -> PolicyDocument {
    use crate::model::{Effect, Principal as Named, Statement};
    PolicyDocument {
        version: Some("2012-10-17".to_owned()),
        statements: vec![Statement {
            effect: Effect::Allow,
            principals: vec![Named { kind: "AWS".to_owned(), value: account.to_owned() }],
            actions: vec![action.to_owned()],
            resources: vec!["*".to_owned()],
            ..Statement::default()
        }],
    }
}
