//! Origins as a snapshot has them. Most of a large snapshot are the places of
//! attributes, so one that stands in its resource's file is four numbers.

use std::fmt;
use std::sync::Arc;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Origin, ResourceOrigin, Span, shared};

/// Where an attribute stands.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(super) enum Place {
    /// In the file, and by the address, of its resource: first line, first
    /// column, last line and the column after the last.
    Near([u32; 4]),
    /// Anywhere.
    Own(Origin),
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Place;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("four numbers, or an origin")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, numbers: A) -> Result<Place, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(numbers)).map(Place::Near)
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Place, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(members)).map(Place::Own)
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// The span that an origin has.
fn span(origin: &Origin) -> Option<&Span> {
    match origin {
        Origin::File { span } => Some(span),
        Origin::Plan { span, .. } | Origin::Api { span, .. } => span.as_ref(),
    }
}

/// `origin` with another span.
fn moved(origin: &Origin, file: &Arc<str>, numbers: [u32; 4]) -> Origin {
    let [start_line, start_column, end_line, end_column] = numbers;
    let span = Span { file: file.clone(), start_line, start_column, end_line, end_column };
    match origin {
        Origin::Plan { file, address, .. } => {
            Origin::Plan { file: file.clone(), address: address.clone(), span: Some(span) }
        }
        Origin::Api { operation, .. } => {
            Origin::Api { operation: operation.clone(), span: Some(span) }
        }
        Origin::File { .. } => Origin::File { span },
    }
}

/// The numbers of an attribute's span, where all else is as its resource has
/// it.
fn near(resource: &Origin, attribute: &Origin) -> Option<[u32; 4]> {
    let (at, own) = (span(resource)?, span(attribute)?);
    let same = match (resource, attribute) {
        (Origin::File { .. }, Origin::File { .. }) => true,
        (
            Origin::Plan { file, address, .. },
            Origin::Plan { file: own_file, address: own_address, .. },
        ) => file == own_file && address == own_address,
        (Origin::Api { operation, .. }, Origin::Api { operation: own, .. }) => operation == own,
        _ => false,
    };
    let numbers = [own.start_line, own.start_column, own.end_line, own.end_column];
    (same && at.file == own.file).then_some(numbers)
}

impl Serialize for ResourceOrigin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Attributes<'o>(&'o ResourceOrigin);
        impl Serialize for Attributes<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.attributes.iter().map(|(path, origin)| {
                    let place = match near(&self.0.resource, origin) {
                        Some(numbers) => Place::Near(numbers),
                        None => Place::Own(origin.clone()),
                    };
                    (path, place)
                }))
            }
        }
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("resource", &self.resource)?;
        if !self.attributes.is_empty() {
            members.serialize_entry("attributes", &Attributes(self))?;
        }
        members.end()
    }
}

/// The places of attributes, in the order in which they are written.
#[derive(Default)]
struct Attributes(Vec<(String, Place)>);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the places of attributes, by JSON pointer")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Attributes, A::Error> {
                let mut found = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    found.push(entry);
                }
                Ok(Attributes(found))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl<'de> Deserialize<'de> for ResourceOrigin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            resource: Origin,
            #[serde(default)]
            attributes: Attributes,
        }
        let Members { resource, attributes: Attributes(attributes) } =
            Members::deserialize(deserializer)?;
        let place = |(path, place)| match (place, span(&resource)) {
            (Place::Own(origin), _) => Ok((path, origin)),
            (Place::Near(numbers), Some(at)) => Ok((path, moved(&resource, &at.file, numbers))),
            (Place::Near(_), None) => Err(D::Error::custom(format!(
                "the place of {path} is four numbers, but its resource stands in no file"
            ))),
        };
        let attributes = attributes.into_iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { resource, attributes })
    }
}

/// The members of every kind of [`Origin`]. Serde's own reading of tagged
/// variants holds each back as a whole, and a large snapshot has many.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    kind: Kind,
    span: Option<Span>,
    #[serde(default, deserialize_with = "shared::maybe")]
    file: Option<Arc<str>>,
    #[serde(default, deserialize_with = "shared::maybe")]
    address: Option<Arc<str>>,
    #[serde(default, deserialize_with = "shared::maybe")]
    operation: Option<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    File,
    Plan,
    Api,
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Members { kind, span, file, address, operation } = Members::deserialize(deserializer)?;
        let needed =
            |value: Option<Arc<str>>, name| value.ok_or_else(|| D::Error::missing_field(name));
        let foreign = match kind {
            Kind::File => file.is_some() || address.is_some() || operation.is_some(),
            Kind::Plan => operation.is_some(),
            Kind::Api => file.is_some() || address.is_some(),
        };
        if foreign {
            return Err(D::Error::custom("an origin has members of another kind"));
        }
        Ok(match kind {
            Kind::File => Self::File { span: span.ok_or_else(|| D::Error::missing_field("span"))? },
            Kind::Plan => Self::Plan {
                file: needed(file, "file")?,
                address: needed(address, "address")?.as_ref().to_owned(),
                span,
            },
            Kind::Api => Self::Api { operation: needed(operation, "operation")?, span },
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn at(file: &str, line: u32) -> Span {
        Span { file: file.into(), start_line: line, start_column: 3, end_line: line, end_column: 9 }
    }

    /// A resource with an attribute in its own file and one in another, and how
    /// it is written.
    fn cases() -> Vec<(ResourceOrigin, Value)> {
        let (near, far) = (json!([2, 3, 2, 9]), at("b", 5));
        let file = |file, line| Origin::File { span: at(file, line) };
        let plan = |address: &str, span| Origin::Plan {
            file: "p.json".into(),
            address: address.to_owned(),
            span,
        };
        let api = |operation: &str| Origin::Api { operation: operation.into(), span: None };
        let saved =
            |operation: &str, span| Origin::Api { operation: operation.into(), span: Some(span) };
        let origin = |resource, own, other| ResourceOrigin {
            resource,
            attributes: [("/x".to_owned(), own), ("/y".to_owned(), other)].into(),
        };
        let written = |own: Value, other: &Origin| json!({ "/x": own, "/y": serde_json::to_value(other).unwrap() });
        let whole = |origin: &Origin| serde_json::to_value(origin).unwrap();
        let apart = plan("aws_vpc.b", Some(far.clone()));
        let called = api("ec2:B");
        let far = Origin::File { span: far };
        vec![
            (origin(file("a", 1), file("a", 2), far.clone()), written(near.clone(), &far)),
            (
                origin(
                    plan("aws_vpc.a", Some(at("a", 1))),
                    plan("aws_vpc.a", Some(at("a", 2))),
                    apart.clone(),
                ),
                written(near.clone(), &apart),
            ),
            (
                origin(
                    saved("ec2:A", at("a", 1)),
                    saved("ec2:A", at("a", 2)),
                    saved("ec2:B", at("a", 2)),
                ),
                written(near.clone(), &saved("ec2:B", at("a", 2))),
            ),
            (
                origin(plan("aws_vpc.a", None), plan("aws_vpc.a", Some(at("a", 2))), far.clone()),
                written(whole(&plan("aws_vpc.a", Some(at("a", 2)))), &far),
            ),
            (
                origin(api("ec2:A"), api("ec2:A"), called.clone()),
                written(whole(&api("ec2:A")), &called),
            ),
        ]
    }

    #[test]
    fn places_in_the_resources_file_are_written_short_and_read_back() {
        for (origin, attributes) in cases() {
            let json = serde_json::to_value(&origin).unwrap();
            assert_eq!(json["attributes"], attributes);
            assert_eq!(serde_json::from_value::<ResourceOrigin>(json.clone()).unwrap(), origin);
            // With its members in the other order.
            let (resource, attributes) = (&json["resource"], &json["attributes"]);
            let turned = format!(r#"{{"attributes": {attributes}, "resource": {resource}}}"#);
            assert_eq!(serde_json::from_str::<ResourceOrigin>(&turned).unwrap(), origin);
        }
    }

    #[test]
    fn numbers_without_a_file_are_refused() {
        let json = json!({
            "resource": { "kind": "api", "operation": "ec2:A" },
            "attributes": { "/x": [1, 1, 1, 2] }
        });
        let error = serde_json::from_value::<ResourceOrigin>(json).unwrap_err().to_string();
        assert!(error.contains("stands in no file"), "{error}");
    }
}
