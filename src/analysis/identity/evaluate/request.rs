//! A request: who asks to do what with which resource, and in which context.

use super::context::{Context, Value};
use super::pattern::{self, Piece};
use super::principal::{Principal, PrincipalKind};

/// The resource that a request is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resource {
    /// Its names in policies: ARNs, or `*` for an action that is about no
    /// resource. Where an ARN is not known in full, `*` and `?` stand for what
    /// is open; `${*}` is a star itself.
    pub names: Vec<String>,
    /// The account that owns it.
    pub account: Option<String>,
}

impl Resource {
    /// The name of a resource that may be any, unlike `*`, which is none in
    /// particular.
    pub const SOME: &'static str = "?*";

    /// Whether it is no certain resource, so that nobody else can own it.
    pub fn is_open(&self) -> bool {
        matches!(self.names.as_slice(), [one] if one == "*" || one == Self::SOME)
    }
}

/// A request. The action may have wildcards; then it is about all actions that
/// they match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    /// What for, such as `s3:GetObject`.
    pub action: String,
    /// On what.
    pub resource: Resource,
    /// What is said of the context.
    pub context: Context,
    prepared: Prepared,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Prepared {
    service: String,
    action: Vec<Piece>,
    resources: Vec<Vec<Piece>>,
}

impl Request {
    /// A request.
    pub fn new(
        principal: Principal,
        action: impl Into<String>,
        resource: Resource,
        context: Context,
    ) -> Self {
        let mut request = Self { principal, context, ..Self::default() };
        request.set_action(&action.into());
        request.set_resource(resource);
        request
    }

    /// Asks for another action.
    pub fn set_action(&mut self, action: &str) {
        action.clone_into(&mut self.action);
        self.prepared.service = action.split(':').next().unwrap_or_default().to_ascii_lowercase();
        self.prepared.action = pattern::lowered(pattern::pieces(action));
    }

    /// Asks about another resource.
    pub fn set_resource(&mut self, resource: Resource) {
        self.prepared.resources =
            resource.names.iter().map(|name| pattern::escaped(name)).collect();
        self.resource = resource;
    }

    pub(super) fn action_pieces(&self) -> &[Piece] {
        &self.prepared.action
    }

    pub(super) fn resource_pieces(&self) -> &[Vec<Piece>] {
        &self.prepared.resources
    }

    /// The service of the action, in small letters.
    pub fn service(&self) -> &str {
        &self.prepared.service
    }

    /// The account of the principal and that of the resource are the same.
    /// Where the resource's is not said, it is taken to be the principal's.
    pub fn is_same_account(&self) -> bool {
        match (&self.principal.account, &self.resource.account) {
            (Some(principal), Some(resource)) => principal == resource,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// What is known of a condition key, which is in small letters: what was
    /// said of it, else what follows from principal and resource.
    pub fn value(&self, key: &str) -> Value {
        if let Some(value) = self.context.get(key) {
            return value.clone();
        }
        self.constant(key).unwrap_or(match self.context.complete {
            true => Value::Absent,
            false => Value::Unknown,
        })
    }

    /// Source: the IAM user guide, "AWS global condition context keys", the
    /// availability of each key.
    fn constant(&self, key: &str) -> Option<Value> {
        use PrincipalKind as Kind;
        let principal = &self.principal;
        let signed = !matches!(principal.kind, Kind::Anonymous | Kind::Identity);
        let service = principal.kind == Kind::Service;
        let known = |text: &Option<String>| text.as_deref().map(known_in_full);
        if let Some(tag) = key.strip_prefix("aws:principaltag/") {
            return self.tag(tag);
        }
        match key {
            "aws:principalarn" if service => None,
            "aws:principalarn" if !signed => Some(Value::Absent),
            "aws:principalarn" => Some(known_in_full(principal.role().unwrap_or(&principal.arn))),
            "aws:principalaccount" | "kms:calleraccount" if principal.kind == Kind::Anonymous => {
                Some(Value::one("anonymous"))
            }
            "aws:principalaccount" | "kms:calleraccount" => known(&principal.account),
            "aws:principaltype" => match principal.kind {
                Kind::User => Some(Value::one("User")),
                Kind::Role | Kind::RoleSession => Some(Value::one("AssumedRole")),
                Kind::FederatedUser => Some(Value::one("FederatedUser")),
                Kind::Root => Some(Value::one("Account")),
                Kind::Anonymous => Some(Value::one("Anonymous")),
                Kind::Service | Kind::Identity => None,
            },
            "aws:username" => Some(match principal.kind {
                Kind::User => known_in_full(principal.arn.rsplit('/').next().unwrap_or_default()),
                _ => Value::Absent,
            }),
            "aws:userid" => match principal.kind {
                Kind::Root => known(&principal.account),
                Kind::Anonymous => Some(Value::one("anonymous")),
                _ => None,
            },
            "aws:principalisawsservice" if !signed => Some(Value::Absent),
            "aws:principalisawsservice" => Some(Value::one(service.to_string())),
            "aws:principalservicename" if service => Some(Value::one(&principal.arn)),
            "aws:principalservicename" => Some(Value::Absent),
            "aws:principalservicenameslist" if !service => Some(Value::Absent),
            "aws:principalorgid" | "aws:principalorgpaths"
                if principal.kind == Kind::Anonymous || service =>
            {
                Some(Value::Absent)
            }
            "aws:multifactorauthpresent" | "aws:multifactorauthage" | "aws:tokenissuetime"
                if principal.kind == Kind::Anonymous || service =>
            {
                Some(Value::Absent)
            }
            "aws:resourceaccount" | "s3:resourceaccount" => known(&self.resource.account),
            _ => None,
        }
    }

    fn tag(&self, tag: &str) -> Option<Value> {
        if matches!(self.principal.kind, PrincipalKind::Anonymous | PrincipalKind::Service) {
            return Some(Value::Absent);
        }
        let tags = self.principal.tags.as_ref()?;
        let found = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag));
        Some(found.map_or(Value::Absent, |(_, value)| Value::one(value)))
    }
}

/// A value of which AWS makes up no part.
fn known_in_full(text: &str) -> Value {
    if text.contains(['*', super::OWN_PREFIX]) { Value::Unknown } else { Value::one(text) }
}
