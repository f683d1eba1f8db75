//! Waivers: findings that are accepted for a time, with a reason.

use globset::GlobMatcher;
use jiff::civil::Date;

use super::bundle::Bundle;
use super::suggest::unknown_control;
use super::verdict::{AppliedWaiver, Results, Status, Verdict};
use crate::diagnostic::Diagnostic;
use crate::model::snapshot::InlineWaiver;
use crate::model::{Origin, ResourceRef};
use crate::report::place;

/// A waiver, from the configuration or from beside a resource.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The control's id.
    pub control: String,
    /// Matches keys, names and ARNs of resources; or else `resource` is given.
    pub pattern: Option<GlobMatcher>,
    /// The one resource that it stands beside.
    pub resource: Option<ResourceRef>,
    /// Pattern or resource, for messages.
    pub shown_resource: String,
    /// Why.
    pub reason: String,
    /// The last day it holds.
    pub expires: Option<Date>,
    /// Where it was written.
    pub origin: Option<Origin>,
}

impl Waiver {
    /// The waiver that a template carries.
    ///
    /// # Errors
    ///
    /// Where it names no control of the bundle, gives no reason, or a date that
    /// is none.
    pub fn inline(waiver: &InlineWaiver, bundle: &Bundle) -> Result<Self, Box<Diagnostic>> {
        let placed = |diagnostic: Diagnostic| {
            Box::new(match waiver.origin.as_ref().and_then(place::span) {
                Some(span) => diagnostic.at(span.clone()),
                None => diagnostic,
            })
        };
        let wrong = |message: String, help: &str| placed(Diagnostic::error(message).help(help));
        if !bundle.policies.contains_key(&waiver.control) {
            return Err(placed(unknown_control(&waiver.control, bundle.policies.keys())));
        }
        if waiver.reason.trim().is_empty() {
            return Err(wrong(
                format!("the waiver of {} gives no reason", waiver.control),
                "say why it is accepted",
            ));
        }
        let expires = match &waiver.expires {
            None => None,
            Some(day) => Some(
                day.parse()
                    .map_err(|_| wrong(format!("{day:?} is no date"), "write it as YYYY-MM-DD"))?,
            ),
        };
        Ok(Self {
            control: waiver.control.clone(),
            pattern: None,
            resource: Some(waiver.resource.clone()),
            shown_resource: waiver.resource.id.clone(),
            reason: waiver.reason.clone(),
            expires,
            origin: waiver.origin.clone(),
        })
    }

    fn matches(&self, verdict: &Verdict) -> bool {
        let subject = &verdict.subject;
        self.control == *verdict.control
            && match (&self.pattern, &self.resource) {
                (Some(pattern), _) => {
                    [Some(&subject.id), Some(&subject.name), subject.arn.as_ref()]
                        .into_iter()
                        .flatten()
                        .any(|name| pattern.is_match(name))
                }
                (None, Some(resource)) => {
                    resource.collection == subject.collection && resource.id == subject.id
                }
                (None, None) => false,
            }
    }

    fn diagnostic(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.origin.as_ref().and_then(place::span) {
            Some(span) => diagnostic.at(span.clone()),
            None => diagnostic,
        }
    }
}

/// Applies waivers to failures and unknowns as of `today`. An expired waiver
/// covers nothing and is an error; one that covers nothing is a warning.
pub fn apply(waivers: &[Waiver], today: Date, results: &mut Results) {
    for waiver in waivers {
        let mut used = false;
        let expired = waiver.expires.is_some_and(|last| last < today);
        for verdict in &mut results.verdicts {
            if verdict.status == Status::Pass || !waiver.matches(verdict) {
                continue;
            }
            used = true;
            if !expired && verdict.waiver.is_none() {
                verdict.waiver = Some(Box::new(AppliedWaiver {
                    reason: waiver.reason.clone(),
                    expires: waiver.expires.map(|day| day.to_string()),
                    origin: waiver.origin.clone(),
                }));
            }
        }
        let what = format!("the waiver of {} for {}", waiver.control, waiver.shown_resource);
        if expired {
            let day = waiver.expires.map(|day| day.to_string()).unwrap_or_default();
            results.diagnostics.push(
                waiver.diagnostic(
                    Diagnostic::error(format!("{what} expired on {day}"))
                        .help("mend what it covers, or renew it with a new date"),
                ),
            );
        } else if !used && results.controls.iter().any(|control| control.id == waiver.control) {
            results.diagnostics.push(
                waiver.diagnostic(
                    Diagnostic::warning(format!("{what} covers nothing"))
                        .help("remove it, or check the pattern"),
                ),
            );
        }
    }
}
