//! A snapshot: the model with what stands beside it, as it is saved to a file.
//!
//! One that a person or another program wrote may leave out what it does not
//! know: see `source::snapshot`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Coverage, Gap, Model, Origins, Reason, SCHEMA_VERSION};

/// The model with gaps, origins and coverage: what every source yields.
///
/// One that a person or another program writes needs `schema_version` and
/// `model` only, and has neither `origins` nor `coverage`. A resource's key is
/// its id. In it a list that is left out is empty (but the `egress` of a
/// security group, which then lets everything out); a VPC has the main route
/// table, default network ACL and default security group that AWS makes with
/// it, unless they are there; a route's `target_type` is told by the beginning
/// of AWS's ids; and where AWS documents a default it is filled in. Any other
/// attribute that is left out is not known, and what rests on it is unknown;
/// `null` says that it is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of the model's schema.
    pub schema_version: u32,
    /// The version of the program that made it; empty in one that a person
    /// wrote.
    #[serde(default)]
    pub tool_version: String,
    /// The model.
    pub model: Model,
    /// What is not known, sorted.
    #[serde(default)]
    pub gaps: BTreeSet<Gap>,
    /// Where everything stands.
    #[serde(default)]
    pub origins: Origins,
    /// What was read.
    #[serde(default)]
    pub coverage: BTreeSet<Coverage>,
    /// Waivers written inside templates.
    #[serde(default)]
    pub inline_waivers: Vec<InlineWaiver>,
    /// Other spellings by which references may name a resource: collection,
    /// then spelling, then key. Ids, ARNs and names are known without it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, BTreeMap<String, String>>,
}

/// A waiver that a template carries beside a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InlineWaiver {
    /// The resource it stands beside.
    pub resource: super::ResourceRef,
    /// The control's id.
    pub control: String,
    /// Why.
    pub reason: String,
    /// Last day it holds, `YYYY-MM-DD`, if it says.
    pub expires: Option<String>,
    /// Where it stands.
    pub origin: Option<super::Origin>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            model: Model::default(),
            gaps: BTreeSet::new(),
            origins: Origins::default(),
            coverage: BTreeSet::new(),
            inline_waivers: Vec::new(),
            aliases: BTreeMap::new(),
        }
    }
}

impl Snapshot {
    /// The gaps of one resource; without an id, those of the whole collection.
    pub fn gaps_of(&self, collection: &str, id: Option<&str>) -> impl Iterator<Item = &Gap> {
        let first = Gap {
            collection: collection.to_owned(),
            id: id.map(str::to_owned),
            path: String::new(),
            account: None,
            region: None,
            // The least.
            reason: Reason::KnownAfterApply { expression: None },
        };
        let same = (first.collection.clone(), first.id.clone());
        self.gaps.range(first..).take_while(move |gap| gap.collection == same.0 && gap.id == same.1)
    }

    /// Takes in another snapshot (another file, account or region); where both
    /// have a resource, the other's replaces it.
    pub fn extend(&mut self, other: Self) {
        self.model.extend(other.model);
        self.gaps.extend(other.gaps);
        self.origins.extend(other.origins);
        self.coverage.extend(other.coverage);
        self.inline_waivers.extend(other.inline_waivers);
        for (collection, spellings) in other.aliases {
            self.aliases.entry(collection).or_default().extend(spellings);
        }
    }

    /// Records that references may also call a resource `spelling`.
    pub fn alias(&mut self, resource: &super::ResourceRef, spelling: impl Into<String>) {
        self.aliases
            .entry(resource.collection.clone())
            .or_default()
            .insert(spelling.into(), resource.id.clone());
    }
}
