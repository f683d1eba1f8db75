//! One control: its subjects, and the verdict on each.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Settings;
use super::facts::Facts;
use super::findings::{self, Answers, Dependency, JudgeError, Key, RawFinding};
use super::missing::{Dependencies, Missing, Requirements};
use super::prepare::Prepared;
use crate::model::gap::covers;
use crate::model::{Gap, Model};
use crate::policy::bundle::Policy;
use crate::policy::fingerprint::Fingerprint;
use crate::policy::gaps::{self, Place};
use crate::policy::metadata::{Control, Severity, SourceKind};
use crate::policy::verdict::{Finding, Status, Subject, Verdict};

/// Reasons that a verdict gives at most; more are counted.
const MAX_REASONS: usize = 20;

/// Gives the verdicts of one control.
///
/// # Errors
///
/// Where the policy cannot be evaluated, or yields something that has no
/// meaning; the control has no verdicts then.
pub fn judge(
    policy: &Policy,
    prepared: &Prepared,
    facts: &Facts<'_>,
    settings: &Settings,
) -> Result<Vec<Verdict>, JudgeError> {
    let control = &policy.control;
    let judge = Judge {
        policy,
        facts,
        id: Arc::from(control.id.as_str()),
        severity: severity(control, settings),
    };
    let mut verdicts = judge.unlistable();
    let subjects = subjects(control, facts);
    if subjects.is_empty() {
        return Ok(verdicts);
    }
    verdicts.reserve_exact(subjects.len());
    let mut interpreter = prepared.interpreter(policy)?;
    let Answers { deny: findings, applicable, depends } =
        findings::answers(&mut interpreter, policy)?;
    let applicable: Option<BTreeSet<Key>> = applicable.map(|keys| keys.into_iter().collect());
    let mut dependencies = Dependencies::new();
    for Dependency { subject, on: (collection, id) } in depends {
        let Some(subject) = subject else { continue };
        let of_subject = dependencies.entry(collection).or_default().entry(subject).or_default();
        of_subject.extend(id);
    }
    let mut by_subject: HashMap<Key, Vec<RawFinding>> = HashMap::new();
    for finding in findings {
        by_subject.entry(finding.subject.clone()).or_default().push(finding);
    }
    let requirements = Requirements::new(control, dependencies, facts);
    for (key, subject) in subjects {
        let own = by_subject.remove(&key).unwrap_or_default();
        if applicable.as_ref().is_some_and(|applicable| !applicable.contains(&key)) {
            if !own.is_empty() {
                let Key { collection, id, path } = key;
                let file = policy.module.file.clone();
                return Err(JudgeError::NotApplicable { file, collection, id, path });
            }
            let missing = requirements.unlisted(&key);
            if !missing.is_empty() {
                verdicts.push(judge.unknown(&key, subject, &missing));
            }
            continue;
        }
        verdicts.push(judge.verdict(&key, subject, own, &requirements)?);
    }
    // What is left is about something that is not there, or that another source
    // declares than the control judges.
    let stray = by_subject.into_keys().find(|key| {
        facts.attribute(&key.collection, &key.id, &key.path).is_none()
            || !control.subject.iter().any(|subject| collection_of(subject) == key.collection)
    });
    match stray {
        Some(Key { collection, id, path }) => {
            Err(JudgeError::NoSubject { file: policy.module.file.clone(), collection, id, path })
        }
        None => Ok(verdicts),
    }
}

/// The collection of a subject such as `ecs_task_definitions.containers`.
pub fn collection_of(subject: &str) -> &str {
    subject.split('.').next().unwrap_or(subject)
}

/// The things that the control judges, of the sources that it judges.
fn subjects(control: &Control, facts: &Facts<'_>) -> Vec<(Key, Arc<Subject>)> {
    let mut found = Vec::new();
    for subject in &control.subject {
        let (collection, list) = subject.split_once('.').unwrap_or((subject, ""));
        for resource in facts.all(collection) {
            let source = resource.origin.as_ref().map(SourceKind::of);
            if source.is_some_and(|source| !control.sources.contains(&source)) {
                continue;
            }
            let id = resource.id.as_str();
            let key =
                |path: String| Key { collection: collection.to_owned(), id: id.to_owned(), path };
            if list.is_empty() {
                found.push((key(String::new()), resource.clone()));
                continue;
            }
            let part = |path: String| (key(path.clone()), facts.part(key(path)));
            let path = format!("/{}", list.replace('.', "/"));
            let items =
                facts.attribute(collection, id, &path).and_then(|list| list.as_array().ok());
            found.extend(
                (0..items.map_or(0, |items| items.len()))
                    .map(|index| part(format!("{path}/{index}"))),
            );
            // A list that is not known may hold more than is there.
            let is_open = |gap: &&Gap| !gap.path.is_empty() && covers(&gap.path, &path);
            let list_is_open = facts.gaps.of_resource(collection, id).iter().any(is_open);
            if list_is_open {
                found.push(part(path));
            }
        }
    }
    found
}

/// The severity that a control's verdicts have.
pub fn severity(control: &Control, settings: &Settings) -> Severity {
    settings.severities.get(&control.id).copied().unwrap_or(control.severity)
}

/// Gives the verdicts of one control.
struct Judge<'a> {
    policy: &'a Policy,
    facts: &'a Facts<'a>,
    id: Arc<str>,
    severity: Severity,
}

impl Judge<'_> {
    /// One unknown verdict for each place where subjects could not be listed.
    fn unlistable(&self) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for subject in &self.policy.control.subject {
            let collection = collection_of(subject);
            for gap in self.facts.gaps.of_collection(collection, Place::default()) {
                if !gap.path.is_empty() || gaps::is_partial_view(gap) {
                    continue;
                }
                let resource_type = Model::resource_type(collection).unwrap_or_default().to_owned();
                let subject = Arc::new(Subject {
                    collection: collection.to_owned(),
                    id: String::new(),
                    path: String::new(),
                    name: resource_type.clone(),
                    resource_type,
                    arn: None,
                    account: gap.account.clone(),
                    region: gap.region.clone(),
                    origin: None,
                });
                let reasons = vec![gap.reason.to_string()];
                verdicts.push(self.given(subject, Status::Unknown, Vec::new(), reasons));
            }
        }
        verdicts
    }

    /// A verdict on what the control might apply to, if more were known.
    fn unknown(&self, key: &Key, subject: Arc<Subject>, missing: &Missing<'_>) -> Verdict {
        let reasons = missing.reasons(key, MAX_REASONS);
        self.given(subject, Status::Unknown, Vec::new(), reasons)
    }

    fn verdict(
        &self,
        key: &Key,
        subject: Arc<Subject>,
        raw: Vec<RawFinding>,
        requirements: &Requirements<'_>,
    ) -> Result<Verdict, JudgeError> {
        let mut certain = Vec::new();
        let mut open = Vec::new();
        let mut missing = Missing::default();
        for finding in raw {
            let gaps = requirements.under(&finding, key);
            let finding = findings::finished(finding, self.policy, self.facts)?;
            if gaps.is_empty() {
                certain.push(finding);
            } else {
                missing.extend(gaps);
                open.push(finding);
            }
        }
        let (status, findings, reasons) = if !certain.is_empty() {
            (Status::Fail, certain, Vec::new())
        } else {
            missing.extend(requirements.of(key));
            let status = if missing.is_empty() { Status::Pass } else { Status::Unknown };
            (status, open, missing.reasons(key, MAX_REASONS))
        };
        Ok(self.given(subject, status, findings, reasons))
    }

    fn given(
        &self,
        subject: Arc<Subject>,
        status: Status,
        findings: Vec<Finding>,
        reasons: Vec<String>,
    ) -> Verdict {
        Verdict {
            fingerprint: Fingerprint::new(&self.id, &subject),
            control: self.id.clone(),
            severity: self.severity,
            subject,
            status,
            findings,
            reasons,
            waiver: None,
        }
    }
}
