//! Policies, compiled once for many requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::condition::Test;
use super::formula::Formula;
use super::pattern::{self, Cover, Piece};
use super::public_access::{Openness, openness};
use super::variables::{Reading, Template};
use crate::model::{Effect, PolicyDocument, Principal, Span, Statement, StatementRef};

/// Where a policy stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Place {
    /// Nowhere that could be pointed at.
    #[default]
    Nowhere,
    /// In a resource of the model; `path` is that of the document.
    Model(StatementRef),
    /// In a file, with the places of its statements.
    File(Vec<Span>),
}

/// A policy document with its name and place, ready to be matched.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What people call it: a file, or whose policy it is.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    pub(super) statements: Arc<[Compiled]>,
}

/// A policy that several principals share.
pub type Shared = Arc<Policy>;

/// A statement, compiled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compiled {
    pub index: usize,
    pub sid: Option<String>,
    pub effect: Effect,
    pub principals: Vec<Principal>,
    pub not_principals: Vec<Principal>,
    pub actions: Vec<Vec<Piece>>,
    /// The actions as the policy writes them.
    pub written: Vec<String>,
    /// Whether `actions` are those of `NotAction`.
    pub not_actions: bool,
    /// The services of the actions in order, where the statement is about
    /// certain ones only.
    services: Option<Vec<String>>,
    pub resources: Vec<Template>,
    pub not_resources: bool,
    pub tests: Vec<Test>,
    /// What it opens to everyone, as S3 sees it.
    pub openness: Openness,
}

impl Policy {
    /// Compiles a document.
    pub fn new(name: impl Into<String>, place: Place, document: &PolicyDocument) -> Self {
        let variables = document.version.as_deref() == Some("2012-10-17");
        let statements = document
            .statements
            .iter()
            .enumerate()
            .map(|(index, statement)| compile(index, statement, variables))
            .collect();
        Self { name: name.into(), place, statements }
    }

    /// The same policy as it stands elsewhere.
    #[must_use]
    pub fn at(&self, place: Place) -> Self {
        Self { name: self.name.clone(), place, statements: self.statements.clone() }
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether it has no statement.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}

fn compile(index: usize, statement: &Statement, variables: bool) -> Compiled {
    let not_actions = statement.actions.is_empty() && !statement.not_actions.is_empty();
    let not_resources = statement.resources.is_empty() && !statement.not_resources.is_empty();
    let actions = if not_actions { &statement.not_actions } else { &statement.actions };
    let resources = if not_resources { &statement.not_resources } else { &statement.resources };
    let reading = Reading { variables, wildcards: true };
    Compiled {
        openness: openness(statement),
        index,
        sid: statement.sid.clone(),
        effect: statement.effect,
        principals: in_own_account(&statement.principals),
        not_principals: in_own_account(&statement.not_principals),
        services: services(actions, not_actions),
        actions: actions.iter().map(|action| pattern::lowered(pattern::pieces(action))).collect(),
        written: actions.clone(),
        not_actions,
        resources: resources
            .iter()
            .map(|resource| Template::read(&plain_names(resource), reading))
            .collect(),
        not_resources,
        tests: statement
            .conditions
            .iter()
            .map(|condition| Test::new(condition, variables))
            .collect(),
    }
}

/// The services that actions name; `None` where they may be of any.
fn services(actions: &[String], not_actions: bool) -> Option<Vec<String>> {
    if not_actions {
        return None;
    }
    let found: Option<BTreeSet<String>> = actions
        .iter()
        .map(|action| {
            let service = action.split_once(':')?.0;
            (!service.contains(['*', '?'])).then(|| service.to_ascii_lowercase())
        })
        .collect();
    found.map(|found| found.into_iter().collect())
}

/// A pattern with the names that templates use for things spelled one way: a
/// reference to a resource stands for its ARN also where it follows the ARN's
/// beginning, and the template's account has no colons in it.
pub(super) fn plain_names(text: &str) -> String {
    let text = own_account(text);
    let Some(at) = text.find("ref:").filter(|_| text.starts_with("arn:")) else { return text };
    let (before, reference) = text.split_at(at);
    let whole = NAMED_BY_ARN.iter().any(|(end, collection)| {
        before.ends_with(end) && reference.get(4..).is_some_and(|rest| rest.starts_with(collection))
    });
    if whole { reference.to_owned() } else { text }
}

/// How an ARN goes on to the name of a resource, and that resource's
/// collection.
const NAMED_BY_ARN: &[(&str, &str)] = &[
    (":::", "s3_buckets/"),
    (":role/", "iam_roles/"),
    (":user/", "iam_users/"),
    (":key/", "kms_keys/"),
    (":secret:", "secrets/"),
    (":log-group:", "log_groups/"),
    (":function:", "lambda_functions/"),
    (":", "sqs_queues/"),
    (":", "sns_topics/"),
];

/// A text in which the account and region of a template have no colons.
pub fn own_account(text: &str) -> String {
    if !text.contains("${AWS::") {
        return text.to_owned();
    }
    text.replace("${AWS::AccountId}", super::OWN_ACCOUNT)
        .replace("${AWS::Region}", super::OWN_REGION)
}

impl Compiled {
    /// Whether it is about an action, given in small letters.
    fn names(&self, action: &[Piece]) -> bool {
        let is_named =
            self.actions.iter().any(|pattern| pattern::cover(pattern, action) != Cover::Nothing);
        is_named != self.not_actions
    }

    /// Whether it may be about actions of a service in small letters, or of
    /// all where that is a pattern.
    pub fn may_be_about(&self, service: &str) -> bool {
        match &self.services {
            None => true,
            Some(_) if service.contains(['*', '?']) => true,
            Some(services) => services.binary_search_by(|one| one.as_str().cmp(service)).is_ok(),
        }
    }
}

/// What a statement that allows is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Action patterns; `*` for `NotAction`.
    pub actions: Vec<String>,
    /// Resource patterns; `*` for `NotResource`.
    pub resources: Vec<String>,
}

/// Policies of one kind that apply to a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    /// The policies.
    pub policies: Vec<Shared>,
    /// Policies of which it is not known what they say, in words: who or what
    /// they are and why.
    pub unknown: Vec<String>,
}

impl Layer {
    /// A layer of known policies.
    pub fn of(policies: impl IntoIterator<Item = Policy>) -> Self {
        Self { policies: policies.into_iter().map(Arc::new).collect(), unknown: Vec::new() }
    }

    /// What the statements that allow are about, in their order.
    pub fn grants(&self) -> Vec<Grant> {
        let all = self.policies.iter().flat_map(|policy| policy.statements.iter());
        let allowing = all.filter(|statement| statement.effect == Effect::Allow);
        let mut found = Vec::new();
        for statement in allowing {
            let everything = || vec!["*".to_owned()];
            let actions = match statement.not_actions {
                true => everything(),
                false => statement.written.clone(),
            };
            let resources = match statement.not_resources {
                true => everything(),
                false => statement.resources.iter().map(|one| one.text.clone()).collect(),
            };
            found.push(Grant { actions, resources });
        }
        found
    }

    /// The resource patterns of the statements that allow an action, unless its
    /// resource or conditions are in the way.
    pub fn resources_of(&self, action: &str) -> impl Iterator<Item = &str> {
        let asked = pattern::lowered(pattern::pieces(action));
        let service = action.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let all = self.policies.iter().flat_map(|policy| policy.statements.iter());
        all.filter(move |found| {
            found.effect == Effect::Allow
                && !found.not_resources
                && found.may_be_about(&service)
                && found.names(&asked)
        })
        .flat_map(|found| found.resources.iter().map(|resource| resource.text.as_str()))
    }

    /// The principals that statements name, except everyone.
    pub fn principals(&self) -> impl Iterator<Item = String> {
        let statements = self.policies.iter().flat_map(|policy| policy.statements.iter());
        statements
            .flat_map(|statement| &statement.principals)
            .filter(|principal| principal.value != "*")
            .map(|principal| own_account(&principal.value))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty() && self.unknown.is_empty()
    }
}

/// Every policy that applies to a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicySet {
    /// Of the principal: inline, attached, and those of its groups.
    pub identity: Layer,
    /// The permissions boundary, where the principal has one.
    pub boundary: Option<Layer>,
    /// Session policies, where the session was given any.
    pub session: Option<Layer>,
    /// The policy of the resource: bucket, key, queue, trust policy.
    pub resource: Option<Layer>,
    /// Service control policies of the principal's account, by level from the
    /// root down; none where the account is in no organization, or its
    /// management account.
    pub service_control: Vec<Layer>,
    /// Resource control policies of the resource's account, by level.
    pub resource_control: Vec<Layer>,
    /// The policy of the VPC endpoint that the request passes.
    pub endpoint: Option<Layer>,
    /// On what it depends that S3 Block Public Access restricts public buckets
    /// (`RestrictPublicBuckets`), by the bucket's setting or its account's;
    /// `None` where nothing is said of either.
    pub restricts_public_buckets: Option<Formula>,
    /// Account ids of organizations' management accounts, to which neither
    /// service nor resource control policies apply.
    pub management_accounts: Vec<String>,
    /// What the decision takes for granted, in words.
    pub assumptions: Vec<String>,
}

fn in_own_account(principals: &[Principal]) -> Vec<Principal> {
    let plain = |found: &Principal| Principal {
        kind: found.kind.clone(),
        value: plain_names(&found.value),
    };
    principals.iter().map(plain).collect()
}
