//! Controls as SARIF rules.

use serde_sarif::sarif::{MultiformatMessageString, ReportingConfiguration, ReportingDescriptor};

use super::properties;
use crate::policy::metadata::{Control, Severity};
use crate::policy::verdict::Results;

/// The most tags that code-scanning services take of one rule.
const MOST_TAGS: usize = 20;

/// The rule of a control.
pub(super) fn of(control: &Control, results: &Results) -> ReportingDescriptor {
    // The profile may have changed the severity.
    let severity = results
        .verdicts
        .iter()
        .find(|verdict| *verdict.control == *control.id)
        .map_or(control.severity, |verdict| verdict.severity);
    let tags = tags(control);
    ReportingDescriptor {
        name: Some(control.id.clone()),
        short_description: Some(plain(&control.title)),
        full_description: Some(plain(&control.description)),
        help: Some(MultiformatMessageString {
            text: control.remediation.summary.clone(),
            markdown: Some(help(control)),
            properties: None,
        }),
        help_uri: control.related_resources.first().cloned(),
        default_configuration: Some(ReportingConfiguration {
            level: Some(level(severity).into()),
            ..Default::default()
        }),
        properties: Some(properties(
            tags,
            vec![
                ("precision", "high".into()),
                ("security-severity", security_severity(severity).into()),
                ("problem.severity", problem_severity(severity).into()),
            ],
        )),
        ..ReportingDescriptor::builder().id(control.id.clone()).build()
    }
}

/// The requirements that a control maps to. Where they are too many, each
/// framework keeps its first ones.
fn tags(control: &Control) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), "aws".to_owned()];
    let mut requirements: Vec<(usize, &String, &String)> = control
        .frameworks
        .iter()
        .flat_map(|(framework, requirements)| {
            requirements.iter().enumerate().map(move |(turn, id)| (turn, framework, id))
        })
        .collect();
    requirements.sort_by_key(|(turn, ..)| *turn);
    requirements.truncate(MOST_TAGS.saturating_sub(tags.len()));
    requirements.sort_by_key(|(turn, framework, _)| (*framework, *turn));
    tags.extend(requirements.into_iter().map(|(_, framework, id)| format!("{framework}/{id}")));
    tags
}

fn plain(text: &str) -> MultiformatMessageString {
    MultiformatMessageString { text: text.to_owned(), markdown: None, properties: None }
}

fn help(control: &Control) -> String {
    let mut text =
        format!("{}\n\n**{}**\n", control.description.trim(), control.remediation.summary.trim());
    let fixes = [
        ("CloudFormation", "yaml", &control.remediation.cloudformation),
        ("Terraform", "hcl", &control.remediation.terraform),
        ("AWS CLI", "sh", &control.remediation.cli),
    ];
    for (name, language, snippet) in fixes {
        if let Some(snippet) = snippet {
            text.push_str(&format!("\n{name}:\n\n```{language}\n{}\n```\n", snippet.trim()));
        }
    }
    for link in &control.related_resources {
        text.push_str(&format!("\n- <{link}>"));
    }
    text
}

/// The SARIF level of a severity.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The score by which code-scanning services rank: over 9.0 critical, from
/// 7.0 high, from 4.0 medium, below it low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.5",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}
