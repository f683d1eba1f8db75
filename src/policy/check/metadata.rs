//! What a policy says of itself, held against its text and the model.

use std::collections::BTreeSet;
use std::path::Path;

use super::program::{self, Package};
use super::references::Documents;
use super::shape::{Missing, Shape};
use crate::diagnostic::Diagnostic;
use crate::model::{Model, Span};
use crate::policy::annotations::line_span;
use crate::policy::bundle::Policy;
use crate::policy::frameworks::{FRAMEWORKS, framework};
use crate::suggest::nearest;

/// Rules that the engine asks a policy for, and whether they are sets.
const RULES: [&str; 3] = ["deny", "applicable", "depends"];

/// Checks the metadata of a policy.
pub fn check(
    policy: &Policy,
    package: Option<&Package>,
    documents: &Documents<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut metadata = Metadata { policy, diagnostics };
    metadata.names();
    metadata.texts();
    metadata.subjects(documents);
    metadata.requires(documents);
    metadata.frameworks();
    if let Some(package) = package {
        metadata.rules(package);
    }
}

struct Metadata<'a> {
    policy: &'a Policy,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Metadata<'_> {
    /// Tells of something at the first line of the text that has `token`.
    fn tell(&mut self, token: &str, message: String, help: impl Into<String>) {
        self.tell_within(&[token], message, help);
    }

    /// Tells of something at the last of `tokens`, each sought after the one
    /// before it.
    fn tell_within(&mut self, tokens: &[&str], message: String, help: impl Into<String>) {
        let span = place(&self.policy.module.file, &self.policy.module.text, tokens);
        self.diagnostics.push(Diagnostic::error(message).at(span).help(help));
    }

    fn names(&mut self) {
        let control = &self.policy.control;
        let well_formed = !control.id.is_empty()
            && control
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && control.id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !well_formed {
            self.tell(
                "id:",
                format!("the id {:?} is not made of lower-case words and hyphens", control.id),
                "write it like rds-private",
            );
        }
        let stem = Path::new(&self.policy.module.file).file_stem().and_then(|stem| stem.to_str());
        if stem != Some(control.id.as_str()) {
            self.tell(
                "id:",
                format!(
                    "the id is {}, and the file is {}.rego",
                    control.id,
                    stem.unwrap_or_default()
                ),
                format!("call the file {}.rego, or change the id", control.id),
            );
        }
        let expected = format!("audit.{}", control.id.replace('-', "_"));
        if control.package != expected {
            self.tell(
                "package ",
                format!("the package is {}, and the id {}", control.package, control.id),
                format!("write `package {expected}`"),
            );
        }
    }

    fn texts(&mut self) {
        let control = self.policy.control.clone();
        for (name, text) in [
            ("title", &control.title),
            ("description", &control.description),
            ("summary", &control.remediation.summary),
        ] {
            if text.trim().is_empty() {
                self.tell(
                    &format!("{name}:"),
                    format!("{name} is empty"),
                    "reports print it; say it in a sentence",
                );
            }
        }
        for (name, is_empty) in [
            ("sources", control.sources.is_empty()),
            ("subject", control.subject.is_empty()),
            ("requires", control.requires.is_empty()),
            ("architecture", control.architecture.is_empty()),
        ] {
            if is_empty {
                self.tell(
                    &format!("{name}:"),
                    format!("{name} is empty"),
                    "`audit policy show rds-private` prints a policy with every field",
                );
            }
        }
        for link in &control.related_resources {
            if !link.starts_with("https://") {
                self.tell(
                    link,
                    format!("{link} is no https:// address"),
                    "name a documentation page",
                );
            }
        }
    }

    fn subjects(&mut self, documents: &Documents<'_>) {
        for subject in &self.policy.control.subject {
            let (collection, list) = subject.split_once('.').unwrap_or((subject, ""));
            let Some(item) = self.collection(collection, documents) else { continue };
            if list.is_empty() {
                continue;
            }
            match item.attribute(list) {
                Ok(shape) if shape.is_list() => {}
                Ok(_) => self.tell(
                    subject,
                    format!("{subject} is no list"),
                    "a subject is a collection, or a list in its resources",
                ),
                Err(missing) => self.missing(subject, collection, missing),
            }
        }
    }

    fn requires(&mut self, documents: &Documents<'_>) {
        for required in &self.policy.control.requires {
            let (collection, path) = required.split_once('.').unwrap_or((required, ""));
            if collection == "analysis" {
                if let Ok(analysis) = documents.input.field("analysis")
                    && let Err(missing) = analysis.attribute(path)
                {
                    self.missing(required, collection, missing);
                }
                continue;
            }
            let Some(item) = self.collection(collection, documents) else { continue };
            let found = match path.strip_prefix("reachability.") {
                Some(path) => documents.reachability().attribute(path),
                None => item.attribute(path),
            };
            if let Err(missing) = found {
                self.missing(required, collection, missing);
            }
        }
    }

    /// The shape of a collection's resources.
    fn collection<'s>(&mut self, name: &str, documents: &Documents<'s>) -> Option<Shape<'s>> {
        if Model::COLLECTIONS.contains(&name) {
            return documents.input.field(name).ok().map(|collection| collection.item());
        }
        let names: Vec<String> = Model::COLLECTIONS.iter().map(|&name| name.to_owned()).collect();
        let help = match nearest(name, &names) {
            Some(near) => format!("did you mean {near}?"),
            None => "`audit policy schema` prints the collections".to_owned(),
        };
        self.tell(name, format!("the model has no collection {name}"), help);
        None
    }

    fn missing(&mut self, token: &str, collection: &str, (field, missing): (String, Missing)) {
        let help = match nearest(&field, &missing.names) {
            Some(near) => format!("did you mean {near}?"),
            None => "`audit policy schema` prints the attributes".to_owned(),
        };
        self.tell(token, format!("{token}: {collection} has no attribute {field}"), help);
    }

    fn frameworks(&mut self) {
        for (id, requirements) in &self.policy.control.frameworks {
            let key = format!("{id}:");
            let Some(framework) = framework(id) else {
                let known: Vec<String> =
                    FRAMEWORKS.iter().map(|framework| framework.id.to_owned()).collect();
                let help = match nearest(id, &known) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("known are {}", known.join(", ")),
                };
                self.tell_within(
                    &["frameworks:", &key],
                    format!("there is no framework {id}"),
                    help,
                );
                continue;
            };
            if requirements.is_empty() {
                self.tell_within(
                    &["frameworks:", &key],
                    format!("the framework {id} has no requirements"),
                    "name them, or leave it out",
                );
            }
            let mut seen = BTreeSet::new();
            for requirement in requirements {
                let tokens = ["frameworks:", key.as_str(), requirement];
                if !framework.is_well_formed(requirement) {
                    self.tell_within(
                        &tokens,
                        format!("{requirement:?} is no id of {id}"),
                        format!("write it like {}", framework.examples),
                    );
                } else if !seen.insert(requirement) {
                    self.tell_within(
                        &tokens,
                        format!("{requirement} stands twice among those of {id}"),
                        "name it once",
                    );
                }
            }
        }
    }

    fn rules(&mut self, package: &Package) {
        if !package.rules.contains("deny") {
            self.tell(
                "package ",
                "there is no rule deny".to_owned(),
                "write `deny contains finding if { … }`",
            );
        }
        for name in RULES {
            if package.functions.contains_key(name) {
                self.tell(
                    &format!("{name}("),
                    format!("{name} is a function"),
                    format!("write `{name} contains … if {{ … }}`"),
                );
            }
        }
    }
}

/// The place of the last of `tokens` in a text, each sought after the one
/// before it; of the last that is found where one is not.
fn place(file: &str, text: &str, tokens: &[&str]) -> Span {
    let mut found: Option<(usize, &str)> = None;
    let mut from = 0;
    for &token in tokens {
        let Some(offset) = text.get(from..).and_then(|rest| rest.find(token)) else { break };
        found = Some((from + offset, token));
        from += offset + token.len();
    }
    let Some((start, token)) = found else { return line_span(file, 1) };
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let width = token.trim_end().chars().count().max(1);
    Span {
        start_column: number(column),
        end_column: number(column + width),
        ..line_span(file, line)
    }
}

/// The rules of a policy that the engine reads and that are no sets.
pub fn not_sets(module: &program::Parsed) -> Vec<(&str, &regorus::unstable::Span)> {
    use regorus::unstable::{Rule, RuleHead};
    module
        .ast
        .policy
        .iter()
        .filter_map(|rule| {
            let name = program::rule_name(rule)?;
            match rule.as_ref() {
                Rule::Spec { head: RuleHead::Compr { .. }, span, .. } if RULES.contains(&name) => {
                    Some((name, span))
                }
                _ => None,
            }
        })
        .collect()
}
