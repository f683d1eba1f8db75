//! Access to the model's collections by type and by name.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{Model, ResourceRef};

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
                pub $collection: $crate::model::Collection<$ty>,
            )*
            /// Facts that no single resource holds.
            pub analysis: Analysis,
        }

        /// A type with a collection of its own in the model.
        pub trait Collected: Resource + ResourceType + Sized {
            /// The collection.
            fn of(model: &Model) -> &$crate::model::Collection<Self>;
            /// The collection, to change.
            fn of_mut(model: &mut Model) -> &mut $crate::model::Collection<Self>;
        }

        $(
            impl Collected for $ty {
                fn of(model: &Model) -> &$crate::model::Collection<Self> { &model.$collection }
                fn of_mut(model: &mut Model) -> &mut $crate::model::Collection<Self> { &mut model.$collection }
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

            /// What reads each field from JSON, by its name. They may run at
            /// the same time.
            pub fn readers(&mut self) -> std::collections::HashMap<&'static str, Reader<'_>> {
                let Self { collected_at, analysis, $( $collection, )* } = self;
                std::collections::HashMap::from([
                    ("collected_at", access::reader(collected_at)),
                    ("analysis", access::reader(analysis)),
                    $( (stringify!($collection), access::reader($collection)), )*
                ])
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
                    $( stringify!($collection) => self.$collection.get(&resource.id).map($crate::json_text::value), )*
                    _ => None,
                }
            }

            /// Every resource.
            pub fn resources(&self) -> impl Iterator<Item = &dyn Resource> {
                let mut all: Vec<&dyn Resource> = Vec::with_capacity(self.len());
                $( all.extend(self.$collection.values().map(|found| found as &dyn Resource)); )*
                all.into_iter()
            }

            /// Gives resources that lack their id or type what their place in
            /// the model says, and tells those whose id is not their key:
            /// collection, key and id.
            pub fn identify(&mut self) -> Vec<(&'static str, String, String)> {
                let mut wrong = Vec::new();
                $(
                    for (key, found) in self.$collection.iter_mut() {
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
                $( self.$collection.append(other.$collection); )*
            }
        }
    };
}

pub(super) use collections;

/// Reads one field of a model.
pub type Reader<'m> = Box<dyn FnOnce(&RawValue) -> serde_json::Result<()> + Send + 'm>;

pub(super) fn reader<T: DeserializeOwned + Send>(field: &mut T) -> Reader<'_> {
    Box::new(|json| {
        *field = serde_json::from_str(json.get())?;
        Ok(())
    })
}

impl Model {
    /// Adds a resource under its own id, and returns a reference to it.
    pub fn insert<T: super::Collected>(&mut self, resource: T) -> ResourceRef {
        let reference = ResourceRef::new(T::COLLECTION, resource.id());
        T::of_mut(self).insert(reference.id.clone(), resource);
        reference
    }
}
