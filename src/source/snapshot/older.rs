//! Snapshots that an earlier version of this program saved. A program writes
//! all that its model has, so what is not in one was not looked for.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::model::{Gap, Model, Reason, Snapshot};

/// Records the collections that were not written; `written` is the model as it
/// stands in the file.
pub fn note(snapshot: &mut Snapshot, written: &BTreeMap<&str, &RawValue>) {
    let missing = Model::COLLECTIONS.iter().filter(|name| !written.contains_key(**name));
    snapshot.gaps.extend(missing.map(|name| Gap {
        collection: (*name).to_owned(),
        id: None,
        path: String::new(),
        account: None,
        region: None,
        reason: Reason::NotInSource { source: "the snapshot".to_owned() },
    }));
}
