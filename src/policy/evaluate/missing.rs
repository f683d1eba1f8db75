//! What is not known of the facts that a verdict rests on.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::facts::Facts;
use super::findings::{Key, RawFinding};
use super::judge::collection_of;
use crate::model::Gap;
use crate::model::gap::MORE;
use crate::policy::gaps;
use crate::policy::metadata::Control;

/// The resources of other collections that each subject's verdict rests on.
/// A collection that is not in it matters as a whole.
pub type Dependencies = HashMap<String, HashMap<Key, BTreeSet<String>>>;

/// Gaps, those of whole collections shared between subjects.
#[derive(Debug, Default)]
pub struct Missing<'a> {
    own: Vec<&'a Gap>,
    shared: Vec<Rc<[&'a Gap]>>,
}

impl<'a> Missing<'a> {
    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.shared.is_empty()
    }

    /// Takes in others.
    pub fn extend(&mut self, other: Self) {
        self.own.extend(other.own);
        self.shared.extend(other.shared);
    }

    fn share(&mut self, gaps: Rc<[&'a Gap]>) {
        if !gaps.is_empty() {
            self.shared.push(gaps);
        }
    }

    /// Why, in words, sorted: so many at most, and how many more there are.
    pub fn reasons(&self, subject: &Key, most: usize) -> Vec<String> {
        // Sorted as text, whatever the gaps' order: the first of each kind.
        let shared = self.shared.iter().flat_map(|gaps| gaps.iter().take(most + 1).copied());
        let reasons: BTreeSet<String> =
            self.own.iter().copied().chain(shared).map(|gap| reason(gap, subject)).collect();
        let left_out: usize =
            self.shared.iter().map(|gaps| gaps.len().saturating_sub(most + 1)).sum();
        let more = left_out + reasons.len().saturating_sub(most);
        let mut reasons: Vec<String> = reasons.into_iter().take(most).collect();
        if more > 0 {
            reasons.push(format!("{more} more attributes are not known"));
        }
        reasons
    }
}

/// What a control requires, and what is not known of it.
pub struct Requirements<'a> {
    facts: &'a Facts<'a>,
    /// Required attributes by collection, as JSON pointers without list items.
    paths: BTreeMap<&'a str, Vec<String>>,
    /// The collections of its subjects.
    subjects: BTreeSet<&'a str>,
    dependencies: Dependencies,
    /// Gaps in the members of whole collections.
    members: RefCell<HashMap<String, Rc<[&'a Gap]>>>,
}

impl<'a> Requirements<'a> {
    /// What `control` requires.
    pub fn new(control: &'a Control, dependencies: Dependencies, facts: &'a Facts<'a>) -> Self {
        let mut paths: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for required in &control.requires {
            let (collection, path) = required.split_once('.').unwrap_or((required, ""));
            let pointer = match path {
                "" => String::new(),
                path => format!("/{}", path.replace('.', "/")),
            };
            paths.entry(collection).or_default().push(pointer);
        }
        let subjects = control.subject.iter().map(|subject| collection_of(subject)).collect();
        Self { facts, paths, subjects, dependencies, members: RefCell::default() }
    }

    /// Whether it may matter which resources of other collections a verdict
    /// rests on: not where all that is required of all of them is known.
    pub fn asks_for_dependencies(&self) -> bool {
        self.paths.keys().any(|collection| !self.of_members(collection).is_empty())
    }

    fn requires(&self, collection: &str, gap: &Gap) -> bool {
        self.paths
            .get(collection)
            .is_some_and(|paths| paths.iter().any(|path| gaps::leaves_open(gap, path)))
    }

    /// Gaps in any resource of a collection: whether it exists, or what is
    /// required of it.
    fn of_members(&self, collection: &str) -> Rc<[&'a Gap]> {
        if let Some(found) = self.members.borrow().get(collection) {
            return found.clone();
        }
        let mut found: Vec<&Gap> = self
            .facts
            .gaps
            .of_members(collection)
            .copied()
            .filter(|gap| gap.path.is_empty() || self.requires(collection, gap))
            .collect();
        found.sort();
        let found: Rc<[&Gap]> = found.into();
        self.members.borrow_mut().insert(collection.to_owned(), found.clone());
        found
    }

    /// Gaps that leave open whether the subject exists.
    fn existence(&self, key: &Key) -> impl Iterator<Item = &'a Gap> {
        let gaps = self.facts.gaps.of_resource(&key.collection, &key.id);
        gaps.iter().copied().filter(|gap| gap.path.is_empty())
    }

    /// The gaps that a finding rests on, by its evidence; a finding without
    /// evidence rests on all that the control requires.
    pub fn under(&self, finding: &RawFinding, key: &Key) -> Missing<'a> {
        if finding.evidence.is_empty() {
            return self.of(key);
        }
        let place = self.facts.place(&key.collection, &key.id);
        let gaps = &self.facts.gaps;
        let mut missing = Missing::default();
        missing.own.extend(self.existence(key));
        for evidence in &finding.evidence {
            match evidence.as_slice() {
                [collection] => {
                    missing.own.extend(gaps.of_collection(collection, place));
                    missing.share(self.of_members(collection));
                }
                [collection, id] => missing.own.extend(gaps.touching(collection, id, "", place)),
                [collection, id, path, ..] => {
                    missing.own.extend(gaps.touching(collection, id, path, place));
                }
                [] => {}
            }
        }
        missing
    }

    /// The gaps in whole collections that may decide whether the control
    /// applies to a subject.
    pub fn unlisted(&self, key: &Key) -> Missing<'a> {
        let place = self.facts.place(&key.collection, &key.id);
        let mut missing = Missing::default();
        for &collection in self.paths.keys().filter(|name| !self.subjects.contains(*name)) {
            missing.own.extend(
                self.facts
                    .gaps
                    .of_collection(collection, place)
                    .filter(|gap| gap.path.is_empty() && !gaps::is_partial_view(gap)),
            );
        }
        missing
    }

    /// The gaps in what the control requires for a subject.
    pub fn of(&self, key: &Key) -> Missing<'a> {
        let place = self.facts.place(&key.collection, &key.id);
        let gaps = &self.facts.gaps;
        let mut missing = Missing::default();
        missing.own.extend(self.existence(key));
        for &collection in self.paths.keys() {
            let is_own = collection == key.collection;
            missing.own.extend(gaps.of_collection(collection, place).filter(|gap| {
                match gap.path.is_empty() {
                    // A subject is not touched by another's absence.
                    true => {
                        !is_own
                            && !gaps::is_partial_view(gap)
                            && !self.subjects.contains(collection)
                    }
                    false => self.requires(collection, gap),
                }
            }));
            if is_own {
                missing.own.extend(
                    gaps.of_resource(collection, &key.id)
                        .iter()
                        .filter(|gap| in_part(gap, &key.path) && self.requires(collection, gap)),
                );
            }
            match self.dependencies.get(collection) {
                Some(by_subject) => {
                    for id in by_subject.get(key).into_iter().flatten() {
                        missing.own.extend(
                            gaps.of_resource(collection, id).iter().filter(|gap| {
                                gap.path.is_empty() || self.requires(collection, gap)
                            }),
                        );
                    }
                }
                None if is_own || self.subjects.contains(collection) => {}
                None => missing.share(self.of_members(collection)),
            }
        }
        missing
    }
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

/// A gap in words, with the attribute that is missing.
fn reason(gap: &Gap, subject: &Key) -> String {
    let of = match &gap.id {
        Some(id) if *id != subject.id || gap.collection != subject.collection => {
            format!("{id} ")
        }
        _ => String::new(),
    };
    let path = gap.path.strip_suffix(MORE).unwrap_or(&gap.path);
    let attribute = path.trim_start_matches('/').replace('/', ".");
    match (of.is_empty(), attribute.is_empty()) {
        (true, true) => gap.reason.to_string(),
        _ => format!("{}: {}", format!("{of}{attribute}").trim(), gap.reason),
    }
}
