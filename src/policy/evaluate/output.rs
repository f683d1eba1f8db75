//! What rules yield, to read into types without a detour by JSON.

use regorus::Value;
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// A value of the interpreter; sets are sequences, as in JSON.
#[derive(Clone, Copy)]
pub struct Output<'v>(pub &'v Value);

type Error = serde_json::Error;

impl<'de> Deserializer<'de> for Output<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null | Value::Undefined => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., Some(number)) => visitor.visit_f64(number),
                _ => Err(Error::custom("a number is too large")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visit_list(items.iter(), visitor),
            Value::Set(items) => visit_list(items.iter(), visitor),
            Value::Object(members) => {
                let mut members =
                    MapDeserializer::new(members.iter().map(|(k, v)| (Output(k), Output(v))));
                let value = visitor.visit_map(&mut members)?;
                members.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null | Value::Undefined => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(StrDeserializer::new(text)),
            _ => Err(Error::custom("expected a name")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'v> IntoDeserializer<'v, Error> for Output<'v> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn visit_list<'v, V: Visitor<'v>>(
    items: impl Iterator<Item = &'v Value>,
    visitor: V,
) -> Result<V::Value, Error> {
    let mut items = SeqDeserializer::new(items.map(Output));
    let value = visitor.visit_seq(&mut items)?;
    items.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct All {
        texts: Vec<String>,
        pair: (i64, Option<u8>),
        flag: bool,
        share: f64,
        by_name: BTreeMap<String, Option<Vec<u64>>>,
    }

    fn read<'v, T: Deserialize<'v>>(value: &'v Value) -> Result<T, String> {
        T::deserialize(Output(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn it_reads_what_json_reads() {
        let json = json!({
            "texts": ["a", "b"], "pair": [-3, null], "flag": true, "share": 0.5,
            "by_name": {"x": [1], "y": null},
        });
        let value = Value::from(json.clone());
        assert_eq!(read::<All>(&value), Ok(serde_json::from_value(json).unwrap()));
    }

    #[test]
    fn a_set_is_a_list() {
        let set = Value::from(std::collections::BTreeSet::from(["b", "a"].map(Value::from)));
        assert_eq!(read::<Vec<String>>(&set), Ok(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        for (json, word) in [
            (json!({"texts": [1]}), "expected a string"),
            (json!({"other": 1}), "unknown field `other`"),
            (json!("x"), "expected struct All"),
            (json!({"pair": [1, 2, 3]}), "invalid length"),
        ] {
            let error = read::<All>(&Value::from(json)).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
