//! The spellings by which resources may be called.

use std::collections::HashMap;

use crate::model::{Model, Snapshot};

/// Every spelling by which a resource may be called, for each collection.
#[derive(Debug, Default)]
pub struct Spellings {
    by_collection: HashMap<&'static str, HashMap<String, Target>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Target {
    Key(String),
    /// Several resources share the spelling, in two accounts or regions, say:
    /// the keys of the first few.
    Ambiguous(Vec<String>),
}

/// So many resources of one spelling are kept, to be told.
const MOST_KEPT: usize = 5;

impl Spellings {
    /// Those of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut found = Self::default();
        for resource in snapshot.model.resources() {
            let spellings = found.by_collection.entry(resource.collection()).or_default();
            let mut add = |spelling: &str| add_spelling(spellings, spelling, resource.id());
            if let Some(arn) = resource.arn() {
                add(arn);
            }
            if let Some(name) = resource.name() {
                add(name);
            }
        }
        for (collection, aliases) in &snapshot.aliases {
            let Some(collection) = Model::COLLECTIONS.iter().find(|name| *name == collection)
            else {
                continue;
            };
            let spellings = found.by_collection.entry(collection).or_default();
            for (spelling, id) in aliases {
                add_spelling(spellings, spelling, id);
            }
        }
        // A key always means itself.
        for resource in snapshot.model.resources() {
            found
                .by_collection
                .entry(resource.collection())
                .or_default()
                .insert(resource.id().to_owned(), Target::Key(resource.id().to_owned()));
        }
        found
    }

    /// The key that a spelling means in a collection.
    pub fn resolve(&self, collection: &str, spelling: &str) -> Option<&str> {
        match self.by_collection.get(collection)?.get(spelling)? {
            Target::Key(id) => Some(id),
            Target::Ambiguous(_) => None,
        }
    }

    /// The keys that a spelling may mean in the first of `collections` that
    /// knows it, where it is not clear which; empty otherwise.
    pub fn candidates(&self, collections: &[&str], spelling: &str) -> &[String] {
        match self.target(collections, spelling) {
            Some(Target::Ambiguous(ids)) => ids,
            _ => &[],
        }
    }

    fn target(&self, collections: &[&str], spelling: &str) -> Option<&Target> {
        collections.iter().find_map(|name| self.by_collection.get(*name)?.get(spelling))
    }

    /// Replaces `field` by the key it means in the first of `collections` that
    /// knows it.
    pub fn one(&self, collections: &[&str], field: &mut Option<String>) {
        if let Some(value) = field {
            self.text(collections, value);
        }
    }

    /// As [`Self::one`], for a list.
    pub fn all(&self, collections: &[&str], fields: &mut [String]) {
        for field in fields {
            self.text(collections, field);
        }
    }

    /// As [`Self::one`], for a text.
    pub fn text(&self, collections: &[&str], value: &mut String) {
        if let Some(Target::Key(id)) = self.target(collections, value)
            && id != value
        {
            *value = id.to_owned();
        }
    }
}

fn add_spelling(spellings: &mut HashMap<String, Target>, spelling: &str, id: &str) {
    spellings
        .entry(spelling.to_owned())
        .and_modify(|target| match target {
            Target::Key(known) if known == id => {}
            Target::Key(known) => {
                *target = Target::Ambiguous(vec![std::mem::take(known), id.to_owned()]);
            }
            Target::Ambiguous(known) => {
                if known.len() < MOST_KEPT && !known.iter().any(|one| one == id) {
                    known.push(id.to_owned());
                }
            }
        })
        .or_insert_with(|| Target::Key(id.to_owned()));
}
