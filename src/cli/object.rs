//! The resource that a question about permissions is about.

use super::question::Question;
use super::resolve::World;
use crate::analysis::identity::catalogue::Catalogue;
use crate::analysis::identity::evaluate::Resource;
use crate::analysis::identity::subjects::Object;
use crate::diagnostic::Diagnostic;
use crate::model::{ResourceRef, link};

/// The resource, and its policy where the model has it.
///
/// # Errors
///
/// Where it is not understood, or may be any of several.
pub fn object(
    question: &Question,
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
        return Ok(anything());
    }
    if text == "*" {
        let names_one = known.is_some_and(|(_, action)| action.has_resource_types());
        return Ok(if names_one { whatever() } else { anything() });
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

/// No resource in particular; it is of the principal's account.
fn anything() -> Object {
    let resource = Resource { names: vec!["*".to_owned()], account: None };
    Object { resource, ..Object::default() }
}

/// Any resource at all, for an action that is about one: what a policy says of
/// some resources leaves the answer open.
fn whatever() -> Object {
    let resource = Resource { names: vec![Resource::SOME.to_owned()], account: None };
    Object { resource, ..Object::default() }
}

/// A resource of the model by key, name or ARN, or something in it, such as an
/// object of a bucket.
fn in_model(
    text: &str,
    question: &Question,
    world: &World<'_>,
) -> Result<Option<Object>, Diagnostic> {
    if let Some((function, below)) = world.subjects.qualified(text) {
        let mut object = world.subjects.object(&function, &below);
        // How templates refer to a version or an alias.
        let types = ["AWS::Lambda::Alias", "AWS::Lambda::Version", "aws_lambda_alias"];
        let names = types.iter().map(|kind| format!("ref:{kind}/{text}"));
        object.iter_mut().for_each(|object| object.resource.names.extend(names.clone()));
        return Ok(object);
    }
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
    let called = || world.subjects.by_arn(text).map(|called| (called, String::new()));
    let Some((reference, below)) = found.or_else(called) else { return Ok(None) };
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
            "sqs" => found.collection == "sqs_queues",
            "sns" => found.collection == "sns_topics",
            "lambda" => found.collection == "lambda_functions",
            "es" => found.collection == "opensearch_domains",
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
