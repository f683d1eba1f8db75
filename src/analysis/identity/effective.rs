//! What a principal may do when all of its policies are taken together:
//! identity policies, boundary, service control policies, and what denies.

use std::collections::{BTreeMap, HashMap};

use super::evaluate::{
    Context, Deciding, Formula, Layer, LayerKind, Place, Policy, PolicySet, Principal,
    PrincipalKind, Request, Resource, decide, sides,
};
use super::subjects::{Object, Subjects};
use crate::model::{Effect, Model, PolicyDocument, ResourceRef, StatementRef};

/// A request of each kind that an administrator may make, on resources that no
/// policy has in mind; the ones about IAM first.
const PROBES: &[(&str, &str)] = &[
    ("iam:CreateUser", "iam::{account}:user/audit-0f7c1e"),
    ("iam:AttachRolePolicy", "iam::{account}:role/audit-0f7c1e"),
    ("sts:AssumeRole", "iam::{account}:role/audit-0f7c1e"),
    ("s3:PutObject", "s3:::audit-0f7c1e/object"),
    ("ec2:RunInstances", "ec2:us-east-1:{account}:instance/i-0f7c1e"),
    ("kms:Decrypt", "kms:us-east-1:{account}:key/0f7c1e"),
    ("secretsmanager:GetSecretValue", "secretsmanager:us-east-1:{account}:secret:audit-0f7c1e"),
    ("rds:DeleteDBInstance", "rds:us-east-1:{account}:db:audit-0f7c1e"),
    ("lambda:InvokeFunction", "lambda:us-east-1:{account}:function:audit-0f7c1e"),
    ("dynamodb:GetItem", "dynamodb:us-east-1:{account}:table/audit-0f7c1e"),
    ("cloudtrail:StopLogging", "cloudtrail:us-east-1:{account}:trail/audit-0f7c1e"),
];

/// How many of the probes are about IAM.
const IAM_PROBES: usize = 2;

/// Reading a secret.
pub(super) const READ_SECRET: &str = "secretsmanager:GetSecretValue";

/// What is the same for all principals.
#[derive(Debug)]
pub(super) struct Common<'a> {
    pub subjects: Subjects<'a>,
    secrets: HashMap<&'a str, Object>,
    /// Secrets by the principals that their policies name.
    named: HashMap<String, Vec<&'a str>>,
}

impl<'a> Common<'a> {
    pub fn new(model: &'a Model, subjects: Subjects<'a>) -> Self {
        let mut secrets = HashMap::new();
        let mut named: HashMap<String, Vec<&str>> = HashMap::new();
        for id in model.secrets.keys() {
            let Some(object) = subjects.object(&ResourceRef::new("secrets", id), "") else {
                continue;
            };
            for principal in object.policy.iter().flat_map(|layer| layer.principals()) {
                named.entry(principal).or_default().push(id);
            }
            secrets.insert(id.as_str(), object);
        }
        Self { subjects, secrets, named }
    }
}

/// Whether someone has every action on every resource.
#[derive(Debug)]
pub(super) enum Administrator {
    /// Not so.
    No,
    /// By these statements together.
    Yes(Vec<StatementRef>),
    /// By these statements, if what they depend on holds.
    Perhaps(Vec<StatementRef>, Formula),
}

/// Someone with policies.
#[derive(Debug)]
pub(super) struct Bearer {
    policies: PolicySet,
    principal: Principal,
}

/// One principal of the model.
#[derive(Debug)]
pub(super) struct Effective<'a> {
    common: &'a Common<'a>,
    bearer: Bearer,
}

impl<'a> Effective<'a> {
    /// A user or role; or a group, as a user who is in it alone.
    pub fn new(common: &'a Common<'a>, reference: &ResourceRef, account: Option<&str>) -> Self {
        let principal = common.subjects.principal(reference).unwrap_or_else(|| someone(account));
        let policies = common.subjects.policies(Some(reference), &principal);
        Self { common, bearer: Bearer { policies, principal } }
    }

    /// Whether the principal has every action on every resource.
    pub fn administrator(&self) -> Administrator {
        self.bearer.administrator()
    }

    /// Whether the principal may take an action, or some that a pattern
    /// matches, on a resource as a policy names it.
    pub fn may_take(&self, action: &str, resource: &str) -> bool {
        let names = vec![super::evaluate::policy::own_account(resource)];
        let resource = Resource { names, account: self.bearer.principal.account.clone() };
        let request = self.bearer.request(action, resource);
        let policies = self.bearer.without_resource_rules(action);
        decide(&request, &policies).outcome.may_be_allowed()
    }

    /// Whether the principal may read a secret of the model, by its key, or
    /// some that a pattern matches.
    pub fn may_read(&self, secret: &str) -> bool {
        let object = match self.common.secrets.get(secret) {
            Some(object) => object.clone(),
            None => {
                let name = match secret.chars().all(|c| c == '*') {
                    true => "arn:*:secretsmanager:*:*:secret:*",
                    false => secret,
                };
                let names = vec![super::evaluate::policy::own_account(name)];
                let account = self.bearer.principal.account.clone();
                Object { resource: Resource { names, account }, ..Object::default() }
            }
        };
        self.reads(&object).0
    }

    /// Secrets that policies of their own let the principal read, with the
    /// statements.
    pub fn named_by_secrets(&self) -> BTreeMap<String, Vec<StatementRef>> {
        let names = self.bearer.principal.aliases.iter().chain([&self.bearer.principal.arn]);
        let mut found = BTreeMap::new();
        for id in names.filter_map(|name| self.common.named.get(name)).flatten() {
            let Some(object) = self.common.secrets.get(id) else { continue };
            let (may, statements) = self.reads(object);
            if may && !statements.is_empty() {
                found.insert((*id).to_owned(), statements);
            }
        }
        found
    }

    /// Whether it may read a secret, and the statements of the secret's policy
    /// that allow it.
    fn reads(&self, object: &Object) -> (bool, Vec<StatementRef>) {
        let mut policies = self.bearer.policies.clone();
        self.common.subjects.add_object(object, &mut policies);
        let decision =
            decide(&self.bearer.request(READ_SECRET, object.resource.clone()), &policies);
        let statements = allowing(&decision.statements, LayerKind::Resource);
        (decision.outcome.may_be_allowed(), statements.filter_map(Deciding::reference).collect())
    }
}

impl Bearer {
    /// Someone who has one policy, which stands at `place`.
    pub fn of_policy(
        document: &PolicyDocument,
        place: StatementRef,
        account: Option<&str>,
    ) -> Self {
        let policy = Policy::new("the policy", Place::Model(place), document);
        let policies = PolicySet { identity: Layer::of([policy]), ..PolicySet::default() };
        Self { policies, principal: someone(account) }
    }

    fn request(&self, action: &str, resource: Resource) -> Request {
        Request::new(self.principal.clone(), action, resource, Context::default())
    }

    /// Whether they have every action on every resource. One who is denied
    /// changes to IAM has not; what else is denied, an administrator can lift.
    pub fn administrator(&self) -> Administrator {
        let Some(account) = self.principal.account.clone() else { return Administrator::No };
        let mut statements: Vec<StatementRef> = Vec::new();
        let mut depends = Vec::new();
        for (index, (action, rest)) in PROBES.iter().enumerate() {
            let arn = format!("arn:aws:{}", rest.replace("{account}", &account));
            let resource = Resource { names: vec![arn], account: Some(account.clone()) };
            let request = self.request(action, resource);
            let found = sides(&request, &self.without_resource_rules(action));
            if found.granted.is_false() || (index < IAM_PROBES && found.denied.is_true()) {
                return Administrator::No;
            }
            for one in allowing(&found.statements, LayerKind::Identity) {
                if let Some(place) = one.reference()
                    && !statements.contains(&place)
                    && (one.when.is_true() || !found.granted.is_true())
                {
                    statements.push(place);
                }
            }
            depends.push(found.granted);
        }
        match Formula::all(depends) {
            Formula::True => Administrator::Yes(statements),
            Formula::False => Administrator::No,
            depends => Administrator::Perhaps(statements, depends),
        }
    }

    /// Keys and roles have policies of their own that must allow; those of the
    /// probes let the account decide.
    fn without_resource_rules(&self, action: &str) -> std::borrow::Cow<'_, PolicySet> {
        use std::borrow::Cow;
        match action.starts_with("kms:") || action.starts_with("sts:") {
            false => Cow::Borrowed(&self.policies),
            true => {
                let mut set = self.policies.clone();
                set.resource = Some(super::subjects::delegating_policy(
                    self.principal.account.as_deref().unwrap_or_default(),
                ));
                Cow::Owned(set)
            }
        }
    }
}

/// A user of an account, whoever it is.
fn someone(account: Option<&str>) -> Principal {
    let account = account.unwrap_or(super::evaluate::OWN_ACCOUNT).to_owned();
    Principal {
        kind: PrincipalKind::User,
        arn: format!("arn:aws:iam::{account}:user/*"),
        account: Some(account),
        ..Principal::default()
    }
}

fn allowing(statements: &[Deciding], layer: LayerKind) -> impl Iterator<Item = &Deciding> {
    statements.iter().filter(move |found| found.layer == layer && found.effect == Effect::Allow)
}
