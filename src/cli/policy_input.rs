//! The policies that a question about permissions brings with it.

use std::sync::Arc;

use serde_json::Value as Json;

use super::question::Question;
use crate::analysis::identity::evaluate::{
    Formula, Layer, Place, Policy, PolicySet, PrincipalKind, Request,
};
use crate::diagnostic::Diagnostic;
use crate::source::policy_file::{self, Kind};

/// Adds the policies that the question brings.
///
/// # Errors
///
/// Where one cannot be read, or AWS would refuse it.
pub fn add_policies(
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
        set.boundary = Some(reader.layer(Kind::Identity, "boundary", listed(given)));
    }
    if let Some(given) = &question.session_policies {
        set.session = Some(reader.layer(Kind::Session, "session_policies", given));
    } else if request.principal.kind == PrincipalKind::FederatedUser && set.session.is_none() {
        // GetFederationToken without a policy gives a session no permissions.
        set.session = Some(Layer::default());
        reader.notes.push(
            "no session policy was given, so that only policies of resources grant a federated user anything"
                .to_owned(),
        );
    }
    if let Some(given) = &question.resource_policy {
        let is_role = request
            .resource
            .names
            .iter()
            .any(|name| name.contains(":role/") && name.contains(":iam:"));
        let kind = if is_role { Kind::Trust } else { Kind::Resource };
        set.resource = Some(reader.layer(kind, "resource_policy", listed(given)));
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
        set.endpoint = Some(reader.layer(Kind::Endpoint, "endpoint_policy", listed(given)));
    }
    if let Some(restricted) = question.block_public_access {
        set.restricts_public_buckets = Some(Formula::constant(restricted));
    }
    set.management_accounts.extend(question.management_account.clone());
    match reader.errors.is_empty() {
        true => Ok(()),
        false => Err(reader.errors),
    }
}

/// The policies of a list, or one alone.
fn listed(given: &Json) -> &[Json] {
    match given {
        Json::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
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
                self.notes.extend(file.warnings.iter().map(note));
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
    crate::source::decode::decode(bytes).map_err(|error| failed(error.to_string()))
}

/// A warning about a policy as a note of the answer, with its place.
fn note(warning: &Diagnostic) -> String {
    match &warning.span {
        Some(span) => {
            format!("{}:{}:{}: {}", span.file, span.start_line, span.start_column, warning.message)
        }
        None => warning.message.clone(),
    }
}
