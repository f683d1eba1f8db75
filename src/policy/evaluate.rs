//! Evaluates policies on a model. The policies give findings; the verdicts are
//! given here, so that none passes over a gap.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use regorus::Value;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::bundle::{Bundle, Policy};
use super::engine::{EngineError, Interpreter};
use super::gaps::{self, GapIndex, Place};
use super::metadata::{Control, Severity, SourceKind};
use super::profile::Profile;
use super::verdict::{
    ControlError, Evidence, Finding, Flow, FlowHop, Results, Status, Subject, Verdict,
};
use crate::model::{Gap, Model, Origin, ResourceRef, Snapshot};

/// What to evaluate, and how.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `data.profile`.
    pub profile: Profile,
    /// Severities that the configuration changes, by control.
    pub severities: BTreeMap<String, Severity>,
    /// Controls that do not run.
    pub disabled: BTreeSet<String>,
    /// If not empty, the only controls that run.
    pub only: BTreeSet<String>,
}

impl Settings {
    fn runs(&self, control: &str) -> bool {
        !self.disabled.contains(control) && (self.only.is_empty() || self.only.contains(control))
    }
}

/// Evaluates every policy of the bundle that the settings let run. The model
/// must be linked, and its facts derived.
pub fn evaluate(snapshot: &Snapshot, bundle: &Bundle, settings: &Settings) -> Results {
    let policies: Vec<&Policy> =
        bundle.policies.values().filter(|policy| settings.runs(&policy.control.id)).collect();
    let mut results = Results {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        collected_at: snapshot.model.collected_at.clone(),
        targets: Vec::new(),
        controls: policies.iter().map(|policy| policy.control.clone()).collect(),
        verdicts: Vec::new(),
        errors: Vec::new(),
        coverage: snapshot.coverage.iter().cloned().collect(),
        diagnostics: Vec::new(),
        resources: snapshot.model.len(),
    };
    let facts = match Facts::new(snapshot) {
        Ok(facts) => facts,
        Err(message) => {
            results.errors.push(ControlError { control: "input".to_owned(), message });
            return results;
        }
    };
    let interpreter = match prepare(&facts, bundle, settings) {
        Ok(interpreter) => interpreter,
        Err(error) => {
            let message = error.to_string();
            results.errors.push(ControlError { control: "libraries".to_owned(), message });
            return results;
        }
    };
    let judged: Vec<_> = policies
        .par_iter()
        .map(|policy| {
            judge(policy, &interpreter, &facts, settings).map_err(|error| ControlError {
                control: policy.control.id.clone(),
                message: error.to_string(),
            })
        })
        .collect();
    for outcome in judged {
        match outcome {
            Ok(verdicts) => results.verdicts.extend(verdicts),
            Err(error) => results.errors.push(error),
        }
    }
    results.verdicts.sort_by(|one, other| {
        (one.status, std::cmp::Reverse(one.severity), &one.control, &one.subject).cmp(&(
            other.status,
            std::cmp::Reverse(other.severity),
            &other.control,
            &other.subject,
        ))
    });
    results
}

/// The policies' input, as they see it: the model as JSON.
///
/// # Errors
///
/// Where the model cannot be written as JSON.
pub fn input(model: &Model) -> Result<Json, serde_json::Error> {
    serde_json::to_value(model)
}

fn prepare(
    facts: &Facts<'_>,
    bundle: &Bundle,
    settings: &Settings,
) -> Result<Interpreter, EngineError> {
    #[derive(Serialize)]
    struct Data<'a> {
        profile: &'a Profile,
    }
    let data = serde_json::to_value(Data { profile: &settings.profile }).unwrap_or_default();
    let mut interpreter = Interpreter::new(&bundle.libraries, Value::from(data))?;
    interpreter.set_input(facts.value.clone());
    Ok(interpreter)
}

/// The facts that verdicts rest on.
struct Facts<'a> {
    snapshot: &'a Snapshot,
    json: Json,
    value: Value,
    gaps: GapIndex<'a>,
}

impl<'a> Facts<'a> {
    fn new(snapshot: &'a Snapshot) -> Result<Self, String> {
        let json = input(&snapshot.model).map_err(|error| error.to_string())?;
        // Collections are converted side by side.
        let entries = json.as_object().map(|object| object.iter().collect::<Vec<_>>());
        let converted: Vec<(String, Value)> = entries
            .unwrap_or_default()
            .into_par_iter()
            .map(|(name, value)| (name.clone(), Value::deserialize(value).unwrap_or(Value::Null)))
            .collect();
        let object: BTreeMap<Value, Value> =
            converted.into_iter().map(|(name, value)| (Value::from(name), value)).collect();
        Ok(Self { snapshot, json, value: Value::from(object), gaps: GapIndex::new(snapshot) })
    }

    /// The value of an attribute.
    fn attribute(&self, collection: &str, id: &str, path: &str) -> Option<&Json> {
        self.json.get(collection)?.get(id)?.pointer(path)
    }

    fn origin(&self, collection: &str, id: &str, path: &str) -> Option<&Origin> {
        self.snapshot.origins.resolve(&ResourceRef::new(collection, id), path)
    }

    /// The kind of source that a resource was read from; `None` where it was
    /// not recorded.
    fn source(&self, collection: &str, id: &str) -> Option<SourceKind> {
        Some(match self.origin(collection, id, "")? {
            Origin::File { .. } => SourceKind::Cloudformation,
            Origin::Plan { .. } => SourceKind::Terraform,
            Origin::Api { .. } => SourceKind::Live,
        })
    }

    fn place(&self, subject: &Key) -> (Option<String>, Option<String>) {
        self.snapshot
            .model
            .get(&ResourceRef::new(&subject.collection, &subject.id))
            .map(|resource| {
                (resource.account().map(str::to_owned), resource.region().map(str::to_owned))
            })
            .unwrap_or_default()
    }
}

/// A subject as policies name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    collection: String,
    id: String,
    path: String,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Vec::<String>::deserialize(deserializer)?;
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(collection), Some(id), path, None) => {
                Ok(Self { collection, id, path: path.unwrap_or_default() })
            }
            _ => Err(serde::de::Error::custom(
                "expected [collection, id] or [collection, id, pointer]",
            )),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFinding {
    subject: Key,
    message: String,
    evidence: Vec<Vec<String>>,
    #[serde(default)]
    flows: Vec<RawFlow>,
}

#[derive(Debug, Deserialize)]
struct RawFlow {
    label: String,
    hops: Vec<crate::model::Hop>,
}

#[derive(Debug, Deserialize)]
struct RawDependency {
    subject: Key,
    on: (String, Option<String>),
}

/// Why a control could not be evaluated.
#[derive(Debug, thiserror::Error)]
enum JudgeError {
    #[error("{0}")]
    Engine(#[from] EngineError),
    #[error(
        "{file}: rule {rule} gives something of the wrong form: {source}; see `audit policy schema`"
    )]
    Form { file: String, rule: &'static str, source: serde_json::Error },
    #[error(
        "{file}: a finding is about {collection}/{id}{path}, which is no subject of the control"
    )]
    NoSubject { file: String, collection: String, id: String, path: String },
    #[error("{file}: evidence {evidence:?} of a finding names no attribute of the model")]
    NoEvidence { file: String, evidence: Vec<String> },
}

/// The resources of other collections that each subject's verdict rests on.
/// A collection that is not in it matters as a whole.
type Dependencies = HashMap<String, HashMap<Key, BTreeSet<String>>>;

fn judge(
    policy: &Policy,
    interpreter: &Interpreter,
    facts: &Facts<'_>,
    settings: &Settings,
) -> Result<Vec<Verdict>, JudgeError> {
    let control = &policy.control;
    let mut interpreter = interpreter.with(&policy.module)?;
    let declared = |name: &str| interpreter.declares(&policy.module, name);
    let (narrowed, depends) = (declared("applicable"), declared("depends"));
    let subjects = subjects(control, facts);
    if subjects.is_empty() {
        return Ok(unlistable(control, facts, settings));
    }
    let findings: Vec<RawFinding> = rule(&mut interpreter, policy, "deny")?;
    let applicable: Option<BTreeSet<Key>> = match narrowed {
        true => {
            Some(rule::<Vec<Key>>(&mut interpreter, policy, "applicable")?.into_iter().collect())
        }
        false => None,
    };
    let mut dependencies = Dependencies::new();
    if depends {
        let raw: Vec<RawDependency> = rule(&mut interpreter, policy, "depends")?;
        for RawDependency { subject, on: (collection, id) } in raw {
            let of_subject =
                dependencies.entry(collection).or_default().entry(subject).or_default();
            of_subject.extend(id);
        }
    }
    let mut by_subject: HashMap<Key, Vec<RawFinding>> = HashMap::new();
    for finding in findings {
        by_subject.entry(finding.subject.clone()).or_default().push(finding);
    }
    let mut verdicts = unlistable(control, facts, settings);
    for key in subjects {
        let own = by_subject.remove(&key).unwrap_or_default();
        if applicable.as_ref().is_some_and(|applicable| !applicable.contains(&key)) {
            continue;
        }
        verdicts.push(verdict(policy, key, own, &dependencies, facts, settings)?);
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

/// Evaluates a rule that yields a set, as a list of `T`.
fn rule<T: for<'de> Deserialize<'de>>(
    interpreter: &mut Interpreter,
    policy: &Policy,
    name: &'static str,
) -> Result<T, JudgeError> {
    let value = interpreter.evaluate(format!("data.{}.{name}", policy.control.package))?;
    let value = if matches!(value, Value::Undefined) { Value::new_array() } else { value };
    serde_json::to_value(&value)
        .and_then(serde_json::from_value)
        .map_err(|source| JudgeError::Form { file: policy.module.file.clone(), rule: name, source })
}

fn collection_of(subject: &str) -> &str {
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
            let items = facts.attribute(collection, id, &path).and_then(Json::as_array);
            found
                .extend((0..items.map_or(0, Vec::len)).map(|index| key(format!("{path}/{index}"))));
            // A list that is not known may hold more than is there.
            let list_is_open =
                facts.gaps.of_resource(collection, id).iter().any(|gap| gap.path == path);
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

fn severity(control: &Control, settings: &Settings) -> Severity {
    settings.severities.get(&control.id).copied().unwrap_or(control.severity)
}

fn verdict(
    policy: &Policy,
    key: Key,
    raw: Vec<RawFinding>,
    dependencies: &Dependencies,
    facts: &Facts<'_>,
    settings: &Settings,
) -> Result<Verdict, JudgeError> {
    let control = &policy.control;
    let (account, region) = facts.place(&key);
    let place = Place { account: account.as_deref(), region: region.as_deref() };
    let mut certain = Vec::new();
    let mut open = Vec::new();
    let mut reasons = BTreeSet::new();
    for finding in raw {
        let gaps = gaps_under(&finding, control, &key, place, facts);
        let finding = finished(finding, policy, facts)?;
        if gaps.is_empty() {
            certain.push(finding);
        } else {
            reasons.extend(gaps.iter().map(|gap| reason(gap, &key)));
            open.push(finding);
        }
    }
    let (status, findings) = if !certain.is_empty() {
        reasons.clear();
        (Status::Fail, certain)
    } else {
        let missing = required_gaps(control, &key, place, dependencies, facts);
        reasons.extend(missing.iter().map(|gap| reason(gap, &key)));
        let status = if reasons.is_empty() { Status::Pass } else { Status::Unknown };
        (status, open)
    };
    let subject = subject(key, facts);
    Ok(Verdict {
        fingerprint: fingerprint(&control.id, &subject),
        control: control.id.clone(),
        severity: severity(control, settings),
        subject,
        status,
        findings,
        reasons: reasons.into_iter().collect(),
        waiver: None,
    })
}

/// A gap in words, with the attribute that is missing.
fn reason(gap: &Gap, subject: &Key) -> String {
    let of = match &gap.id {
        Some(id) if *id != subject.id || gap.collection != subject.collection => {
            format!("{id} ")
        }
        _ => String::new(),
    };
    let attribute = gap.path.trim_start_matches('/').replace('/', ".");
    match (of.is_empty(), attribute.is_empty()) {
        (true, true) => gap.reason.to_string(),
        _ => format!("{}: {}", format!("{of}{attribute}").trim(), gap.reason),
    }
}

/// The gaps that a finding rests on, by its evidence; a finding without
/// evidence rests on all that the control requires.
fn gaps_under<'a>(
    finding: &RawFinding,
    control: &Control,
    key: &Key,
    place: Place<'_>,
    facts: &Facts<'a>,
) -> Vec<&'a Gap> {
    let mut found: Vec<&Gap> = Vec::new();
    // Whether the subject exists at all.
    found.extend(
        facts.gaps.of_resource(&key.collection, &key.id).iter().filter(|gap| gap.path.is_empty()),
    );
    for evidence in &finding.evidence {
        match evidence.as_slice() {
            [collection] => {
                found.extend(facts.gaps.of_collection(collection, place));
                found.extend(
                    facts
                        .gaps
                        .of_members(collection)
                        .filter(|gap| gap.path.is_empty() || is_required(control, collection, gap)),
                );
            }
            [collection, id] => found.extend(facts.gaps.touching(collection, id, "", place)),
            [collection, id, path, ..] => {
                found.extend(facts.gaps.touching(collection, id, path, place));
            }
            [] => {}
        }
    }
    if finding.evidence.is_empty() {
        let none = Dependencies::new();
        found.extend(required_gaps(control, key, place, &none, facts));
    }
    found
}

fn is_required(control: &Control, collection: &str, gap: &Gap) -> bool {
    required_paths(control, collection).any(|path| gaps::leaves_open(gap, &path))
}

/// The attributes of a collection that the control requires, as JSON pointers
/// without list items.
fn required_paths<'a>(
    control: &'a Control,
    collection: &'a str,
) -> impl Iterator<Item = String> + 'a {
    control.requires.iter().filter_map(move |required| {
        let (name, path) = required.split_once('.').unwrap_or((required, ""));
        (name == collection).then(|| match path {
            "" => String::new(),
            path => format!("/{}", path.replace('.', "/")),
        })
    })
}

/// The gaps in what the control requires for a subject.
fn required_gaps<'a>(
    control: &Control,
    key: &Key,
    place: Place<'_>,
    dependencies: &Dependencies,
    facts: &Facts<'a>,
) -> Vec<&'a Gap> {
    let mut found: Vec<&Gap> = Vec::new();
    found.extend(
        facts.gaps.of_resource(&key.collection, &key.id).iter().filter(|gap| gap.path.is_empty()),
    );
    let collections: BTreeSet<&str> =
        control.requires.iter().map(|required| collection_of(required)).collect();
    let subjects: BTreeSet<&str> =
        control.subject.iter().map(|subject| collection_of(subject)).collect();
    for collection in collections {
        let is_own = collection == key.collection;
        let narrowed = dependencies.get(collection);
        for gap in facts.gaps.of_collection(collection, place) {
            // A subject is not touched by another's absence.
            let matters = match gap.path.is_empty() {
                true => !is_own && !gaps::is_partial_view(gap) && !subjects.contains(collection),
                false => is_required(control, collection, gap),
            };
            if matters {
                found.push(gap);
            }
        }
        if is_own {
            found.extend(
                facts
                    .gaps
                    .of_resource(collection, &key.id)
                    .iter()
                    .filter(|gap| in_part(gap, &key.path) && is_required(control, collection, gap)),
            );
        }
        if is_own && narrowed.is_none() {
            continue;
        }
        match narrowed {
            Some(by_subject) => {
                for id in by_subject.get(key).into_iter().flatten() {
                    found.extend(facts.gaps.of_resource(collection, id).iter().filter(|gap| {
                        gap.path.is_empty() || is_required(control, collection, gap)
                    }));
                }
            }
            None if subjects.contains(collection) => {}
            None => found.extend(
                facts
                    .gaps
                    .of_members(collection)
                    .filter(|gap| gap.path.is_empty() || is_required(control, collection, gap)),
            ),
        }
    }
    found
}

/// Whether a gap is about the part that is judged, or about what all parts
/// share.
fn in_part(gap: &Gap, part: &str) -> bool {
    if part.is_empty() {
        return true;
    }
    let list = part.rsplit_once('/').map_or(part, |(list, _)| list);
    gap.touches(part) || !crate::model::gap::covers(list, &gap.path)
}

/// Fills in values and places.
fn finished(raw: RawFinding, policy: &Policy, facts: &Facts<'_>) -> Result<Finding, JudgeError> {
    let mut evidence = Vec::new();
    for item in raw.evidence {
        let no_evidence = |item: &[String]| JudgeError::NoEvidence {
            file: policy.module.file.clone(),
            evidence: item.to_vec(),
        };
        let collection = item.first().cloned().unwrap_or_default();
        if !Model::COLLECTIONS.contains(&collection.as_str()) {
            return Err(no_evidence(&item));
        }
        let id = item.get(1).cloned();
        let path = item.get(2).cloned().unwrap_or_default();
        let (value, origin) = match &id {
            Some(id) => {
                if facts.attribute(&collection, id, "").is_none() {
                    return Err(no_evidence(&item));
                }
                let value = match path.as_str() {
                    "" => None,
                    path => facts.attribute(&collection, id, path).cloned(),
                };
                (value, facts.origin(&collection, id, &path).cloned())
            }
            None => (None, None),
        };
        evidence.push(Evidence { collection, id, path, value, origin });
    }
    let flows = raw
        .flows
        .into_iter()
        .map(|flow| Flow {
            label: flow.label,
            hops: flow
                .hops
                .into_iter()
                .map(|hop| FlowHop {
                    origin: hop.resource.as_ref().and_then(|resource| {
                        facts
                            .snapshot
                            .origins
                            .resolve(resource, hop.path.as_deref().unwrap_or(""))
                            .cloned()
                    }),
                    resource: hop
                        .resource
                        .map(|resource| format!("{}/{}", resource.collection, resource.id)),
                    path: hop.path,
                    description: hop.description,
                })
                .collect(),
        })
        .collect();
    Ok(Finding { message: raw.message, evidence, flows })
}

fn subject(key: Key, facts: &Facts<'_>) -> Subject {
    let reference = ResourceRef::new(&key.collection, &key.id);
    let resource = facts.snapshot.model.get(&reference);
    let name = resource.and_then(crate::model::Resource::name).unwrap_or(&key.id).to_owned();
    let part = facts
        .attribute(&key.collection, &key.id, &key.path)
        .filter(|_| !key.path.is_empty())
        .and_then(|part| part.get("name"))
        .and_then(Json::as_str);
    Subject {
        name: part.map_or(name.clone(), |part| format!("{name}/{part}")),
        resource_type: Model::resource_type(&key.collection).unwrap_or_default().to_owned(),
        arn: resource.and_then(crate::model::Resource::arn).map(str::to_owned),
        account: resource.and_then(crate::model::Resource::account).map(str::to_owned),
        region: resource.and_then(crate::model::Resource::region).map(str::to_owned),
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
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, RdsInstance, RdsSubnetGroup, Reason, Subnet};

    fn identity(id: &str) -> Identity {
        Identity { id: id.to_owned(), name: Some(id.to_owned()), ..Identity::default() }
    }

    fn database(publicly_accessible: Option<bool>, subnet_public: Option<bool>) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let mut database = RdsInstance::new(identity("db"));
        database.publicly_accessible = publicly_accessible;
        database.db_subnet_group = Some("group".to_owned());
        snapshot.model.insert(database);
        let mut group = RdsSubnetGroup::new(identity("group"));
        group.subnet_ids = vec!["subnet".to_owned()];
        snapshot.model.insert(group);
        let mut subnet = Subnet::new(identity("subnet"));
        subnet.public = subnet_public;
        snapshot.model.insert(subnet);
        snapshot
    }

    fn gap(snapshot: &mut Snapshot, collection: &str, id: Option<&str>, path: &str) {
        snapshot.gaps.insert(Gap {
            collection: collection.to_owned(),
            id: id.map(str::to_owned),
            path: path.to_owned(),
            account: None,
            region: None,
            reason: Reason::KnownAfterApply { expression: None },
        });
    }

    fn status(snapshot: &Snapshot) -> Vec<(String, Status)> {
        let settings = Settings { only: ["rds-private".to_owned()].into(), ..Settings::default() };
        let results = evaluate(snapshot, &Bundle::embedded(), &settings);
        assert_eq!(results.errors, []);
        results.verdicts.into_iter().map(|v| (v.subject.id, v.status)).collect()
    }

    #[test]
    fn known_facts_pass_or_fail() {
        assert_eq!(status(&database(Some(false), Some(false))), [("db".into(), Status::Pass)]);
        assert_eq!(status(&database(Some(true), Some(false))), [("db".into(), Status::Fail)]);
        assert_eq!(status(&database(Some(false), Some(true))), [("db".into(), Status::Fail)]);
    }

    #[test]
    fn a_gap_in_the_subject_is_unknown() {
        let mut snapshot = database(None, Some(false));
        gap(&mut snapshot, "rds_instances", Some("db"), "/publicly_accessible");
        assert_eq!(status(&snapshot), [("db".into(), Status::Unknown)]);
    }

    #[test]
    fn a_gap_in_what_the_subject_depends_on_is_unknown() {
        let mut snapshot = database(Some(false), None);
        gap(&mut snapshot, "subnets", Some("subnet"), "/public");
        assert_eq!(status(&snapshot), [("db".into(), Status::Unknown)]);
    }

    #[test]
    fn a_gap_in_an_unrelated_resource_changes_nothing() {
        let mut snapshot = database(Some(false), Some(false));
        snapshot.model.insert(Subnet::new(identity("other")));
        gap(&mut snapshot, "subnets", Some("other"), "/public");
        assert_eq!(status(&snapshot), [("db".into(), Status::Pass)]);
    }

    #[test]
    fn a_violation_on_known_facts_stands_beside_a_gap() {
        let mut snapshot = database(Some(true), None);
        gap(&mut snapshot, "subnets", Some("subnet"), "/public");
        assert_eq!(status(&snapshot), [("db".into(), Status::Fail)]);
    }

    #[test]
    fn what_could_not_be_listed_is_unknown() {
        let mut snapshot = Snapshot::default();
        gap(&mut snapshot, "rds_instances", None, "");
        assert_eq!(status(&snapshot), [(String::new(), Status::Unknown)]);
    }
}
