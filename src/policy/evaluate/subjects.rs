//! What is judged, as verdicts name it. All verdicts on a resource share one.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::facts::Facts;
use super::findings::Key;
use crate::model::{Model, Resource};
use crate::policy::verdict::Subject;

/// The resources as subjects, made when the first control asks for one of their
/// collection.
pub struct Subjects {
    by_collection: HashMap<&'static str, OnceLock<Vec<Arc<Subject>>>>,
}

impl Default for Subjects {
    fn default() -> Self {
        let names = Model::COLLECTIONS.iter();
        Self { by_collection: names.map(|name| (*name, OnceLock::new())).collect() }
    }
}

impl Facts<'_> {
    /// The resources of a collection as subjects, by id; none for an unknown name.
    pub fn all(&self, collection: &str) -> &[Arc<Subject>] {
        match self.subjects.by_collection.get_key_value(collection) {
            Some((collection, known)) => known.get_or_init(|| self.whole(collection)),
            None => &[],
        }
    }

    /// A part of a resource, as its key names it, as a subject.
    pub fn part(&self, key: Key) -> Arc<Subject> {
        Arc::new(self.made(key))
    }

    fn whole(&self, collection: &str) -> Vec<Arc<Subject>> {
        let ids = self.snapshot.model.ids(collection);
        let whole = |id: &str| Key {
            collection: collection.to_owned(),
            id: id.to_owned(),
            path: String::new(),
        };
        ids.into_iter().map(|id| Arc::new(self.made(whole(id)))).collect()
    }

    fn made(&self, key: Key) -> Subject {
        let resource = self.snapshot.model.find(&key.collection, &key.id);
        let name = resource.and_then(Resource::name).unwrap_or(&key.id);
        let part = Some(&key.path)
            .filter(|path| !path.is_empty())
            .and_then(|path| self.attribute(&key.collection, &key.id, &format!("{path}/name")))
            .and_then(|name| name.as_string().ok());
        Subject {
            name: part.map_or_else(|| name.to_owned(), |part| format!("{name}/{part}")),
            resource_type: Model::resource_type(&key.collection).unwrap_or_default().to_owned(),
            arn: resource.and_then(Resource::arn).map(str::to_owned),
            account: resource.and_then(Resource::account).map(str::to_owned),
            region: resource.and_then(Resource::region).map(str::to_owned),
            origin: self.origin(&key.collection, &key.id, &key.path).cloned(),
            collection: key.collection,
            id: key.id,
            path: key.path,
        }
    }
}
