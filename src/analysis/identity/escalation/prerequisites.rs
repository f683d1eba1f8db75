//! What methods need of the model, whoever the caller is: the principals that
//! a method may turn to.

use std::collections::{BTreeSet, HashMap};

use super::bits::Bits;
use super::methods::{Gains, Method, Need, Target};
use super::nodes::{Kind, Nodes};
use crate::analysis::identity::evaluate::policy::own_account;
use crate::model::{Effect, IamRole, Snapshot};

/// The identity provider of Amazon Cognito's identity pools.
pub(super) const COGNITO: &str = "cognito-identity.amazonaws.com";

/// The principals that each method may turn to, and who lets whom in.
#[derive(Debug)]
pub(super) struct Prerequisites {
    /// By method.
    pub targets: Vec<Bits>,
    trust: Trust,
    /// The users and roles that carry a policy or are in a group, by its
    /// number.
    holders: HashMap<usize, Bits>,
    nobody: Bits,
}

/// Roles by whom their trust policies name.
#[derive(Debug)]
struct Trust {
    /// By the number of a user or role.
    by_name: HashMap<usize, Bits>,
    by_account: HashMap<String, Bits>,
    everyone: Bits,
}

impl Prerequisites {
    pub fn of(snapshot: &Snapshot, nodes: &Nodes, methods: &[Method]) -> Self {
        let untold: BTreeSet<&str> = snapshot
            .gaps
            .iter()
            .filter(|gap| gap.collection == "iam_roles" && gap.touches("/assume_role_policy"))
            .filter_map(|gap| gap.id.as_deref())
            .collect();
        let roles = snapshot
            .model
            .iam_roles
            .iter()
            .filter_map(|(id, role)| Some((nodes.number("iam_roles", id)?, role)))
            .collect();
        let sets = Sets { snapshot, nodes, roles, untold: &untold };
        let targets = methods.iter().map(|method| sets.targets(method)).collect();
        Self {
            targets,
            trust: sets.trust(),
            holders: sets.holders(),
            nobody: Bits::none(nodes.len()),
        }
    }

    /// Roles whose trust policies name a principal in any way; those that name
    /// its account only are roles that its own policies must allow it to
    /// assume, and are told apart.
    pub fn trusting(&self, caller: usize, account: Option<&str>) -> (Bits, &Bits) {
        let mut itself = self.trust.everyone.clone();
        if let Some(roles) = self.trust.by_name.get(&caller) {
            itself.extend(roles);
        }
        let by_account = account.and_then(|account| self.trust.by_account.get(account));
        (itself, by_account.unwrap_or(&self.nobody))
    }

    /// The users and roles that carry one of these policies or are in one of
    /// these groups.
    pub fn holders_of(&self, policies_or_groups: &Bits) -> Bits {
        let mut found = self.nobody.clone();
        for (number, holders) in &self.holders {
            if policies_or_groups.has(*number) {
                found.extend(holders);
            }
        }
        found
    }
}

struct Sets<'a> {
    snapshot: &'a Snapshot,
    nodes: &'a Nodes,
    roles: Vec<(usize, &'a IamRole)>,
    /// Roles whose trust policy is not known.
    untold: &'a BTreeSet<&'a str>,
}

impl Sets<'_> {
    fn targets(&self, method: &Method) -> Bits {
        let mut found = match method.target {
            Target::User | Target::SelfUser => self.nodes.of_kind(Kind::User),
            Target::Role | Target::SelfRole => self.nodes.of_kind(Kind::Role),
            Target::Group => self.nodes.of_kind(Kind::Group),
            Target::Caller => {
                let mut both = self.nodes.of_kind(Kind::User);
                both.extend(&self.nodes.of_kind(Kind::Role));
                both
            }
            Target::None => return Bits::none(self.nodes.len()),
        };
        if method.gains == Gains::Administrator {
            found.keep(&self.unbounded());
        }
        if let Some(service) = &method.service
            && !method.needs.contains(&Need::CognitoFederation)
        {
            found.keep(&self.roles(|role| {
                role.trust.as_ref().is_some_and(|trust| trust.services.contains(service))
            }));
        }
        for need in &method.needs {
            if let Some(set) = self.having(*need) {
                found.keep(&set);
            }
        }
        found
    }

    /// The nodes of which a need is met or may be; `None` for a need that is
    /// not one of nodes.
    fn having(&self, need: Need) -> Option<Bits> {
        let model = &self.snapshot.model;
        let users = |meets: &dyn Fn(&crate::model::IamUser) -> bool| {
            let ids = model.iam_users.iter().filter(|(_, user)| meets(user)).map(|(id, _)| id);
            self.numbers("iam_users", ids.map(String::as_str))
        };
        Some(match need {
            Need::FreeAccessKey => users(&|user| {
                let own = |key: &&crate::model::IamAccessKey| key.user.as_deref() == Some(&user.id);
                // An account has room for two keys of a user.
                model.iam_access_keys.values().filter(own).count() < 2
            }),
            Need::NoPassword => users(&|user| user.password_enabled != Some(true)),
            Need::Password => users(&|user| user.password_enabled != Some(false)),
            Need::SamlProvider => self
                .roles(|role| federated(role).any(|provider| provider.contains(":saml-provider/"))),
            Need::CognitoFederation => {
                self.roles(|role| federated(role).any(|provider| provider == COGNITO))
            }
            Need::InstanceProfile => {
                let profiles = model.iam_instance_profiles.values();
                let roles = profiles.flat_map(|profile| &profile.roles);
                self.numbers("iam_roles", roles.map(String::as_str))
            }
            Need::Instance => self.of_profiles(
                model.instances.values().filter_map(|found| found.iam_instance_profile.as_deref()),
            ),
            Need::LaunchTemplate => {
                let templates = model.launch_templates.values();
                self.of_profiles(templates.filter_map(|one| one.iam_instance_profile.as_deref()))
            }
            Need::ExecService => {
                let services = model.ecs_services.values();
                let roles = services
                    .filter(|service| service.enable_execute_command != Some(false))
                    .filter_map(|service| {
                        let definition = service.task_definition.as_ref()?;
                        model.ecs_task_definitions.get(definition)?.task_role.as_deref()
                    });
                self.numbers("iam_roles", roles)
            }
            Need::EcsCluster if model.ecs_clusters.is_empty() => self.numbers("", [].into_iter()),
            Need::EcsService if model.ecs_services.is_empty() => self.numbers("", [].into_iter()),
            Need::TaskDefinition if model.ecs_task_definitions.is_empty() => {
                self.numbers("", [].into_iter())
            }
            _ => return None,
        })
    }

    fn of_profiles<'s>(&self, profiles: impl Iterator<Item = &'s str>) -> Bits {
        let known = &self.snapshot.model.iam_instance_profiles;
        let roles = profiles.filter_map(|id| known.get(id)).flat_map(|profile| &profile.roles);
        self.numbers("iam_roles", roles.map(String::as_str))
    }

    fn numbers<'s>(&self, collection: &str, ids: impl Iterator<Item = &'s str>) -> Bits {
        let mut found = Bits::none(self.nodes.len());
        for id in ids {
            if let Some(number) = self.nodes.number(collection, id) {
                found.insert(number);
            }
        }
        found
    }

    /// Roles that meet a test on their trust policy, and those whose trust
    /// policy is not known.
    fn roles(&self, meets: impl Fn(&IamRole) -> bool) -> Bits {
        let mut found = Bits::none(self.nodes.len());
        for (number, role) in &self.roles {
            if self.untold.contains(role.id.as_str()) || meets(role) {
                found.insert(*number);
            }
        }
        found
    }

    /// Users and roles that no permissions boundary limits.
    fn unbounded(&self) -> Bits {
        let free = |boundary: &Option<String>| match boundary {
            Some(name) => name.ends_with(":iam::aws:policy/AdministratorAccess"),
            None => true,
        };
        let model = &self.snapshot.model;
        let users = model.iam_users.iter().filter(|(_, user)| free(&user.permissions_boundary));
        let roles = model.iam_roles.iter().filter(|(_, role)| free(&role.permissions_boundary));
        let mut found = self.numbers("iam_users", users.map(|(id, _)| id.as_str()));
        found.extend(&self.numbers("iam_roles", roles.map(|(id, _)| id.as_str())));
        found
    }

    fn trust(&self) -> Trust {
        let none = || Bits::none(self.nodes.len());
        let mut found =
            Trust { by_name: HashMap::new(), by_account: HashMap::new(), everyone: none() };
        for &(number, role) in &self.roles {
            if self.untold.contains(role.id.as_str()) {
                found.everyone.insert(number);
            }
            let statements = role.assume_role_policy.iter().flat_map(|policy| &policy.statements);
            for statement in statements.filter(|statement| statement.effect == Effect::Allow) {
                if !statement.not_principals.is_empty() {
                    found.everyone.insert(number);
                }
                for principal in &statement.principals {
                    match (principal.kind.as_str(), principal.value.as_str()) {
                        ("*", _) | ("AWS", "*") => found.everyone.insert(number),
                        ("AWS", value) => {
                            for caller in self.nodes.named(value) {
                                let roles = found.by_name.entry(caller).or_insert_with(none);
                                roles.insert(number);
                            }
                            if let Some(account) = account_of(&own_account(value)) {
                                let roles = found.by_account.entry(account).or_insert_with(none);
                                roles.insert(number);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        found
    }

    fn holders(&self) -> HashMap<usize, Bits> {
        let model = &self.snapshot.model;
        let mut found: HashMap<usize, Bits> = HashMap::new();
        let mut add = |collection: &str, id: &str, holder: Option<usize>| {
            if let (Some(of), Some(holder)) = (self.nodes.number(collection, id), holder) {
                found.entry(of).or_insert_with(|| Bits::none(self.nodes.len())).insert(holder);
            }
        };
        for (id, role) in &model.iam_roles {
            let holder = self.nodes.number("iam_roles", id);
            role.attached_policies.iter().for_each(|policy| add("iam_policies", policy, holder));
        }
        for (id, user) in &model.iam_users {
            let holder = self.nodes.number("iam_users", id);
            user.attached_policies.iter().for_each(|policy| add("iam_policies", policy, holder));
            for group in &user.groups {
                add("iam_groups", group, holder);
                let policies = model.iam_groups.get(group).map(|group| &group.attached_policies);
                policies.into_iter().flatten().for_each(|p| add("iam_policies", p, holder));
            }
        }
        found
    }
}

/// The identity providers that a role trusts.
pub(super) fn federated(role: &IamRole) -> impl Iterator<Item = &str> {
    let statements = role.assume_role_policy.iter().flat_map(|policy| &policy.statements);
    statements
        .filter(|statement| statement.effect == Effect::Allow)
        .flat_map(|statement| &statement.principals)
        .filter(|principal| principal.kind == "Federated")
        .map(|principal| principal.value.as_str())
}

/// The account that a principal's ARN or number stands for as a whole.
fn account_of(value: &str) -> Option<String> {
    match value.strip_suffix(":root") {
        Some(arn) => arn.split(':').nth(4).map(str::to_owned),
        None => (!value.contains([':', '/'])).then(|| value.to_owned()),
    }
}
