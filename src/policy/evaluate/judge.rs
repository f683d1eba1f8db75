//! One control: its subjects, and the verdict on each.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::Settings;
use super::facts::Facts;
use super::findings::{self, Answers, Dependency, JudgeError, Key, RawFinding};
use super::missing::{Dependencies, Missing, Requirements};
use super::prepare::Prepared;
use crate::model::gap::covers;
use crate::model::{Gap, Model, Resource};
use crate::policy::bundle::Policy;
use crate::policy::gaps::{self, Place};
use crate::policy::metadata::{Control, Severity};
use crate::policy::verdict::{Status, Subject, Verdict};

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
    let mut verdicts = unlistable(control, facts, settings);
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
    for key in subjects {
        let own = by_subject.remove(&key).unwrap_or_default();
        if applicable.as_ref().is_some_and(|applicable| !applicable.contains(&key)) {
            if !own.is_empty() {
                let Key { collection, id, path } = key;
                let file = policy.module.file.clone();
                return Err(JudgeError::NotApplicable { file, collection, id, path });
            }
            let missing = requirements.unlisted(&key);
            if !missing.is_empty() {
                verdicts.push(unknown(policy, key, &missing, facts, settings));
            }
            continue;
        }
        verdicts.push(verdict(policy, key, own, &requirements, facts, settings)?);
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
fn subjects(control: &Control, facts: &Facts<'_>) -> Vec<Key> {
    let mut found = Vec::new();
    for subject in &control.subject {
        let (collection, list) = subject.split_once('.').unwrap_or((subject, ""));
        for id in facts.snapshot.model.ids(collection) {
            let judged =
                facts.source(collection, id).is_none_or(|source| control.sources.contains(&source));
            if !judged {
                continue;
            }
            let key =
                |path: String| Key { collection: collection.to_owned(), id: id.to_owned(), path };
            if list.is_empty() {
                found.push(key(String::new()));
                continue;
            }
            let path = format!("/{}", list.replace('.', "/"));
            let items =
                facts.attribute(collection, id, &path).and_then(|list| list.as_array().ok());
            found.extend(
                (0..items.map_or(0, |items| items.len()))
                    .map(|index| key(format!("{path}/{index}"))),
            );
            // A list that is not known may hold more than is there.
            let is_open = |gap: &&Gap| !gap.path.is_empty() && covers(&gap.path, &path);
            let list_is_open = facts.gaps.of_resource(collection, id).iter().any(is_open);
            if list_is_open {
                found.push(key(path));
            }
        }
    }
    found
}

/// One unknown verdict for each place where subjects could not be listed.
fn unlistable(control: &Control, facts: &Facts<'_>, settings: &Settings) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for subject in &control.subject {
        let collection = collection_of(subject);
        for gap in facts.gaps.of_collection(collection, Place::default()) {
            if !gap.path.is_empty() || gaps::is_partial_view(gap) {
                continue;
            }
            let resource_type = Model::resource_type(collection).unwrap_or_default().to_owned();
            let subject = Subject {
                collection: collection.to_owned(),
                id: String::new(),
                path: String::new(),
                name: resource_type.clone(),
                resource_type,
                arn: None,
                account: gap.account.clone(),
                region: gap.region.clone(),
                origin: None,
            };
            verdicts.push(Verdict {
                fingerprint: fingerprint(&control.id, &subject),
                control: control.id.clone(),
                severity: severity(control, settings),
                subject,
                status: Status::Unknown,
                findings: Vec::new(),
                reasons: vec![gap.reason.to_string()],
                waiver: None,
            });
        }
    }
    verdicts
}

/// A verdict on what the control might apply to, if more were known.
fn unknown(
    policy: &Policy,
    key: Key,
    missing: &Missing<'_>,
    facts: &Facts<'_>,
    settings: &Settings,
) -> Verdict {
    let control = &policy.control;
    let reasons = missing.reasons(&key, MAX_REASONS);
    let subject = subject(key, facts);
    Verdict {
        fingerprint: fingerprint(&control.id, &subject),
        control: control.id.clone(),
        severity: severity(control, settings),
        subject,
        status: Status::Unknown,
        findings: Vec::new(),
        reasons,
        waiver: None,
    }
}

/// The severity that a control's verdicts have.
pub fn severity(control: &Control, settings: &Settings) -> Severity {
    settings.severities.get(&control.id).copied().unwrap_or(control.severity)
}

fn verdict(
    policy: &Policy,
    key: Key,
    raw: Vec<RawFinding>,
    requirements: &Requirements<'_>,
    facts: &Facts<'_>,
    settings: &Settings,
) -> Result<Verdict, JudgeError> {
    let control = &policy.control;
    let mut certain = Vec::new();
    let mut open = Vec::new();
    let mut missing = Missing::default();
    for finding in raw {
        let gaps = requirements.under(&finding, &key);
        let finding = findings::finished(finding, policy, facts)?;
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
        missing.extend(requirements.of(&key));
        let status = if missing.is_empty() { Status::Pass } else { Status::Unknown };
        (status, open, missing.reasons(&key, MAX_REASONS))
    };
    let subject = subject(key, facts);
    Ok(Verdict {
        fingerprint: fingerprint(&control.id, &subject),
        control: control.id.clone(),
        severity: severity(control, settings),
        subject,
        status,
        findings,
        reasons,
        waiver: None,
    })
}
fn subject(key: Key, facts: &Facts<'_>) -> Subject {
    let resource = facts.snapshot.model.find(&key.collection, &key.id);
    let name = resource.and_then(Resource::name).unwrap_or(&key.id);
    let part = Some(&key.path)
        .filter(|path| !path.is_empty())
        .and_then(|path| facts.attribute(&key.collection, &key.id, &format!("{path}/name")))
        .and_then(|name| name.as_string().ok());
    Subject {
        name: part.map_or_else(|| name.to_owned(), |part| format!("{name}/{part}")),
        resource_type: Model::resource_type(&key.collection).unwrap_or_default().to_owned(),
        arn: resource.and_then(Resource::arn).map(str::to_owned),
        account: resource.and_then(Resource::account).map(str::to_owned),
        region: resource.and_then(Resource::region).map(str::to_owned),
        origin: facts.origin(&key.collection, &key.id, &key.path).cloned(),
        collection: key.collection,
        id: key.id,
        path: key.path,
    }
}

/// A name for a verdict that is the same from run to run.
fn fingerprint(control: &str, subject: &Subject) -> String {
    let mut hash = Sha256::new();
    let place =
        [subject.account.as_deref(), subject.region.as_deref()].map(Option::unwrap_or_default);
    let parts = [control, &subject.collection, &subject.id, &subject.path, place[0], place[1]];
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let bytes = hash.finalize();
    bytes.iter().take(16).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
