//! The resources of one type, by key.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// The resources of one type, by key, and read in the order of their keys.
///
/// The keys are apart from the resources: only they are kept in order, so that
/// the tree is one type of code for all types of resource, and no resource is
/// moved for another.
#[derive(Clone)]
pub struct Collection<T> {
    /// The place of each key's resource.
    places: BTreeMap<String, usize>,
    /// The resources as they came; nothing where one was taken out.
    resources: Vec<Option<T>>,
    /// Whether they came in the order of their keys.
    ordered: bool,
}

impl<T> Collection<T> {
    /// How many resources there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The resource with this key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.resources.get(*self.places.get(key)?)?.as_ref()
    }

    /// The key and the resource with it.
    pub fn get_key_value(&self, key: &str) -> Option<(&String, &T)> {
        let (key, place) = self.places.get_key_value(key)?;
        Some((key, self.resources.get(*place)?.as_ref()?))
    }

    /// As [`Self::get`], to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.resources.get_mut(*self.places.get(key)?)?.as_mut()
    }

    /// Whether there is a resource with this key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// Adds a resource, and gives the one that had its key before.
    pub fn insert(&mut self, key: String, resource: T) -> Option<T> {
        if let Some(place) = self.places.get(&key) {
            return self.resources.get_mut(*place)?.replace(resource);
        }
        self.ordered &= self.places.last_key_value().is_none_or(|(last, _)| *last < key);
        self.places.insert(key, self.resources.len());
        self.resources.push(Some(resource));
        None
    }

    /// Takes a resource out.
    pub fn remove(&mut self, key: &str) -> Option<T> {
        self.resources.get_mut(self.places.remove(key)?)?.take()
    }

    /// Keeps the resources of which this holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&String, &mut T) -> bool) {
        let Self { places, resources, .. } = self;
        places.retain(|key, place| {
            let Some(resource) = resources.get_mut(*place) else { return false };
            let kept = resource.as_mut().is_some_and(|resource| keep(key, resource));
            if !kept {
                *resource = None;
            }
            kept
        });
    }

    /// Takes in all resources of another collection; they replace those with
    /// their keys.
    pub fn append(&mut self, mut other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        for (key, place) in other.places {
            if let Some(resource) = other.resources.get_mut(place).and_then(Option::take) {
                self.insert(key, resource);
            }
        }
    }

    /// The keys, in order.
    pub fn keys(&self) -> btree_map::Keys<'_, String, usize> {
        self.places.keys()
    }

    /// Keys and resources, in the order of the keys.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { places: self.places.iter(), resources: &self.resources }
    }

    /// The resources, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &T> + Clone {
        self.iter().map(|(_, resource)| resource)
    }

    /// As [`Self::iter`], to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut T)> {
        self.arrange();
        self.places.keys().zip(self.resources.iter_mut().flatten())
    }

    /// As [`Self::values`], to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.arrange();
        self.resources.iter_mut().flatten()
    }

    /// Brings the resources into the order of their keys.
    fn arrange(&mut self) {
        if self.ordered {
            return;
        }
        let mut arranged = Vec::with_capacity(self.places.len());
        for place in self.places.values_mut() {
            let resource = self.resources.get_mut(*place).and_then(Option::take);
            *place = arranged.len();
            arranged.push(resource);
        }
        self.resources = arranged;
        self.ordered = true;
    }
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self { places: BTreeMap::new(), resources: Vec::new(), ordered: true }
    }
}

/// Keys and resources of a [`Collection`], in the order of the keys.
pub struct Iter<'c, T> {
    places: btree_map::Iter<'c, String, usize>,
    resources: &'c [Option<T>],
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { places: self.places.clone(), resources: self.resources }
    }
}

impl<'c, T> Iterator for Iter<'c, T> {
    type Item = (&'c String, &'c T);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, place) = self.places.next()?;
        Some((key, self.resources.get(*place)?.as_ref()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<'c, T> IntoIterator for &'c Collection<T> {
    type Item = (&'c String, &'c T);
    type IntoIter = Iter<'c, T>;

    fn into_iter(self) -> Iter<'c, T> {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Collection<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl<T: fmt::Debug> fmt::Debug for Collection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<T: Serialize> Serialize for Collection<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Collection<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByKey<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ByKey<T> {
            type Value = Collection<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of resources by key")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut read = Collection::default();
                while let Some((key, resource)) = map.next_entry()? {
                    read.insert(key, resource);
                }
                Ok(read)
            }
        }

        deserializer.deserialize_map(ByKey(PhantomData))
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Collection<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        BTreeMap::<String, T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One change of a map.
    #[derive(Debug, Clone)]
    enum Change {
        Insert(String, u8),
        Remove(String),
        Raise,
        KeepEven,
        Append(Vec<(String, u8)>),
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let key = || "[a-f]";
        let entry = || (key(), any::<u8>());
        let change = prop_oneof![
            4 => entry().prop_map(|(key, value)| Change::Insert(key, value)),
            2 => key().prop_map(Change::Remove),
            1 => Just(Change::Raise),
            1 => Just(Change::KeepEven),
            1 => prop::collection::vec(entry(), 0..4).prop_map(Change::Append),
        ];
        prop::collection::vec(change, 0..24)
    }

    fn collection(entries: Vec<(String, u8)>) -> Collection<u8> {
        let mut collection = Collection::default();
        for (key, value) in entries {
            collection.insert(key, value);
        }
        collection
    }

    proptest! {
        #[test]
        fn it_is_a_map_in_the_order_of_its_keys(changes in changes()) {
            let (mut own, mut map) = (Collection::default(), BTreeMap::new());
            for change in changes {
                match change {
                    Change::Insert(key, value) => {
                        prop_assert_eq!(own.insert(key.clone(), value), map.insert(key, value));
                    }
                    Change::Remove(key) => prop_assert_eq!(own.remove(&key), map.remove(&key)),
                    Change::Raise => {
                        let keys: Vec<String> = own.iter_mut().map(|(key, value)| {
                            *value = value.wrapping_add(1);
                            key.clone()
                        }).collect();
                        map.values_mut().for_each(|value| *value = value.wrapping_add(1));
                        prop_assert!(keys.iter().eq(map.keys()));
                    }
                    Change::KeepEven => {
                        own.retain(|_, value| *value % 2 == 0);
                        map.retain(|_, value| *value % 2 == 0);
                    }
                    Change::Append(entries) => {
                        own.append(collection(entries.clone()));
                        map.extend(entries);
                    }
                }
                prop_assert!(own.iter().eq(&map));
                prop_assert_eq!(own.len(), map.len());
                prop_assert!(map.iter().all(|(key, value)| own.get(key) == Some(value)));
            }
            let read: Collection<u8> =
                serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
            prop_assert_eq!(&read, &own);
            prop_assert!(own.values_mut().map(|value| *value).eq(map.into_values()));
        }
    }
}
