//! The model as the policies see it: serialised straight into the
//! interpreter's values, each collection on its own.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use rayon::prelude::*;
use regorus::Value;
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::model::Model;

/// The policies' input.
///
/// # Errors
///
/// Where the model cannot be serialised.
pub fn input(model: &Model) -> Result<Value, InputError> {
    // The largest first and one after the other, so that no thread has a long
    // one left when the others are done. The analysis holds the most of all.
    let mut names = Model::MEMBERS.to_vec();
    names.sort_by_key(|name| {
        Reverse(if *name == "analysis" { usize::MAX } else { model.ids(name).len() })
    });
    let members: Vec<(Value, Value)> = names
        .into_iter()
        .par_bridge()
        .map(|name| {
            let texts = Texts::default();
            let value = model.serialize_member(name, Writer { texts: &texts })?;
            Ok((Value::from(name), value))
        })
        .collect::<Result<_, InputError>>()?;
    Ok(Value::from(members.into_iter().collect::<BTreeMap<_, _>>()))
}

/// Why a model cannot be the policies' input.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InputError(String);

impl serde::ser::Error for InputError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Texts up to so many bytes are kept once. Longer ones seldom repeat.
const LONGEST_SHARED: usize = 40;

/// So many different texts are kept; ids would fill memory.
const MOST_SHARED: usize = 4096;

/// Texts that were written before: names of fields, and values that repeat.
#[derive(Default)]
struct Texts {
    known: RefCell<HashMap<String, Value>>,
}

impl Texts {
    fn value(&self, text: &str) -> Value {
        if text.len() > LONGEST_SHARED {
            return Value::from(text);
        }
        let mut known = self.known.borrow_mut();
        if let Some(value) = known.get(text) {
            return value.clone();
        }
        let value = Value::from(text);
        if known.len() < MOST_SHARED {
            known.insert(text.to_owned(), value.clone());
        }
        value
    }
}

#[derive(Clone, Copy)]
struct Writer<'t> {
    texts: &'t Texts,
}

impl<'t> Writer<'t> {
    fn list(self, length: Option<usize>, variant: Option<&'static str>) -> List<'t> {
        List { writer: self, items: Vec::with_capacity(length.unwrap_or_default()), variant }
    }

    fn object(self, variant: Option<&'static str>) -> Object<'t> {
        Object { writer: self, members: BTreeMap::new(), key: None, variant }
    }

    /// A value under the name of its variant.
    fn tagged(self, variant: Option<&'static str>, value: Value) -> Value {
        match variant {
            Some(variant) => Value::from(BTreeMap::from([(self.texts.value(variant), value)])),
            None => value,
        }
    }
}

macro_rules! numbers {
    ($( $method:ident($ty:ty as $wide:ty) ),* $(,)?) => {
        $(
            fn $method(self, number: $ty) -> Result<Value, InputError> {
                Ok(Value::from(<$wide>::from(number)))
            }
        )*
    };
}

impl<'t> Serializer for Writer<'t> {
    type Ok = Value;
    type Error = InputError;
    type SerializeSeq = List<'t>;
    type SerializeTuple = List<'t>;
    type SerializeTupleStruct = List<'t>;
    type SerializeTupleVariant = List<'t>;
    type SerializeMap = Object<'t>;
    type SerializeStruct = Object<'t>;
    type SerializeStructVariant = Object<'t>;

    numbers! {
        serialize_i8(i8 as i64), serialize_i16(i16 as i64), serialize_i32(i32 as i64),
        serialize_i64(i64 as i64), serialize_u8(u8 as u64), serialize_u16(u16 as u64),
        serialize_u32(u32 as u64), serialize_u64(u64 as u64), serialize_f32(f32 as f64),
        serialize_f64(f64 as f64),
    }

    fn serialize_bool(self, value: bool) -> Result<Value, InputError> {
        Ok(Value::from(value))
    }

    fn serialize_char(self, value: char) -> Result<Value, InputError> {
        Ok(self.texts.value(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, text: &str) -> Result<Value, InputError> {
        Ok(self.texts.value(text))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, InputError> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<Value, InputError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, InputError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, InputError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, InputError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, InputError> {
        Ok(self.texts.value(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, InputError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, InputError> {
        Ok(self.tagged(Some(variant), value.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List<'t>, InputError> {
        Ok(self.list(length, None))
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'t>, InputError> {
        Ok(self.list(Some(length), None))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<List<'t>, InputError> {
        Ok(self.list(Some(length), None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List<'t>, InputError> {
        Ok(self.list(Some(length), Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'t>, InputError> {
        Ok(self.object(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'t>, InputError> {
        Ok(self.object(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'t>, InputError> {
        Ok(self.object(Some(variant)))
    }
}

struct List<'t> {
    writer: Writer<'t>,
    items: Vec<Value>,
    variant: Option<&'static str>,
}

impl List<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), InputError> {
        self.items.push(item.serialize(self.writer)?);
        Ok(())
    }

    fn done(self) -> Result<Value, InputError> {
        Ok(self.writer.tagged(self.variant, Value::from(self.items)))
    }
}

macro_rules! lists {
    ($( $name:ident::$method:ident ),* $(,)?) => {
        $(
            impl $name for List<'_> {
                type Ok = Value;
                type Error = InputError;

                fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), InputError> {
                    self.push(item)
                }

                fn end(self) -> Result<Value, InputError> {
                    self.done()
                }
            }
        )*
    };
}

lists! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

struct Object<'t> {
    writer: Writer<'t>,
    members: BTreeMap<Value, Value>,
    key: Option<Value>,
    variant: Option<&'static str>,
}

impl Object<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), InputError> {
        let value = value.serialize(self.writer)?;
        self.members.insert(self.writer.texts.value(name), value);
        Ok(())
    }

    fn done(self) -> Result<Value, InputError> {
        Ok(self.writer.tagged(self.variant, Value::from(self.members)))
    }
}

impl SerializeMap for Object<'_> {
    type Ok = Value;
    type Error = InputError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), InputError> {
        self.key = Some(match key.serialize(self.writer)? {
            key @ Value::String(_) => key,
            // As in JSON.
            other => Value::from(other.to_string()),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), InputError> {
        let key = self.key.take().unwrap_or(Value::Null);
        self.members.insert(key, value.serialize(self.writer)?);
        Ok(())
    }

    fn end(self) -> Result<Value, InputError> {
        self.done()
    }
}

macro_rules! objects {
    ($( $name:ident ),* $(,)?) => {
        $(
            impl $name for Object<'_> {
                type Ok = Value;
                type Error = InputError;

                fn serialize_field<T: Serialize + ?Sized>(
                    &mut self,
                    name: &'static str,
                    value: &T,
                ) -> Result<(), InputError> {
                    self.field(name, value)
                }

                fn end(self) -> Result<Value, InputError> {
                    self.done()
                }
            }
        )*
    };
}

objects!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::model::{Identity, SecurityGroup};

    #[derive(serde::Serialize)]
    enum Shape {
        Point,
        Circle(u8),
        Line(i64, f64),
        Box { wide: bool, note: Option<char> },
    }

    fn written(value: &impl Serialize) -> Value {
        value.serialize(Writer { texts: &Texts::default() }).unwrap()
    }

    #[test]
    fn every_form_is_what_json_makes_of_it() {
        let shapes = [
            Shape::Point,
            Shape::Circle(3),
            Shape::Line(-4, 0.5),
            Shape::Box { wide: true, note: Some('é') },
        ];
        let all = (shapes, BTreeMap::from([(7, "a"), (9, "b")]), (), "x".repeat(60), u64::MAX);
        let expected = Value::deserialize(serde_json::to_value(&all).unwrap()).unwrap();
        assert_eq!(written(&all), expected);
    }

    #[test]
    fn a_model_is_what_its_json_is() {
        let mut model =
            Model { collected_at: "2026-01-01T00:00:00Z".to_owned(), ..Model::default() };
        let identity = Identity { id: "sg-1".to_owned(), ..Identity::default() };
        model.insert(SecurityGroup::new(identity));
        let expected = Value::deserialize(serde_json::to_value(&model).unwrap()).unwrap();
        assert_eq!(input(&model).unwrap(), expected);
        assert_eq!(expected["security_groups"]["sg-1"]["id"], Value::from(json!("sg-1")));
    }
}
