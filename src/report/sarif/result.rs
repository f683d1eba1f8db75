//! Verdicts as SARIF results.

use std::collections::{BTreeMap, HashMap};

use serde_sarif::sarif::{
    CodeFlow, Location, Message, Result, ResultKind, ResultLevel, Suppression, ThreadFlow,
    ThreadFlowLocation,
};
use sha2::{Digest, Sha256};

use super::{location, message, rule};
use crate::model::Origin;
use crate::policy::metadata::Severity;
use crate::policy::verdict::{Finding, Flow, FlowHop, Results, Status, Verdict};
use crate::report::{Context, escape, place};

/// The most steps of a path that code-scanning services keep.
pub(super) const MOST_STEPS: usize = 1_000;
/// Related places in one result.
const MOST_RELATED: usize = 20;

/// The results of a verdict: one for each violation, one for an unknown.
pub(super) fn of(verdict: &Verdict, results: &Results, context: &Context) -> Vec<Result> {
    let index = results
        .controls
        .binary_search_by(|control| control.id.as_str().cmp(&verdict.control))
        .ok()
        .and_then(|index| i64::try_from(index).ok());
    if verdict.status == Status::Unknown || verdict.findings.is_empty() {
        let reasons = verdict.reasons.join("; ");
        let text = format!("{}: not decidable: {reasons}", name(verdict));
        return vec![Result {
            kind: Some(ResultKind::Open),
            level: Some(ResultLevel::None),
            message: message(&text),
            ..base(verdict, None, index, context, "unknown")
        }];
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    verdict
        .findings
        .iter()
        .map(|finding| {
            let key = digest(&finding.key());
            let before = seen.entry(key.clone()).or_default();
            let part = if *before == 0 { key } else { format!("{key}:{before}") };
            *before += 1;
            let related = related(verdict, finding, context);
            Result {
                kind: Some(ResultKind::Fail),
                level: Some(level(verdict.severity)),
                message: text(verdict, finding, &related),
                related_locations: (!related.is_empty()).then_some(related),
                code_flows: flows(finding, context),
                ..base(verdict, Some(finding), index, context, &part)
            }
        })
        .collect()
}

/// How many results [`of`] gives.
pub(super) fn count(verdict: &Verdict) -> usize {
    if verdict.status == Status::Unknown { 1 } else { verdict.findings.len().max(1) }
}

fn base(
    verdict: &Verdict,
    finding: Option<&Finding>,
    rule_index: Option<i64>,
    context: &Context,
    part: &str,
) -> Result {
    let subject = &verdict.subject;
    let origin =
        finding.and_then(|finding| place::of_finding(verdict, finding)).or(subject.origin.as_ref());
    let path = finding
        .and_then(|finding| finding.evidence.iter().find(|e| e.id.as_deref() == Some(&subject.id)))
        .map_or(subject.path.as_str(), |evidence| evidence.path.as_str());
    let physical = location::of(origin, (&subject.collection, &subject.id), path, context);
    let qualified = subject.arn.as_deref().unwrap_or(&subject.id);
    Result {
        rule_id: Some(verdict.control.to_string()),
        rule_index,
        locations: Some(vec![location::with_logical(
            physical,
            &escape::line(qualified),
            "resource",
        )]),
        partial_fingerprints: Some(BTreeMap::from([(
            "auditFingerprint/v1".to_owned(),
            format!("{}:{part}", verdict.fingerprint),
        )])),
        suppressions: suppressions(verdict, context),
        ..Result::builder().message(Message::default()).build()
    }
}

/// A short name for the key of a violation.
fn digest(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

fn name(verdict: &Verdict) -> String {
    let subject = &verdict.subject;
    let part = place::attribute_in_words(&subject.path);
    if part.is_empty() { subject.name.clone() } else { format!("{} {part}", subject.name) }
}

/// The message, with a link to each related place.
fn text(verdict: &Verdict, finding: &Finding, related: &[Location]) -> Message {
    let mut text = escape::sarif(&format!("{}: {}", name(verdict), finding.message));
    for location in related {
        let label = location.message.as_ref().and_then(|message| message.text.as_deref());
        if let (Some(id), Some(label)) = (location.id, label) {
            text.push_str(&format!(" [{label}]({id})"));
        }
    }
    Message { text: Some(text), ..Default::default() }
}

/// The other places that a violation rests on.
fn related(verdict: &Verdict, finding: &Finding, context: &Context) -> Vec<Location> {
    let main = place::of_finding(verdict, finding);
    let mut seen: Vec<&Origin> = main.into_iter().collect();
    let mut related = Vec::new();
    for evidence in &finding.evidence {
        let (Some(origin), Some(id)) = (&evidence.origin, &evidence.id) else { continue };
        if seen.contains(&origin) || place::span(origin).is_none() || related.len() >= MOST_RELATED
        {
            continue;
        }
        seen.push(origin);
        let label = format!("{id} {}", place::attribute_in_words(&evidence.path));
        let place = location::of(Some(origin), (&evidence.collection, id), &evidence.path, context);
        let mut place = location::with_message(place, label.trim());
        place.id = i64::try_from(related.len() + 1).ok();
        related.push(place);
    }
    related
}

/// How many steps of a verdict's paths its results leave out.
pub(super) fn steps_left_out(verdict: &Verdict) -> usize {
    if verdict.status == Status::Unknown {
        return 0;
    }
    let steps = |finding: &Finding| finding.flows.iter().map(|flow| flow.hops.len()).sum::<usize>();
    let kept = |finding: &Finding| kept_flows(finding).map(|flow| flow.1.len()).sum::<usize>();
    verdict.findings.iter().map(|finding| steps(finding) - kept(finding)).sum()
}

/// The paths of a finding, with the steps that a result has room for.
fn kept_flows(finding: &Finding) -> impl Iterator<Item = (&Flow, &[FlowHop])> {
    let mut room = MOST_STEPS;
    finding.flows.iter().filter(|flow| !flow.hops.is_empty()).enumerate().map_while(
        move |(index, flow)| {
            // A path is kept whole; the first is better cut than left out.
            if index > 0 && flow.hops.len() > room {
                room = 0;
                return None;
            }
            let hops = flow.hops.get(..room).unwrap_or(&flow.hops);
            room -= hops.len();
            Some((flow, hops))
        },
    )
}

fn flows(finding: &Finding, context: &Context) -> Option<Vec<CodeFlow>> {
    let flows: Vec<CodeFlow> =
        kept_flows(finding).map(|(flow, hops)| code_flow(flow, hops, context)).collect();
    (!flows.is_empty()).then_some(flows)
}

fn code_flow(flow: &Flow, hops: &[FlowHop], context: &Context) -> CodeFlow {
    let steps = hops.iter().enumerate().map(|(index, hop)| {
        // The internet stands nowhere: it is shown where the path enters.
        let placed = hops.iter().skip(index).find(|hop| hop.resource.is_some()).unwrap_or(hop);
        let (collection, id) = placed
            .resource
            .as_deref()
            .and_then(|resource| resource.split_once('/'))
            .unwrap_or(("", ""));
        let path = placed.path.as_deref().unwrap_or("");
        let mut place = location::of(placed.origin.as_ref(), (collection, id), path, context);
        if let Some(resource) = &hop.resource {
            place = location::with_logical(place, &escape::line(resource), "resource");
        }
        let text = match &hop.resource {
            Some(resource) => format!("{resource}: {}", hop.description),
            None => hop.description.clone(),
        };
        ThreadFlowLocation {
            execution_order: i64::try_from(index + 1).ok(),
            importance: Some("essential".into()),
            location: Some(location::with_message(place, &text)),
            ..Default::default()
        }
    });
    CodeFlow {
        message: Some(message(&flow.label)),
        thread_flows: vec![ThreadFlow::builder().locations(steps.collect::<Vec<_>>()).build()],
        properties: None,
    }
}

fn suppressions(verdict: &Verdict, context: &Context) -> Option<Vec<Suppression>> {
    let waiver = verdict.waiver.as_ref()?;
    let until = waiver.expires.as_ref().map(|day| format!(" (until {day})")).unwrap_or_default();
    let in_source = waiver.origin.as_ref().filter(|origin| place::span(origin).is_some());
    // A waiver in the file of what it waives, as opposed to one of the profile.
    let file = |origin: &Origin| place::span(origin).map(|span| span.file.clone());
    let beside = in_source.and_then(file).is_some_and(|waiver| {
        verdict.subject.origin.as_ref().and_then(file).is_some_and(|subject| subject == waiver)
    });
    let kind = if beside { "inSource" } else { "external" };
    Some(vec![Suppression {
        justification: Some(escape::terminal(&format!("{}{until}", waiver.reason))),
        location: in_source.map(|origin| location::of(Some(origin), ("", ""), "", context)),
        status: Some("accepted".into()),
        ..Suppression::builder().kind(serde_json::Value::from(kind)).build()
    }])
}

fn level(severity: Severity) -> ResultLevel {
    match rule::level(severity) {
        "error" => ResultLevel::Error,
        "warning" => ResultLevel::Warning,
        _ => ResultLevel::Note,
    }
}
