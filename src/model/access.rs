//! Access to the model's collections by type and by name.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Declares [`super::Model`] and the ways into it from one list of
/// collections.
macro_rules! collections {
    ( $( $collection:ident: $ty:ident ),* $(,)? ) => {
        /// The model of everything that was read. Collections are keyed by
        /// resource id, and references between resources are those ids.
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct Model {
            /// When the newest part was read, RFC 3339 in UTC. Ages count
            /// from it.
            pub collected_at: String,
            $(
                #[doc = concat!("Resources of type [`", stringify!($ty), "`] by key.")]
                pub $collection: std::collections::BTreeMap<String, $ty>,
            )*
            /// Facts that no single resource holds.
            pub analysis: Analysis,
        }

        /// A type with a collection of its own in the model.
        pub trait Collected: Resource + ResourceType + Sized {
            /// The collection.
            fn of(model: &Model) -> &std::collections::BTreeMap<String, Self>;
            /// The collection, to change.
            fn of_mut(model: &mut Model) -> &mut std::collections::BTreeMap<String, Self>;
        }

        $(
            impl Collected for $ty {
                fn of(model: &Model) -> &std::collections::BTreeMap<String, Self> { &model.$collection }
                fn of_mut(model: &mut Model) -> &mut std::collections::BTreeMap<String, Self> { &mut model.$collection }
            }
        )*

        impl Model {
            /// The names of all collections.
            pub const COLLECTIONS: &'static [&'static str] = &[ $( stringify!($collection) ),* ];

            /// The names of all its fields: the collections, and what is
            /// beside them.
            pub const MEMBERS: &'static [&'static str] =
                &["collected_at", $( stringify!($collection), )* "analysis"];

            /// Takes a resource out of its collection; gives whether it was
            /// there.
            pub fn remove(&mut self, collection: &str, id: &str) -> bool {
                match collection {
                    $( stringify!($collection) => self.$collection.remove(id).is_some(), )*
                    _ => false,
                }
            }

            /// Serialises one field; nothing for an unknown name.
            ///
            /// # Errors
            ///
            /// Those of the serialiser.
            pub fn serialize_member<S: serde::Serializer>(
                &self,
                name: &str,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                match name {
                    $( stringify!($collection) => serde::Serialize::serialize(&self.$collection, serializer), )*
                    "collected_at" => serde::Serialize::serialize(&self.collected_at, serializer),
                    "analysis" => serde::Serialize::serialize(&self.analysis, serializer),
                    _ => serializer.serialize_none(),
                }
            }

            /// A model from its fields as JSON, each read on its own, on as
            /// many threads as there are.
            ///
            /// # Errors
            ///
            /// Where a field is not of its form, or there is no such field.
            pub fn from_members(
                members: &std::collections::BTreeMap<&str, &serde_json::value::RawValue>,
            ) -> serde_json::Result<Self> {
                let known = |name: &&&str| Self::MEMBERS.contains(*name);
                if let Some(name) = members.keys().find(|name| !known(name)) {
                    return Err(serde::de::Error::custom(format!("unknown field `{name}`")));
                }
                let mut model = Self::default();
                let failed = std::sync::Mutex::new(None);
                {
                    let Self { collected_at, analysis, $( $collection, )* } = &mut model;
                    let read = access::Members { members, failed: &failed };
                    rayon::scope(|scope| {
                        scope.spawn(|_| read.member("collected_at", collected_at));
                        scope.spawn(|_| read.member("analysis", analysis));
                        $( scope.spawn(|_| read.member(stringify!($collection), $collection)); )*
                    });
                }
                match failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
                    Some(error) => Err(error),
                    None => Ok(model),
                }
            }

            /// The CloudFormation type name of a collection's resources.
            pub fn resource_type(collection: &str) -> Option<&'static str> {
                match collection {
                    $( stringify!($collection) => Some(<$ty as ResourceType>::TYPE), )*
                    _ => None,
                }
            }

            /// The keys of a collection, in order; empty for an unknown name.
            pub fn ids(&self, collection: &str) -> Vec<&str> {
                match collection {
                    $( stringify!($collection) => self.$collection.keys().map(String::as_str).collect(), )*
                    _ => Vec::new(),
                }
            }

            /// A resource by collection and key.
            pub fn get(&self, resource: &ResourceRef) -> Option<&dyn Resource> {
                self.find(&resource.collection, &resource.id)
            }

            /// As [`Self::get`].
            pub fn find(&self, collection: &str, id: &str) -> Option<&dyn Resource> {
                match collection {
                    $( stringify!($collection) => self.$collection.get(id).map(|found| found as &dyn Resource), )*
                    _ => None,
                }
            }

            /// A resource as JSON.
            pub fn value(&self, resource: &ResourceRef) -> Option<serde_json::Result<serde_json::Value>> {
                match resource.collection.as_str() {
                    $( stringify!($collection) => self.$collection.get(&resource.id).map(serde_json::to_value), )*
                    _ => None,
                }
            }

            /// Every resource.
            pub fn resources(&self) -> impl Iterator<Item = &dyn Resource> {
                let all: Vec<&dyn Resource> = Vec::new();
                all.into_iter()
                    $( .chain(self.$collection.values().map(|found| found as &dyn Resource)) )*
            }

            /// Gives resources that lack their id or type what their place in
            /// the model says, and tells those whose id is not their key:
            /// collection, key and id.
            pub fn identify(&mut self) -> Vec<(&'static str, String, String)> {
                let mut wrong = Vec::new();
                $(
                    for (key, found) in &mut self.$collection {
                        if found.id.is_empty() {
                            found.id.clone_from(key);
                        } else if found.id != *key {
                            wrong.push((stringify!($collection), key.clone(), found.id.clone()));
                            found.id.clone_from(key);
                        }
                        if found.r#type.is_empty() {
                            found.r#type = <$ty as ResourceType>::TYPE.to_owned();
                        }
                    }
                )*
                wrong
            }

            /// How many resources there are.
            pub fn len(&self) -> usize {
                0 $( + self.$collection.len() )*
            }

            /// Whether there is no resource at all.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Takes in another model; where both have a resource, the other's
            /// replaces it.
            pub fn extend(&mut self, other: Model) {
                if other.collected_at > self.collected_at {
                    self.collected_at = other.collected_at;
                }
                $( self.$collection.extend(other.$collection); )*
            }
        }
    };
}

pub(super) use collections;

/// The fields of a model as JSON, and the first error in one.
pub(super) struct Members<'m> {
    pub(super) members: &'m BTreeMap<&'m str, &'m RawValue>,
    pub(super) failed: &'m Mutex<Option<serde_json::Error>>,
}

impl Members<'_> {
    /// Reads a field, if it is there.
    pub(super) fn member<T: DeserializeOwned>(&self, name: &str, into: &mut T) {
        let Some(json) = self.members.get(name) else { return };
        match serde_json::from_str(json.get()) {
            Ok(value) => *into = value,
            Err(error) => {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(error);
            }
        }
    }
}

use super::{Model, ResourceRef};

impl Model {
    /// Adds a resource under its own id, and returns a reference to it.
    pub fn insert<T: super::Collected>(&mut self, resource: T) -> ResourceRef {
        let reference = ResourceRef::new(T::COLLECTION, resource.id());
        T::of_mut(self).insert(reference.id.clone(), resource);
        reference
    }
}
