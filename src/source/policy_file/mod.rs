//! Policy files: IAM policy documents as AWS takes them. What AWS refuses is an
//! error with its place.
//!
//! Refused is only what AWS documents as refused, by the text alone; each file
//! names the pages. What AWS calls an error but takes, such as actions, keys and
//! accounts that there are not, is taken here too.
//!
//! Sources: the IAM user guide, "Grammar of the IAM JSON policy language" and
//! "IAM policy validation check reference" (Access Analyzer).

mod arn;
mod conditions;
mod elements;
mod length;
mod organization;
mod principal;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::yaml::{self, Yaml, YamlValue};
use crate::diagnostic::{Diagnostic, Level};
use crate::model::{Effect, PolicyDocument, Span, Statement};

/// What a policy is for; each kind has elements of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of a user, group or role; also a permissions boundary.
    Identity,
    /// Given to a session.
    Session,
    /// Of a resource.
    Resource,
    /// Of a role: who may assume it.
    Trust,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// Of a VPC endpoint.
    Endpoint,
}

impl Kind {
    /// Whether its statements name principals.
    fn names_principals(self) -> bool {
        matches!(self, Self::Resource | Self::Trust | Self::ResourceControl | Self::Endpoint)
    }

    /// What people call it.
    fn words(self) -> &'static str {
        match self {
            Self::Identity => "an identity policy",
            Self::Session => "a session policy",
            Self::Resource => "a resource policy",
            Self::Trust => "a role's trust policy",
            Self::ServiceControl => "a service control policy",
            Self::ResourceControl => "a resource control policy",
            Self::Endpoint => "a VPC endpoint policy",
        }
    }
}

/// A policy that was read.
#[derive(Debug, Clone, Default)]
pub struct PolicyFile {
    /// What it says.
    pub document: PolicyDocument,
    /// Where its statements stand.
    pub statements: Vec<Span>,
    /// What AWS takes but cannot be meant.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a policy as AWS would take it. `file` is its name for people.
///
/// # Errors
///
/// Everything that AWS refuses, each with its place and what to do.
pub fn read(kind: Kind, file: &Arc<str>, text: &str) -> Result<PolicyFile, Vec<Diagnostic>> {
    let mut reader = Reader { kind, has_variables: false, found: Vec::new() };
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let (line, column) = (number(error.line().max(1)), number(error.column().max(1)));
        let span = Span {
            file: file.clone(),
            start_line: line,
            start_column: column,
            end_line: line,
            end_column: column.saturating_add(1),
        };
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        return Err(vec![
            Diagnostic::error(format!("the policy is no JSON: {reason}"))
                .at(span)
                .help("mend the syntax at this place"),
        ]);
    }
    let root = yaml::parse(file, text, &mut reader.found).map_err(|error| vec![*error])?;
    for found in &mut reader.found {
        found.help = Some("AWS refuses a policy with an element twice; remove one".to_owned());
    }
    reader.characters(file, text);
    reader.length(text, &root.span);
    let (document, statements) = reader.document(&root);
    let (errors, warnings): (Vec<_>, Vec<_>) =
        reader.found.into_iter().partition(|found| found.level == Level::Error);
    if errors.is_empty() { Ok(PolicyFile { document, statements, warnings }) } else { Err(errors) }
}

/// Reads a policy and gathers what is wrong with it.
struct Reader {
    kind: Kind,
    /// Whether `${…}` is a variable: in version 2012-10-17 only.
    has_variables: bool,
    found: Vec<Diagnostic>,
}

/// The elements of a policy.
const POLICY: &[&str] = &["Version", "Id", "Statement"];
/// The elements of a statement.
pub(super) const STATEMENT: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Elements and what negates them; a statement has one of the two.
pub(super) const NEGATED: [(&str, &str); 3] =
    [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")];
/// The kinds of principals.
pub(super) const PRINCIPALS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

impl Reader {
    fn error(&mut self, at: &Span, message: impl Into<String>, help: &str) {
        self.found.push(Diagnostic::error(message).at(at.clone()).help(help));
    }

    fn warning(&mut self, at: &Span, message: impl Into<String>, help: &str) {
        self.found.push(Diagnostic::warning(message).at(at.clone()).help(help));
    }

    fn document(&mut self, root: &Yaml) -> (PolicyDocument, Vec<Span>) {
        let mut document = PolicyDocument::default();
        let mut places = Vec::new();
        if !matches!(root.value, YamlValue::Mapping(_)) {
            self.error(
                &root.span,
                "a policy is an object",
                "write {\"Version\": …, \"Statement\": […]}",
            );
            return (document, places);
        }
        self.only(root, POLICY, "a policy");
        if let Some(version) = root.get("Version") {
            document.version = self.string(version, "Version");
            let known = ["2012-10-17", "2008-10-17"];
            if document.version.as_deref().is_some_and(|found| !known.contains(&found)) {
                self.error(
                    &version.span,
                    "there is no such Version of the policy language",
                    "write \"2012-10-17\"",
                );
            }
        }
        self.has_variables = document.version.as_deref() == Some("2012-10-17");
        self.organization(root);
        if let Some(id) = root.get("Id") {
            self.string(id, "Id");
        }
        let Some(statement) = root.get("Statement") else {
            self.error(&root.span, "Statement is missing", "a policy needs one statement at least");
            return (document, places);
        };
        let single = [statement.clone()];
        let statements: &[Rc<Yaml>] = match &statement.value {
            YamlValue::Sequence(items) => items,
            _ => &single,
        };
        if statements.is_empty() {
            self.error(
                &statement.span,
                "Statement is empty",
                "a policy needs one statement at least",
            );
        }
        let mut sids: BTreeMap<String, u32> = BTreeMap::new();
        for found in statements {
            let read = self.statement(found);
            if let (Some(sid), Some(at)) = (&read.sid, found.get("Sid"))
                && let Some(first) = sids.insert(sid.clone(), at.span.start_line)
                && !sid.is_empty()
            {
                let message = format!("the Sid {sid} is there twice, first on line {first}");
                let help = "give each statement a Sid of its own";
                match self.kind {
                    // Some services take it; IAM does not.
                    Kind::Resource | Kind::Endpoint => self.warning(&at.span, message, help),
                    _ => self.error(&at.span, message, help),
                }
            }
            document.statements.push(read);
            places.push(found.span.clone());
        }
        (document, places)
    }

    fn statement(&mut self, node: &Rc<Yaml>) -> Statement {
        if !matches!(node.value, YamlValue::Mapping(_)) {
            self.error(
                &node.span,
                "a statement is an object",
                "write {\"Effect\": …, \"Action\": …}",
            );
            return Statement::default();
        }
        self.only(node, STATEMENT, "a statement");
        let sid = node.get("Sid").and_then(|sid| self.sid(sid));
        let effect = self.effect(node);
        for (plain, not) in NEGATED {
            if let (Some(_), Some(second)) = (node.get(plain), node.get(not)) {
                let message = format!("a statement has {plain} or {not}, not both");
                self.error(&second.span, message, "split it into two statements");
            }
        }
        if node.get("Action").or_else(|| node.get("NotAction")).is_none() {
            self.error(&node.span, "Action is missing", "add Action or NotAction");
        }
        self.resource_is_there(node);
        self.principal_is_there(node);
        let statement = Statement {
            sid,
            effect,
            principals: self.principals(node.get("Principal")),
            not_principals: self.principals(node.get("NotPrincipal")),
            actions: self.actions(node.get("Action"), "Action"),
            not_actions: self.actions(node.get("NotAction"), "NotAction"),
            resources: self.resources(node.get("Resource"), "Resource", effect),
            not_resources: self.resources(node.get("NotResource"), "NotResource", effect),
            conditions: self.conditions(node.get("Condition")),
        };
        self.only_this_kind(node, &statement);
        statement
    }

    /// Refuses elements that there are not.
    fn only(&mut self, node: &Yaml, known: &[&str], what: &str) {
        for (key, _) in node.entries() {
            if known.contains(&key.name.as_str()) {
                continue;
            }
            let near = known.iter().find(|name| name.eq_ignore_ascii_case(&key.name));
            let help = match near {
                Some(name) => format!("write {name}"),
                None => format!("there are {}", known.join(", ")),
            };
            self.error(&key.span, format!("{what} has no element {}", key.name), &help);
        }
    }

    fn sid(&mut self, node: &Yaml) -> Option<String> {
        let sid = self.string(node, "Sid")?;
        let plain = sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain && !matches!(self.kind, Kind::Resource | Kind::Endpoint) {
            self.error(
                &node.span,
                format!("the Sid of {} has letters and digits only", self.kind.words()),
                "leave out spaces and signs",
            );
        }
        Some(sid)
    }

    fn effect(&mut self, node: &Yaml) -> Effect {
        let Some(effect) = node.get("Effect") else {
            self.error(&node.span, "Effect is missing", "add \"Effect\": \"Allow\" or \"Deny\"");
            return Effect::Deny;
        };
        match (effect.text(), &effect.value) {
            (Some("Allow"), YamlValue::Scalar { plain: false, .. }) => Effect::Allow,
            (Some("Deny"), YamlValue::Scalar { plain: false, .. }) => Effect::Deny,
            _ => {
                let help = "write \"Allow\" or \"Deny\", with a capital";
                self.error(&effect.span, "Effect is neither Allow nor Deny", help);
                Effect::Deny
            }
        }
    }

    fn resource_is_there(&mut self, node: &Yaml) {
        let found = node.get("Resource").or_else(|| node.get("NotResource"));
        match (self.kind, found) {
            (Kind::Trust, Some(found)) => self.error(
                &found.span,
                "a role's trust policy has no Resource",
                "remove it; the policy is about the role that carries it",
            ),
            (Kind::Resource | Kind::Trust, _) | (_, Some(_)) => {}
            (_, None) => {
                self.error(&node.span, "Resource is missing", "add Resource or NotResource")
            }
        }
    }

    fn principal_is_there(&mut self, node: &Yaml) {
        let found = node.get("Principal").or_else(|| node.get("NotPrincipal"));
        match (self.kind.names_principals(), found) {
            (false, Some(found)) => self.error(
                &found.span,
                format!("{} has no Principal", self.kind.words()),
                "remove it; the policy is about who carries it",
            ),
            (true, None) => self.error(
                &node.span,
                "Principal is missing",
                "add Principal: a policy of a resource says whom it is about",
            ),
            _ => {}
        }
    }

    /// What policies of one kind may not say.
    fn only_this_kind(&mut self, node: &Yaml, statement: &Statement) {
        if let Some(found) = node.get("NotPrincipal") {
            if self.kind == Kind::Trust {
                let help = "name in Principal who may assume the role";
                self.error(&found.span, "a role's trust policy has no NotPrincipal", help);
            } else if statement.effect == Effect::Allow {
                // "NotPrincipal" calls it unsupported, the check reference only
                // a security warning: a policy with it may be there.
                self.warning(
                    &found.span,
                    "NotPrincipal with Allow lets in everyone else, who is not signed in too; most services refuse it",
                    "name in Principal who is let in",
                );
            }
        }
        self.resource_control(node, statement);
    }
}
