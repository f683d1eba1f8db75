//! Where a verdict stands, in words and as a span.

use crate::model::{Origin, Span};
use crate::policy::verdict::{Finding, Verdict};

/// The span of an origin, where it has one.
pub fn span(origin: &Origin) -> Option<&Span> {
    match origin {
        Origin::File { span } => Some(span),
        Origin::Plan { span, .. } | Origin::Api { span, .. } => span.as_ref(),
    }
}

/// The origin that a finding points at: its first evidence that stands in a
/// file, else the subject's.
pub fn of_finding<'a>(verdict: &'a Verdict, finding: &'a Finding) -> Option<&'a Origin> {
    finding
        .evidence
        .iter()
        .filter_map(|evidence| evidence.origin.as_ref())
        .find(|origin| span(origin).is_some())
        .or(verdict.subject.origin.as_ref())
        .or_else(|| finding.evidence.iter().find_map(|evidence| evidence.origin.as_ref()))
}

/// `file:line:column` for what stands in a file, the ARN or id with its region
/// for a live resource.
pub fn in_words(verdict: &Verdict, origin: Option<&Origin>) -> String {
    if let Some(span) = origin.and_then(span) {
        return format!("{}:{}:{}", span.file, span.start_line, span.start_column);
    }
    match origin {
        Some(Origin::Plan { file, address, .. }) => format!("{file} ({address})"),
        _ => live_name(verdict),
    }
}

/// The ARN, or id and region.
fn live_name(verdict: &Verdict) -> String {
    let subject = &verdict.subject;
    match (&subject.arn, &subject.region) {
        (Some(arn), _) => arn.clone(),
        (None, Some(region)) if subject.id.is_empty() => region.clone(),
        (None, Some(region)) => format!("{} in {region}", subject.id),
        (None, None) => subject.id.clone(),
    }
}

/// A value as people read it, short.
pub fn value_in_words(value: &serde_json::Value) -> String {
    const LONGEST: usize = 120;
    let text = match value {
        serde_json::Value::Null => "not set".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

/// An attribute's JSON pointer as people read it: `/ingress/0/cidr_ipv4`
/// becomes `ingress[0].cidr_ipv4`.
pub fn attribute_in_words(path: &str) -> String {
    let mut shown = String::new();
    for step in path.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if !step.is_empty() && step.chars().all(|c| c.is_ascii_digit()) {
            shown.push_str(&format!("[{step}]"));
        } else {
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(&step);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_read_like_code() {
        assert_eq!(attribute_in_words("/ingress/0/cidr_ipv4"), "ingress[0].cidr_ipv4");
        assert_eq!(attribute_in_words("/parameters/a~1b"), "parameters.a/b");
        assert_eq!(attribute_in_words(""), "");
    }
}
