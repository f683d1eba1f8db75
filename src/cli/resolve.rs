//! From a question about permissions to the request and the policies that it
//! is decided by.

use super::question::Question;
use super::{object, policy_input};
use crate::analysis::identity::catalogue::{self, Catalogue};
use crate::analysis::identity::evaluate::{Layer, PolicySet, Principal, PrincipalKind, Request};
use crate::analysis::identity::resource_policies;
use crate::analysis::identity::subjects::{Object, Subjects, not_held};
use crate::diagnostic::Diagnostic;
use crate::model::{Reason, ResourceRef, Snapshot, link};

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
    let (object, notes) = asked(question, world)?;
    let (reference, principal) = principal(question, world).map_err(|error| vec![error])?;
    let mut resolved = resolve_for(question, reference.as_ref(), principal, &object, world)?;
    resolved.notes.splice(0..0, notes);
    Ok(resolved)
}

/// What a question asks about, whoever is asked about, and what the asker
/// should know of it.
///
/// # Errors
///
/// Where action or resource are not understood.
pub fn asked(
    question: &Question,
    world: Option<&World<'_>>,
) -> Result<(Object, Vec<String>), Vec<Diagnostic>> {
    let mut notes = Vec::new();
    check_action(&question.action, &mut notes)?;
    let object = object::object(question, world, &mut notes).map_err(|error| vec![error])?;
    Ok((object, notes))
}

/// Makes a question about a principal ready.
///
/// # Errors
///
/// Where the context or the policies of the question are not understood.
pub fn resolve_for(
    question: &Question,
    reference: Option<&ResourceRef>,
    principal: Principal,
    object: &Object,
    world: Option<&World<'_>>,
) -> Result<Resolved, Vec<Diagnostic>> {
    let context = question.context().map_err(|message| {
        vec![Diagnostic::error(message).help("write it as {\"aws:SourceIp\": \"203.0.113.9\"}")]
    })?;
    let mut policies = match world {
        Some(world) => {
            let mut set = world.subjects.policies(reference, &principal);
            world.subjects.add_object(object, &mut set);
            set
        }
        None => PolicySet::default(),
    };
    let mut resource = object.resource.clone();
    if resource.is_open() {
        let said = question.resource_account.clone();
        resource.account = said.or_else(|| principal.account.clone());
    }
    let request = Request::new(principal, &question.action, resource, context);
    if let Some(world) = world {
        let in_model = object.reference.is_some();
        not_given(question, &request, reference.is_some(), in_model, world, &mut policies);
    }
    let mut notes = Vec::new();
    policy_input::add_policies(question, &request, &mut policies, &mut notes)?;
    Ok(Resolved { request, policies, notes })
}

/// What follows from a principal or resource that is not in the model: nobody
/// knows its policies. Where the call failed that would have told of it, that
/// is why, and no absence is taken for granted.
fn not_given(
    question: &Question,
    request: &Request,
    knows_principal: bool,
    knows_resource: bool,
    world: &World<'_>,
    set: &mut PolicySet,
) {
    use PrincipalKind as Kind;
    let why = |reason: Option<&Reason>| match reason {
        Some(reason) => format!(" ({reason})"),
        None => ", which was not given,".to_owned(),
    };
    let collection = match request.principal.kind {
        Kind::User | Kind::FederatedUser => Some("iam_users"),
        Kind::Role | Kind::RoleSession => Some("iam_roles"),
        _ => None,
    };
    if let Some(collection) = collection
        && !knows_principal
        && question.identity_policies.is_empty()
    {
        let unread = world.subjects.unread(collection, "", "");
        let words = format!("a policy of {}{}", request.principal.arn, why(unread));
        set.identity.unknown.push(words);
    }
    if request.principal.kind == Kind::FederatedUser && question.session_policies.is_none() {
        let words = format!("a session policy of {}, which was not given,", request.principal.arn);
        set.session = Some(Layer { policies: Vec::new(), unknown: vec![words] });
    }
    let name = request.resource.names.first().map_or("*", String::as_str);
    if request.resource.is_open() || knows_resource || question.resource_policy.is_some() {
        return;
    }
    let own = request.is_same_account();
    if resource_policies::of_arn(name) == Some(resource_policies::Kind::NotHeld) {
        set.resource = Some(not_held(name));
        return;
    }
    let unread = world.subjects.unread_policy(name).filter(|_| own);
    if own && unread.is_none() {
        set.assumptions.push(format!("{name} has no policy that denies it; none was given"));
    } else {
        let words = format!("the policy of {name}{}", why(unread));
        set.resource = Some(Layer { policies: Vec::new(), unknown: vec![words] });
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
pub fn principal(
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
    let provider = identity_provider(text, &question.action);
    let parsed = provider.or_else(|| Principal::parse(text)).or_else(|| {
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

/// A provider of web identities that has no ARN, such as `accounts.google.com`,
/// where the action is one by which its identities assume a role.
fn identity_provider(text: &str, action: &str) -> Option<Principal> {
    let signs_in = action.to_ascii_lowercase().starts_with("sts:assumerolewith");
    let is_host = text.contains('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    (signs_in && is_host).then(|| Principal {
        kind: PrincipalKind::Identity,
        arn: text.to_owned(),
        ..Principal::default()
    })
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
