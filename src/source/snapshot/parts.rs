//! Reads a large snapshot on as many threads as there are: what is found is
//! parsed while the rest of the file is still looked through.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::result::Result as Outcome;
use std::sync::{Mutex, PoisonError};

use rayon::Scope;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Error, Result};

use super::{hand_written, older};
use crate::model::{Gap, Model, Origins, Reader, ResourceOrigin, Snapshot};

/// A snapshot from its text.
///
/// # Errors
///
/// Where it is no whole snapshot. The error does not say where: to read the text
/// in one piece does.
pub fn read(text: &str) -> Result<Snapshot> {
    let mut model = Model::default();
    let later = Later::default();
    let (mut snapshot, named) = rayon::scope(|scope| {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let parts = Parts { scope, readers: model.readers(), later: &later };
        let read = deserializer.deserialize_map(parts)?;
        deserializer.end()?;
        Ok::<_, Error>(read)
    })?;
    if let Some(error) = inner(later.failed) {
        return Err(error);
    }
    snapshot.model = model;
    snapshot.gaps = inner(later.gaps);
    snapshot.origins = Origins::new(inner(later.origins));
    if !hand_written::is_one(&snapshot) {
        older::note(&mut snapshot, &named);
    }
    Ok(snapshot)
}

/// What is parsed beside the model.
#[derive(Default)]
struct Later {
    failed: Mutex<Option<Error>>,
    gaps: Mutex<BTreeSet<Gap>>,
    origins: Mutex<BTreeMap<String, BTreeMap<String, ResourceOrigin>>>,
}

impl Later {
    fn note<T>(&self, result: Result<T>) -> Option<T> {
        let note = |error| *lock(&self.failed) = Some(error);
        result.map_err(note).ok()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn parse<T: DeserializeOwned>(json: &RawValue) -> Result<T> {
    serde_json::from_str(json.get())
}

/// The members of a snapshot; the large ones are parsed elsewhere.
struct Parts<'p, 's> {
    scope: &'p Scope<'s>,
    readers: HashMap<&'static str, Reader<'s>>,
    later: &'s Later,
}

impl<'t: 's, 's> Visitor<'t> for Parts<'_, 's> {
    /// The snapshot without what is parsed elsewhere, and the names of the
    /// model's members.
    type Value = (Snapshot, BTreeSet<&'t str>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a snapshot")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Outcome<Self::Value, A::Error> {
        let Self { scope, mut readers, later } = self;
        let (mut version, mut named) = (None, None);
        let mut snapshot = Snapshot { tool_version: String::new(), ..Snapshot::default() };
        let mut seen = BTreeSet::new();
        while let Some(member) = map.next_key::<&str>()? {
            if !seen.insert(member) {
                return Err(A::Error::custom(format!("duplicate field `{member}`")));
            }
            match member {
                "schema_version" => version = Some(map.next_value()?),
                "tool_version" => snapshot.tool_version = map.next_value()?,
                "model" => {
                    let mut names = BTreeSet::new();
                    map.next_value_seed(Members(|name: &'t str, json: &'t RawValue| {
                        names.insert(name);
                        let Some(read) = readers.remove(name) else { return false };
                        scope.spawn(move |_| _ = later.note(read(json)));
                        true
                    }))?;
                    named = Some(names);
                }
                "gaps" => {
                    let json: &RawValue = map.next_value()?;
                    scope.spawn(move |_| {
                        if let Some(gaps) = later.note(parse(json)) {
                            *lock(&later.gaps) = gaps;
                        }
                    });
                }
                "origins" => {
                    map.next_value_seed(Members(|name: &'t str, json: &'t RawValue| {
                        scope.spawn(move |_| {
                            if let Some(origins) = later.note(parse(json)) {
                                lock(&later.origins).insert(name.to_owned(), origins);
                            }
                        });
                        true
                    }))?;
                }
                "coverage" => snapshot.coverage = map.next_value()?,
                "inline_waivers" => snapshot.inline_waivers = map.next_value()?,
                "aliases" => snapshot.aliases = map.next_value()?,
                other => return Err(A::Error::custom(format!("unknown field `{other}`"))),
            }
        }
        snapshot.schema_version =
            version.ok_or_else(|| A::Error::missing_field("schema_version"))?;
        Ok((snapshot, named.ok_or_else(|| A::Error::missing_field("model"))?))
    }
}

/// Hands each member of an object on; the answer says whether there may be such a
/// one.
struct Members<F>(F);

impl<'t, F: FnMut(&'t str, &'t RawValue) -> bool> DeserializeSeed<'t> for Members<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Outcome<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'t, F: FnMut(&'t str, &'t RawValue) -> bool> Visitor<'t> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(mut self, mut map: A) -> Outcome<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some((name, json)) = map.next_entry()? {
            if !seen.insert(name) || !(self.0)(name, json) {
                return Err(A::Error::custom(format!("unknown or duplicate field `{name}`")));
            }
        }
        Ok(())
    }
}
