//! The published ways to gain rights, as data.

use std::sync::OnceLock;

use serde::Deserialize;

static DATA: &str = include_str!("data/methods.toml");

/// A way to gain rights.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Its name, which stays.
    pub id: String,
    /// What the caller does, in words; `{target}` is the principal that it
    /// turns to.
    pub does: String,
    /// Where it is published.
    pub source: String,
    /// What the caller gains.
    pub gains: Gains,
    /// To which principals it may turn.
    pub target: Target,
    /// The service that the target must trust, and that it is passed to.
    pub service: Option<String>,
    /// What else must be so.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What the caller must be allowed, all of it: `ACTION`, on some resource,
    /// or `ACTION on WHAT`; see [`On`].
    pub permissions: Vec<Permission>,
}

/// What a method gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gains {
    /// The target's rights.
    Target,
    /// Administrator rights: through policies that the caller writes. A
    /// target with a permissions boundary does not give them.
    Administrator,
}

/// To which principals a method turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The caller itself.
    #[serde(rename = "self")]
    Caller,
    /// The caller, if it is a role.
    SelfRole,
    /// The caller, if it is a user.
    SelfUser,
    /// Users other than the caller.
    User,
    /// Roles other than the caller.
    Role,
    /// Groups.
    Group,
    /// Nobody: a principal that it makes.
    None,
}

/// What must be so of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The user has less than two access keys.
    FreeAccessKey,
    /// The user has no console password.
    NoPassword,
    /// The user has a console password.
    Password,
    /// The caller is a user.
    CallerIsUser,
    /// The role trusts a SAML provider.
    SamlProvider,
    /// The role trusts identities from Amazon Cognito.
    CognitoFederation,
    /// A policy of the target has an older version that says more.
    OlderVersion,
    /// The role is in an instance profile.
    InstanceProfile,
    /// An instance runs with the role.
    Instance,
    /// The instance is managed by Systems Manager: its agent runs.
    ManagedInstance,
    /// A launch template names the role's instance profile, and something
    /// starts instances from it.
    LaunchTemplate,
    /// The caller can run commands on an instance.
    OnAnInstance,
    /// An ECS service with ECS Exec has the role as task role.
    ExecService,
    /// There is an ECS cluster.
    EcsCluster,
    /// There is an ECS task definition.
    TaskDefinition,
    /// There is an ECS service.
    EcsService,
    /// There is a job queue of AWS Batch, which the model does not hold.
    JobQueue,
    /// Something that the model does not hold runs with the role: a build
    /// project, a stack.
    Carrier,
}

/// A permission that a method needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Permission {
    /// The action.
    pub action: String,
    /// On what.
    pub on: On,
}

/// On what a permission must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Any resource that the action takes: the caller chooses or makes it.
    Any,
    /// The target. `sts:AssumeRole` on it must be let in by its trust policy.
    Target,
    /// A customer's managed policy that the target carries, itself or through
    /// a group.
    Policy,
    /// A group that the target is in.
    Group,
    /// An instance that runs with the target.
    Instance,
    /// A function that runs with the target.
    Function,
    /// The SAML provider that the target trusts.
    Provider,
}

impl TryFrom<String> for Permission {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (action, on) = text.split_once(" on ").unwrap_or((&text, "any"));
        let on = match on {
            "any" => On::Any,
            "target" => On::Target,
            "policy" => On::Policy,
            "group" => On::Group,
            "instance" => On::Instance,
            "function" => On::Function,
            "provider" => On::Provider,
            _ => return Err(format!("a permission is not on {on}")),
        };
        Ok(Self { action: action.to_owned(), on })
    }
}

impl Method {
    /// Whether the target's trust policy must let the caller assume it.
    pub fn assumes(&self) -> bool {
        self.permissions.iter().any(|found| found.on == On::Target && is_assume(&found.action))
    }
}

impl Method {
    /// Whether it rests on something that no model holds, so that no step of
    /// it is ever certain.
    pub(super) fn is_never_certain(&self) -> bool {
        self.needs.iter().any(|need| {
            matches!(
                need,
                Need::Carrier
                    | Need::JobQueue
                    | Need::OlderVersion
                    | Need::ManagedInstance
                    | Need::OnAnInstance
                    | Need::LaunchTemplate
            )
        })
    }

    /// The collections of the model that it rests on.
    pub(super) fn collections(&self) -> Vec<&'static str> {
        let mut found = match self.target {
            Target::Role => vec!["iam_roles"],
            Target::User => vec!["iam_users"],
            Target::Group => vec!["iam_groups"],
            Target::Caller | Target::SelfRole | Target::SelfUser | Target::None => Vec::new(),
        };
        found.extend(self.permissions.iter().filter_map(|permission| match permission.on {
            On::Policy => Some("iam_policies"),
            On::Group => Some("iam_groups"),
            On::Instance => Some("instances"),
            On::Function => Some("lambda_functions"),
            On::Any | On::Target | On::Provider => None,
        }));
        found.extend(self.needs.iter().filter_map(|need| match need {
            Need::FreeAccessKey => Some("iam_access_keys"),
            Need::InstanceProfile | Need::Instance => Some("iam_instance_profiles"),
            Need::LaunchTemplate => Some("launch_templates"),
            Need::ExecService | Need::EcsService => Some("ecs_services"),
            Need::EcsCluster => Some("ecs_clusters"),
            Need::TaskDefinition => Some("ecs_task_definitions"),
            _ => None,
        }));
        found
    }
}

/// Whether the action is the one that trust policies answer.
pub(super) fn is_assume(action: &str) -> bool {
    action == "sts:AssumeRole"
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    method: Vec<Method>,
}

/// All methods, those that say most plainly what happens first.
pub fn methods() -> &'static [Method] {
    static METHODS: OnceLock<Vec<Method>> = OnceLock::new();
    // A test holds that the data can be read.
    METHODS.get_or_init(|| read(DATA).unwrap_or_default())
}

fn read(text: &str) -> Result<Vec<Method>, toml::de::Error> {
    toml::from_str::<File>(text).map(|file| file.method)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::analysis::identity::catalogue::Catalogue;

    #[test]
    fn the_data_can_be_read_and_names_real_actions() {
        let found = read(DATA).unwrap();
        assert_eq!(found, methods());
        assert!(found.len() >= 107, "{}", found.len());
        let ids: BTreeSet<&str> = found.iter().map(|method| method.id.as_str()).collect();
        assert_eq!(ids.len(), found.len());
        for method in &found {
            // A page of its own, or of what it does to one service.
            let page = method.source.strip_prefix("https://").unwrap();
            let path = page.trim_end_matches("/index.html").split('/').skip(1);
            let general = path.last().is_none_or(|last| last.starts_with("aws-privilege-esc"));
            assert!(!general, "{}: {page}", method.id);
            assert!(!method.permissions.is_empty(), "{}", method.id);
            for permission in &method.permissions {
                let action = Catalogue::get().action(&permission.action);
                assert!(action.is_some(), "{}: {}", method.id, permission.action);
            }
        }
    }

    #[test]
    fn a_method_that_passes_a_role_names_the_service() {
        for method in methods() {
            let passes = method.permissions.iter().any(|found| found.action == "iam:PassRole");
            assert!(!passes || method.service.is_some(), "{}", method.id);
            let shows_target = method.does.contains("{target}");
            let has_target = matches!(method.target, Target::User | Target::Role | Target::Group);
            assert_eq!(shows_target, has_target, "{}", method.id);
        }
    }
}
