//! From a question about permissions to the request and the policies that it
//! is decided by.

use std::sync::Arc;

use serde_json::Value as Json;

use super::question::Question;
use crate::analysis::identity::catalogue::{self, Catalogue};
use crate::analysis::identity::evaluate::condition::compare;
use crate::analysis::identity::evaluate::{
    Layer, Place, Policy, PolicySet, Principal, PrincipalKind, Request, Resource,
};
use crate::analysis::identity::subjects::{Object, Subjects};
use crate::diagnostic::Diagnostic;
use crate::model::condition_operator::Operator;
use crate::model::{ResourceRef, Snapshot, link};
use crate::source::policy_file::{self, Kind};

/// A question that is ready to be decided.
#[derive(Debug)]
pub struct Resolved {
    /// The request.
    pub request: Request,
    /// The policies.
    pub policies: PolicySet,
    /// What the asker should know.
    pub notes: Vec<String>,
}

/// A model to ask about.
#[derive(Debug)]
pub struct World<'a> {
    /// The model.
    pub snapshot: &'a Snapshot,
    /// Its principals and resources.
    pub subjects: Subjects<'a>,
}

impl<'a> World<'a> {
    /// A model, ready to be asked about.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, subjects: Subjects::new(snapshot) }
    }
}

/// Makes a question ready.
///
/// # Errors
///
/// Where something in it is not understood; each error says what to do.
pub fn resolve(
    question: &Question,
    world: Option<&World<'_>>,
) -> Result<Resolved, Vec<Diagnostic>> {
    let mut notes = Vec::new();
    check_action(&question.action, &mut notes)?;
    let (reference, principal) = principal(question, world).map_err(|error| vec![error])?;
    let object = object(question, &principal, world, &mut notes).map_err(|error| vec![error])?;
    let context = question.context().map_err(|message| {
        vec![Diagnostic::error(message).help("write it as {\"aws:SourceIp\": \"203.0.113.9\"}")]
    })?;
    let mut policies = match world {
        Some(world) => {
            let mut set = world.subjects.policies(reference.as_ref(), &principal);
            world.subjects.add_object(&object, &mut set);
            set
        }
        None => PolicySet::default(),
    };
    let in_model = object.reference.is_some();
    let request = Request::new(principal, &question.action, object.resource, context);
    if world.is_some() {
        not_given(question, &request, reference.is_some(), in_model, &mut policies);
    }
    add_policies(question, &request, &mut policies, &mut notes)?;
    Ok(Resolved { request, policies, notes })
}

/// What follows from a principal or resource that is not in the model: nobody
/// knows its policies.
fn not_given(
    question: &Question,
    request: &Request,
    knows_principal: bool,
    knows_resource: bool,
    set: &mut PolicySet,
) {
    use PrincipalKind as Kind;
    let carries = matches!(
        request.principal.kind,
        Kind::User | Kind::Role | Kind::RoleSession | Kind::FederatedUser
    );
    if carries && !knows_principal && question.identity_policies.is_empty() {
        let words = format!("a policy of {}, which was not given,", request.principal.arn);
        set.identity.unknown.push(words);
    }
    let name = request.resource.names.first().map_or("*", String::as_str);
    if name != "*" && !knows_resource && question.resource_policy.is_none() {
        if request.is_same_account() {
            set.assumptions.push(format!("{name} has no policy that denies it; none was given"));
        } else {
            let words = format!("the policy of {name}, which was not given,");
            set.resource = Some(Layer { policies: Vec::new(), unknown: vec![words] });
        }
    }
}

fn check_action(action: &str, notes: &mut Vec<String>) -> Result<(), Vec<Diagnostic>> {
    let wrong = |message: String| {
        Err(vec![
            Diagnostic::error(message).help("write it as service:Action, such as s3:GetObject"),
        ])
    };
    if action.is_empty() {
        return wrong("the question names no action".to_owned());
    }
    if action == "*" {
        return Ok(());
    }
    let Some((service, name)) = action.split_once(':') else {
        return wrong(format!("{action} is no action"));
    };
    if service.is_empty() || name.is_empty() || action.contains(char::is_whitespace) {
        return wrong(format!("{action} is no action"));
    }
    if !action.contains(['*', '?']) && Catalogue::get().action(action).is_none() {
        notes.push(format!("AWS has no action {action} that was known on {}", catalogue::date()));
    }
    Ok(())
}

/// The principal, and its key where the model has it.
fn principal(
    question: &Question,
    world: Option<&World<'_>>,
) -> Result<(Option<ResourceRef>, Principal), Diagnostic> {
    let text = question.principal.as_str();
    if let Some(world) = world {
        let found: Vec<ResourceRef> = link::find_any(world.snapshot, text)
            .into_iter()
            .filter(|found| ["iam_users", "iam_roles"].contains(&found.collection.as_str()))
            .collect();
        match found.as_slice() {
            [one] => {
                if let Some(principal) = world.subjects.principal(one) {
                    return Ok((Some(one.clone()), principal));
                }
            }
            [] => {}
            _ => {
                return Err(Diagnostic::error(format!(
                    "{text} may be any of {} principals",
                    found.len()
                ))
                .help("name it by its ARN, or by its key as `audit snapshot` shows it"));
            }
        }
    }
    let account = question.principal_account.as_deref();
    let parsed = Principal::parse(text).or_else(|| {
        let account = account?;
        let full = match text.split_once('/') {
            Some(("user" | "role", _)) => format!("arn:aws:iam::{account}:{text}"),
            Some(("assumed-role" | "federated-user", _)) => {
                format!("arn:aws:sts::{account}:{text}")
            }
            _ => return (text == "root").then(|| Principal::root(account, "aws")),
        };
        Principal::parse(&full)
    });
    let Some(mut principal) = parsed else {
        let help = match world {
            Some(_) => {
                "give an ARN, an account, a service such as lambda.amazonaws.com, anonymous, or a user or role of what was given"
            }
            None => {
                "give an ARN, an account, a service such as lambda.amazonaws.com, or anonymous; with --principal-account also user/NAME or role/NAME"
            }
        };
        let message = match text {
            "" => "the question names no principal".to_owned(),
            _ => format!("{text} is no principal that is known"),
        };
        return Err(Diagnostic::error(message).help(help));
    };
    if let (Some(said), Some(own)) = (account, &principal.account)
        && said != own
    {
        return Err(Diagnostic::error(format!("the principal is of account {own}, not {said}"))
            .help("leave out the principal's account, or name another principal"));
    }
    let role = role_of(&principal, world);
    if let (Some(world), Some(role)) = (world, &role)
        && let Some(found) = world.subjects.principal(role)
    {
        principal.aliases = found.aliases;
        principal.role_arn = Some(found.arn);
    }
    Ok((role, principal))
}

/// The role of the model whose session a principal is.
fn role_of(principal: &Principal, world: Option<&World<'_>>) -> Option<ResourceRef> {
    if principal.kind != PrincipalKind::RoleSession {
        return None;
    }
    let name = principal.role()?.rsplit('/').next()?;
    let id = link::find(world?.snapshot, "iam_roles", name)?;
    Some(ResourceRef::new("iam_roles", id))
}

/// The resource, and its policy where the model has it.
fn object(
    question: &Question,
    principal: &Principal,
    world: Option<&World<'_>>,
    notes: &mut Vec<String>,
) -> Result<Object, Diagnostic> {
    let text = question.resource.as_deref().unwrap_or("*");
    let known = Catalogue::get().action(&question.action);
    if text != "*" && known.is_some_and(|(_, action)| !action.has_resource_types()) {
        notes.push(format!(
            "{} is about no resource in particular: it is asked on *",
            question.action
        ));
        return Ok(anything(principal));
    }
    if text == "*" {
        return Ok(anything(principal));
    }
    if let Some(world) = world
        && let Some(found) = in_model(text, question, world)?
    {
        return Ok(found);
    }
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", _, _, _, account, rest] = fields.as_slice() else {
        return Err(Diagnostic::error(format!("{text} is no resource that is known")).help(
            match world {
                Some(_) => "give an ARN, *, or the name of a resource of what was given",
                None => "give an ARN or *",
            },
        ));
    };
    if rest.is_empty() {
        return Err(Diagnostic::error(format!("{text} is no ARN"))
            .help("write it as arn:partition:service:region:account:resource"));
    }
    let own =
        Some((*account).to_owned()).filter(|account| !account.is_empty() && !account.contains('*'));
    if let (Some(own), Some(said)) = (&own, &question.resource_account)
        && own != said
    {
        return Err(Diagnostic::error(format!("the resource is of account {own}, not {said}"))
            .help("leave out the resource's account, or name another resource"));
    }
    let account = own.or_else(|| question.resource_account.clone());
    Ok(Object { resource: Resource { names: vec![text.to_owned()], account }, ..Object::default() })
}

fn anything(principal: &Principal) -> Object {
    let account = principal.account.clone();
    Object { resource: Resource { names: vec!["*".to_owned()], account }, ..Object::default() }
}

/// A resource of the model by key, name or ARN, or something in it, such as an
/// object of a bucket.
fn in_model(
    text: &str,
    question: &Question,
    world: &World<'_>,
) -> Result<Option<Object>, Diagnostic> {
    let service = question.action.split(':').next().unwrap_or_default();
    let whole = link::find_any(world.snapshot, text);
    let found = match one_of(text, whole, service)? {
        Some(found) => Some((found, String::new())),
        None => text.match_indices('/').find_map(|(at, _)| {
            let (name, below) = text.split_at(at);
            let name = name.strip_prefix("arn:aws:s3:::").unwrap_or(name);
            let buckets = link::find_any(world.snapshot, name);
            let bucket = buckets.into_iter().find(|found| found.collection == "s3_buckets")?;
            Some((bucket, below.to_owned()))
        }),
    };
    let found = match found {
        None => text.strip_prefix("arn:aws:s3:::").and_then(|name| {
            Some((
                ResourceRef::new("s3_buckets", link::find(world.snapshot, "s3_buckets", name)?),
                String::new(),
            ))
        }),
        found => found,
    };
    let Some((reference, below)) = found else { return Ok(None) };
    let mut object = world.subjects.object(&reference, &below);
    if let Some(found) = &mut object
        && text.starts_with("arn:")
        && !found.resource.names.iter().any(|name| name == text)
    {
        found.resource.names.push(text.to_owned());
    }
    Ok(object)
}

/// The one of several that the action's service is about.
fn one_of(
    text: &str,
    mut found: Vec<ResourceRef>,
    service: &str,
) -> Result<Option<ResourceRef>, Diagnostic> {
    if found.len() > 1 {
        let about = |found: &ResourceRef| match service {
            "s3" => found.collection == "s3_buckets",
            "kms" => found.collection == "kms_keys",
            "secretsmanager" => found.collection == "secrets",
            "iam" | "sts" => found.collection.starts_with("iam_"),
            "logs" => found.collection == "log_groups",
            _ => true,
        };
        found.retain(about);
    }
    match found.len() {
        0 | 1 => Ok(found.pop()),
        many => Err(Diagnostic::error(format!("{text} may be any of {many} resources"))
            .help("name it by its ARN, or by its key as `audit snapshot` shows it")),
    }
}

/// Adds the policies that the question brings.
fn add_policies(
    question: &Question,
    request: &Request,
    set: &mut PolicySet,
    notes: &mut Vec<String>,
) -> Result<(), Vec<Diagnostic>> {
    let mut reader = Reader { errors: Vec::new(), notes };
    for (index, given) in question.identity_policies.iter().enumerate() {
        let policy = reader.policy(Kind::Identity, &format!("identity_policies/{index}"), given);
        set.identity.policies.extend(policy.map(Arc::new));
    }
    if let Some(given) = &question.boundary {
        set.boundary = Some(reader.layer(Kind::Identity, "boundary", std::slice::from_ref(given)));
    }
    if let Some(given) = &question.session_policies {
        set.session = Some(reader.layer(Kind::Session, "session_policies", given));
    }
    if let Some(given) = &question.resource_policy {
        let is_role = request
            .resource
            .names
            .iter()
            .any(|name| name.contains(":role/") && name.contains(":iam:"));
        let kind = if is_role { Kind::Trust } else { Kind::Resource };
        set.resource = Some(reader.layer(kind, "resource_policy", std::slice::from_ref(given)));
    }
    for (index, level) in question.scps.iter().enumerate() {
        set.service_control.push(reader.layer(
            Kind::ServiceControl,
            &format!("scps/{index}"),
            level,
        ));
        set.assumptions.retain(|found| !found.contains("service control"));
    }
    for (index, level) in question.rcps.iter().enumerate() {
        set.resource_control.push(reader.layer(
            Kind::ResourceControl,
            &format!("rcps/{index}"),
            level,
        ));
    }
    if let Some(given) = &question.endpoint_policy {
        set.endpoint =
            Some(reader.layer(Kind::Endpoint, "endpoint_policy", std::slice::from_ref(given)));
    }
    set.management_accounts.extend(question.management_account.clone());
    match reader.errors.is_empty() {
        true => Ok(()),
        false => Err(reader.errors),
    }
}

/// Reads policies and gathers what is wrong with them.
struct Reader<'n> {
    errors: Vec<Diagnostic>,
    notes: &'n mut Vec<String>,
}

impl Reader<'_> {
    fn layer(&mut self, kind: Kind, name: &str, given: &[Json]) -> Layer {
        let policies = given
            .iter()
            .enumerate()
            .filter_map(|(index, given)| self.policy(kind, &format!("{name}/{index}"), given));
        Layer::of(policies.collect::<Vec<_>>())
    }

    /// A policy that is given as a document, or as the name of a file.
    fn policy(&mut self, kind: Kind, name: &str, given: &Json) -> Option<Policy> {
        let (name, text) = match given {
            Json::String(text) if text.trim_start().starts_with('{') => {
                (name.to_owned(), text.clone())
            }
            Json::String(file) => match read(file) {
                Ok(text) => (file.clone(), text),
                Err(error) => {
                    self.errors.push(*error);
                    return None;
                }
            },
            document => (name.to_owned(), document.to_string()),
        };
        match policy_file::read(kind, &Arc::from(name.as_str()), &text) {
            Ok(file) => {
                self.notes.extend(file.warnings.iter().map(|warning| warning.message.clone()));
                self.notes.extend(odd_values(&name, &file.document));
                Some(Policy::new(name, Place::File(file.statements), &file.document))
            }
            Err(errors) => {
                self.errors.extend(errors);
                None
            }
        }
    }
}

fn read(file: &str) -> Result<String, Box<Diagnostic>> {
    let failed = |reason: String| {
        Box::new(
            Diagnostic::error(format!("the policy cannot be read: {reason}"))
                .in_file(file)
                .help("name a file that holds one JSON policy document"),
        )
    };
    let bytes = std::fs::read(file).map_err(|error| failed(error.to_string()))?;
    crate::source::decode::decode(&bytes).map_err(|error| failed(error.to_string()))
}

/// Values that have not the form that their operator compares.
fn odd_values(name: &str, document: &crate::model::PolicyDocument) -> Vec<String> {
    let conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    conditions
        .filter_map(|condition| {
            let comparison = Operator::parse(&condition.operator)?.comparison;
            let odd = condition
                .values
                .iter()
                .find(|value| !compare::is_well_formed(comparison, value))?;
            Some(format!(
                "{name}: {odd} is no value that {} compares; nothing matches it",
                condition.operator
            ))
        })
        .collect()
}
