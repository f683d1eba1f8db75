//! What a value may look like, as far as the schemas and the Rego tell.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// `$ref`s and alternatives that are followed one inside the other.
const MAX_DEPTH: usize = 16;

/// What is known of a value's form. Whatever is not known is [`Shape::Any`], of
/// which everything may be asked.
#[derive(Debug, Clone)]
pub enum Shape<'s> {
    /// Nothing is known.
    Any,
    /// The value null.
    Null,
    /// A number, text or boolean.
    Scalar,
    /// As a JSON Schema says; `root` is the document that `$ref`s point into.
    Schema {
        /// The document.
        root: &'s Json,
        /// The schema.
        node: &'s Json,
    },
    /// An array of known length.
    Tuple(Vec<Shape<'s>>),
    /// An array, set or keyed object whose members look alike.
    Items(Box<Shape<'s>>),
    /// An object with these keys.
    Fields(BTreeMap<String, Shape<'s>>),
    /// One of these.
    OneOf(Vec<Shape<'s>>),
}

/// A field that no form of a value has, with the names that there are.
#[derive(Debug)]
pub struct Missing {
    /// The fields that there are, sorted.
    pub names: Vec<String>,
}

impl<'s> Shape<'s> {
    /// The shape that a whole schema document describes.
    pub fn document(root: &'s Json) -> Self {
        Self::Schema { root, node: root }
    }

    /// One of several shapes.
    pub fn one_of(shapes: impl IntoIterator<Item = Self>) -> Self {
        let mut found: Vec<Self> = Vec::new();
        for shape in shapes {
            match shape {
                Self::Any => return Self::Any,
                Self::OneOf(inner) => found.extend(inner),
                // The same schema twice says no more.
                Self::Schema { node, .. }
                    if found.iter().any(|known| {
                        matches!(known, Self::Schema { node: other, .. } if std::ptr::eq(*other, node))
                    }) => {}
                Self::Scalar if found.iter().any(|known| matches!(known, Self::Scalar)) => {}
                other => found.push(other),
            }
            // More than this many forms tell nothing useful.
            if found.len() > 64 {
                return Self::Any;
            }
        }
        match found.len() {
            1 => found.swap_remove(0),
            0 => Self::Any,
            _ => Self::OneOf(found),
        }
    }

    /// The forms, with schemas' references and alternatives followed.
    fn forms(&self) -> Vec<Self> {
        let mut forms = Vec::new();
        self.collect_forms(0, &mut forms);
        forms
    }

    fn collect_forms(&self, depth: usize, forms: &mut Vec<Self>) {
        if depth > MAX_DEPTH {
            forms.push(Self::Any);
            return;
        }
        match self {
            Self::OneOf(shapes) => {
                shapes.iter().for_each(|shape| shape.collect_forms(depth + 1, forms));
            }
            Self::Schema { root, node } => {
                if let Some(target) = node.get("$ref").and_then(Json::as_str) {
                    let pointer = target.trim_start_matches('#');
                    match root.pointer(pointer) {
                        Some(node) => Self::Schema { root, node }.collect_forms(depth + 1, forms),
                        None => forms.push(Self::Any),
                    }
                    return;
                }
                for keyword in ["anyOf", "oneOf", "allOf"] {
                    if let Some(choices) = node.get(keyword).and_then(Json::as_array) {
                        for node in choices {
                            Self::Schema { root, node }.collect_forms(depth + 1, forms);
                        }
                        return;
                    }
                }
                forms.push(self.clone());
            }
            other => forms.push(other.clone()),
        }
    }

    /// The shape of a field.
    ///
    /// # Errors
    ///
    /// Where no form of the value can have it.
    pub fn field(&self, name: &str) -> Result<Self, Missing> {
        let mut found = Vec::new();
        let mut names = Vec::new();
        let mut only_null = true;
        for form in self.forms() {
            only_null &= matches!(form, Self::Null);
            match form {
                Self::Any => return Ok(Self::Any),
                Self::Null | Self::Scalar | Self::Tuple(_) => {}
                Self::Items(item) => found.push(*item),
                Self::Fields(mut fields) => match fields.remove(name) {
                    Some(shape) => found.push(shape),
                    None => names.extend(fields.into_keys()),
                },
                Self::Schema { root, node } => match of_schema(root, node, name) {
                    SchemaField::Is(shape) => found.push(shape),
                    SchemaField::IsNot(known) => names.extend(known),
                },
                Self::OneOf(_) => return Ok(Self::Any),
            }
        }
        if !found.is_empty() {
            return Ok(Self::one_of(found));
        }
        if only_null {
            return Ok(Self::Any);
        }
        names.sort();
        names.dedup();
        Err(Missing { names })
    }

    /// The shape of the members that one iterates over, or picks by a key that
    /// is not known.
    pub fn item(&self) -> Self {
        let forms = self.forms().into_iter().filter_map(|form| {
            Some(match form {
                Self::Null | Self::Scalar => return None,
                Self::Any | Self::OneOf(_) => Self::Any,
                Self::Items(item) => *item,
                Self::Tuple(items) => Self::one_of(items),
                Self::Fields(fields) => Self::one_of(fields.into_values()),
                Self::Schema { root, node } => {
                    if let Some(node) = node.get("items") {
                        Self::Schema { root, node }
                    } else if let Some(node @ Json::Object(_)) = node.get("additionalProperties") {
                        Self::Schema { root, node }
                    } else {
                        Self::Any
                    }
                }
            })
        });
        Self::one_of(forms)
    }

    /// The shape of the item with a number.
    pub fn at(&self, index: usize) -> Self {
        match self {
            Self::Tuple(items) => items.get(index).cloned().unwrap_or(Self::Any),
            Self::OneOf(shapes) => Self::one_of(shapes.iter().map(|shape| shape.at(index))),
            other => other.item(),
        }
    }

    /// Follows a JSON pointer; items of lists are numbers.
    ///
    /// # Errors
    ///
    /// Where a step names a field that no form has; gives the step and what
    /// there is.
    pub fn pointer(&self, pointer: &str) -> Result<Self, (String, Missing)> {
        let mut shape = self.clone();
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
            shape = if is_number && shape.is_list() {
                shape.item()
            } else {
                shape.field(&name).map_err(|missing| (name, missing))?
            };
        }
        Ok(shape)
    }

    /// Follows an attribute path such as `ingress.cidr_ipv4`, in which lists in
    /// between are not named.
    ///
    /// # Errors
    ///
    /// As [`Shape::pointer`].
    pub fn attribute(&self, path: &str) -> Result<Self, (String, Missing)> {
        let mut shape = self.clone();
        for name in path.split('.').filter(|name| !name.is_empty()) {
            while shape.is_list() {
                shape = shape.item();
            }
            shape = shape.field(name).map_err(|missing| (name.to_owned(), missing))?;
        }
        Ok(shape)
    }

    /// Whether every form but null is a list.
    pub fn is_list(&self) -> bool {
        let mut lists = 0;
        for form in self.forms() {
            match form {
                Self::Null => {}
                Self::Schema { node, .. } if is_null(node) => {}
                Self::Schema { node, .. } if node.get("items").is_some() => lists += 1,
                Self::Tuple(_) => lists += 1,
                _ => return false,
            }
        }
        lists > 0
    }
}

enum SchemaField<'s> {
    Is(Shape<'s>),
    IsNot(Vec<String>),
}

fn of_schema<'s>(root: &'s Json, node: &'s Json, name: &str) -> SchemaField<'s> {
    let properties = node.get("properties").and_then(Json::as_object);
    if let Some(node) = properties.and_then(|properties| properties.get(name)) {
        return SchemaField::Is(Shape::Schema { root, node });
    }
    match node.get("additionalProperties") {
        Some(node @ Json::Object(_)) => SchemaField::Is(Shape::Schema { root, node }),
        Some(Json::Bool(true)) => SchemaField::Is(Shape::Any),
        _ => match properties {
            Some(properties) => SchemaField::IsNot(properties.keys().cloned().collect()),
            None if says_nothing(node) => SchemaField::Is(Shape::Any),
            None => SchemaField::IsNot(Vec::new()),
        },
    }
}

fn is_null(node: &Json) -> bool {
    node.get("type").and_then(Json::as_str) == Some("null")
}

/// Whether a schema lets everything through, or every object.
fn says_nothing(node: &Json) -> bool {
    let kind = node.get("type");
    match kind {
        None => node.get("const").is_none() && node.get("enum").is_none(),
        Some(Json::String(kind)) => kind == "object",
        Some(Json::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Json {
        json!({
            "type": "object",
            "properties": {
                "vpcs": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Vpc"}},
            },
            "$defs": {
                "Vpc": {"type": "object", "properties": {
                    "rules": {"type": "array", "items": {"$ref": "#/$defs/Rule"}},
                    "rule": {"anyOf": [{"$ref": "#/$defs/Rule"}, {"type": "null"}]},
                    "any": true,
                    "id": {"type": ["string", "null"]},
                }},
                "Rule": {"type": "object", "properties": {"port": {"type": "integer"}}},
            },
        })
    }

    #[test]
    fn fields_are_found_through_references_and_alternatives() {
        let schema = schema();
        let vpc = Shape::document(&schema).field("vpcs").unwrap().item();
        assert!(vpc.field("rules").unwrap().item().field("port").is_ok());
        assert!(vpc.field("rule").unwrap().field("port").is_ok());
        assert!(vpc.field("any").unwrap().field("thing").is_ok());
        assert!(vpc.attribute("rules.port").is_ok());
        assert!(vpc.pointer("/rules/3/port").is_ok());
    }

    #[test]
    fn a_field_that_is_not_there_names_those_that_are() {
        let schema = schema();
        let vpc = Shape::document(&schema).field("vpcs").unwrap().item();
        assert_eq!(vpc.field("rule").unwrap().field("prot").unwrap_err().names, ["port"]);
        assert!(vpc.field("id").unwrap().field("x").is_err());
        assert_eq!(vpc.attribute("rules.prot").unwrap_err().0, "prot");
    }

    #[test]
    fn a_field_of_one_alternative_is_enough() {
        let one = Shape::Fields([("a".to_owned(), Shape::Scalar)].into());
        let other = Shape::Fields([("b".to_owned(), Shape::Scalar)].into());
        let either = Shape::one_of([one, other, Shape::Null]);
        assert!(either.field("a").is_ok());
        assert!(either.field("c").is_err());
        assert!(Shape::one_of([either, Shape::Any]).field("c").is_ok());
    }
}
