//! The facts that verdicts rest on: the model as the policies see it, with gaps
//! and origins.

use std::collections::HashMap;

use regorus::Value;

use super::input::{InputError, input};
use super::subjects::Subjects;
use crate::model::{Origin, ResourceOrigin, Snapshot};
use crate::policy::gaps::{GapIndex, Place};

/// The model as the policies see it, and what stands beside it.
pub struct Facts<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The model, `input` to the policies.
    pub value: Value,
    /// What is not known.
    pub gaps: GapIndex<'a>,
    /// By collection and id: every verdict asks for its subject's.
    origins: HashMap<(&'a str, &'a str), &'a ResourceOrigin>,
    /// What verdicts are on.
    pub(super) subjects: Subjects,
}

impl<'a> Facts<'a> {
    /// Converts the model.
    ///
    /// # Errors
    ///
    /// Where it cannot be serialised.
    pub fn new(snapshot: &'a Snapshot) -> Result<Self, InputError> {
        let origins = snapshot.origins.iter().map(|(of, id, origin)| ((of, id), origin));
        let (value, origins) = rayon::join(|| input(&snapshot.model), || origins.collect());
        Ok(Self {
            snapshot,
            value: value?,
            gaps: GapIndex::new(snapshot),
            origins,
            subjects: Subjects::default(),
        })
    }

    /// The value of an attribute; the resource itself for an empty path.
    pub fn attribute(&self, collection: &str, id: &str, path: &str) -> Option<&Value> {
        let mut value = member(member(&self.value, collection)?, id)?;
        for step in path.split('/').skip(1) {
            value = match value {
                Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => member(value, &step.replace("~1", "/").replace("~0", "~"))?,
            };
        }
        Some(value)
    }

    /// Where a resource, or an attribute of it, stands.
    pub fn origin(&self, collection: &str, id: &str, path: &str) -> Option<&Origin> {
        self.origins.get(&(collection, id)).map(|origin| origin.at(path))
    }

    /// The account and region of a resource.
    pub fn place(&self, collection: &str, id: &str) -> Place<'a> {
        let resource = self.snapshot.model.find(collection, id);
        Place {
            account: resource.and_then(|resource| resource.account()),
            region: resource.and_then(|resource| resource.region()),
        }
    }
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(object) => object.get(&Value::from(name)),
        _ => None,
    }
}
