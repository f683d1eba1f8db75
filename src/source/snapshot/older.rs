//! Snapshots that an earlier version of this program saved. A program writes
//! all that its model has, so what is not in one was not looked for.

use std::collections::BTreeSet;

use crate::model::{Gap, Model, Reason, Snapshot};

/// Records the collections that were not written; `written` are the members of
/// the model in the file.
pub fn note(snapshot: &mut Snapshot, written: &BTreeSet<&str>) {
    let missing = Model::COLLECTIONS.iter().filter(|name| !written.contains(**name));
    snapshot.gaps.extend(missing.map(|name| Gap {
        collection: (*name).to_owned(),
        id: None,
        path: String::new(),
        account: None,
        region: None,
        reason: Reason::NotInSource { source: "the snapshot".to_owned() },
    }));
}
