//! Reads `# METADATA` annotations, which the interpreter drops.
//!
//! Source: the OPA documentation, "Annotations".

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::metadata::{Control, Remediation, Severity, SourceKind};
use crate::diagnostic::Diagnostic;
use crate::model::Span;

/// The annotations of a control's package, as they are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Annotations {
    title: String,
    description: String,
    #[serde(default)]
    related_resources: Vec<RelatedResource>,
    custom: Custom,
    /// OPA's scope; a control's annotations are the package's.
    #[serde(default)]
    #[expect(dead_code, reason = "allowed, and without a meaning here")]
    scope: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RelatedResource {
    Link(String),
    Described {
        #[serde(rename = "ref")]
        link: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    id: String,
    severity: Severity,
    subject: OneOrMore,
    sources: Vec<SourceKind>,
    requires: Vec<String>,
    architecture: Vec<String>,
    remediation: Remediation,
    #[serde(default)]
    frameworks: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Reads the control that a policy's text declares. `file` names it in
/// reports and errors.
///
/// # Errors
///
/// Where there is no annotation block, it is no YAML, or a field is missing,
/// unknown or of the wrong type; the diagnostic names file and line.
pub fn read(file: &str, text: &str) -> Result<Control, Box<Diagnostic>> {
    let package = package_of(text).ok_or_else(|| {
        Box::new(
            Diagnostic::error("there is no package declaration")
                .at(line_span(file, 1))
                .help("begin with METADATA annotations and `package audit.NAME`"),
        )
    })?;
    let (first_line, yaml) = block(text).ok_or_else(|| {
        Box::new(
            Diagnostic::error("there is no METADATA above the package")
                .at(line_span(file, 1))
                .help("`audit policy show rds-private` prints a policy to start from"),
        )
    })?;
    let annotations: Annotations = yaml_serde::from_str(&yaml).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line().saturating_sub(1));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        Box::new(
            Diagnostic::error(format!("METADATA: {message}"))
                .at(line_span(file, first_line + line))
                .help("`audit policy show rds-private` prints a policy with every field"),
        )
    })?;
    let custom = annotations.custom;
    Ok(Control {
        id: custom.id,
        title: annotations.title.trim().to_owned(),
        description: annotations.description.trim().to_owned(),
        severity: custom.severity,
        subject: match custom.subject {
            OneOrMore::One(subject) => vec![subject],
            OneOrMore::More(subjects) => subjects,
        },
        sources: custom.sources,
        requires: custom.requires,
        architecture: custom.architecture,
        remediation: custom.remediation,
        frameworks: custom.frameworks,
        related_resources: annotations
            .related_resources
            .into_iter()
            .map(|resource| match resource {
                RelatedResource::Link(link) | RelatedResource::Described { link } => link,
            })
            .collect(),
        package,
        file: file.to_owned(),
    })
}

/// The package that a module declares.
pub fn package_of(text: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.strip_prefix("package "))
        .map(|name| name.split('#').next().unwrap_or_default().trim().to_owned())
}

/// The YAML of the first METADATA block, and the line number of its first line.
fn block(text: &str) -> Option<(usize, String)> {
    let mut lines = text.lines().enumerate();
    lines.find(|(_, line)| line.trim_end() == "# METADATA")?;
    let mut yaml = String::new();
    let mut first = None;
    for (index, line) in lines {
        let Some(rest) = line.strip_prefix('#') else { break };
        first.get_or_insert(index + 1);
        yaml.push_str(rest.strip_prefix(' ').unwrap_or(rest));
        yaml.push('\n');
    }
    first.map(|first| (first, yaml))
}

/// The span of a whole line.
pub fn line_span(file: &str, line: usize) -> Span {
    let line = u32::try_from(line.max(1)).unwrap_or(u32::MAX);
    Span { file: Arc::from(file), start_line: line, start_column: 1, end_line: line, end_column: 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = include_str!("../../policies/data/rds-private.rego");

    #[test]
    fn a_bundled_policy_is_read() {
        let control = read("rds-private.rego", POLICY).unwrap();
        assert_eq!(control.id, "rds-private");
        assert_eq!(control.severity, Severity::Critical);
        assert_eq!(control.package, "audit.rds_private");
        assert!(control.requires.contains(&"subnets.public".to_owned()));
    }

    #[test]
    fn a_wrong_field_names_its_line() {
        let broken = POLICY.replace("severity: critical", "severity: dire");
        let error = read("x.rego", &broken).unwrap_err();
        let line = POLICY.lines().position(|line| line.contains("severity:")).unwrap() + 1;
        assert_eq!(error.span.map(|span| span.start_line as usize), Some(line));
    }

    #[test]
    fn a_policy_without_annotations_is_refused() {
        let error = read("x.rego", "package audit.x\n").unwrap_err();
        assert!(error.message.contains("METADATA"));
    }
}
