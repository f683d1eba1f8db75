//! `Fn::ForEach`, of the transform `AWS::LanguageExtensions`.

use std::rc::Rc;

use super::intrinsic::Scope;
use super::yaml::{Key, Yaml, YamlValue};

const PREFIX: &str = "Fn::ForEach::";
/// How many entries one template may loop to.
const MOST_ENTRIES: usize = 10_000;

/// The entries of a mapping with every `Fn::ForEach` written out, and the names
/// that each entry's loops gave.
pub(super) fn entries(mapping: &Yaml, scope: &Scope<'_, '_>) -> Vec<(Key, Rc<Yaml>)> {
    let mut found = Vec::new();
    for (key, value) in mapping.entries() {
        if key.name.starts_with(PREFIX) {
            expand(value, scope, &mut found);
        } else {
            found.push((key.clone(), value.clone()));
        }
    }
    found
}

fn expand(value: &Yaml, scope: &Scope<'_, '_>, found: &mut Vec<(Key, Rc<Yaml>)>) {
    let [name, collection, template] = value.items() else { return };
    let Some(name) = name.text() else { return };
    // Items may be parameters, so that the whole list is evaluated.
    let items = scope.evaluate(collection);
    for item in items.items() {
        let Some(item) = item.text() else { continue };
        for (key, value) in template.entries() {
            if found.len() >= MOST_ENTRIES {
                return;
            }
            let key = Key { name: replaced(&key.name, name, &item), span: key.span.clone() };
            let value = substituted(value, name, &item);
            if key.name.starts_with(PREFIX) {
                expand(&value, scope, found);
            } else {
                found.push((key, value));
            }
        }
    }
}

/// `${Name}` becomes the item, `${&Name}` its letters and digits.
fn replaced(text: &str, name: &str, item: &str) -> String {
    if !text.contains("${") {
        return text.to_owned();
    }
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{name}}}"), item).replace(&format!("${{&{name}}}"), &plain)
}

fn substituted(value: &Rc<Yaml>, name: &str, item: &str) -> Rc<Yaml> {
    let new = match &value.value {
        YamlValue::Scalar { text, plain } => {
            // `!Ref Name` of the loop's name is the item.
            if value.tag.as_deref() == Some("Ref") && text == name {
                return Rc::new(Yaml {
                    value: YamlValue::Scalar { text: item.to_owned(), plain: false },
                    tag: None,
                    span: value.span.clone(),
                });
            }
            YamlValue::Scalar { text: replaced(text, name, item), plain: *plain }
        }
        YamlValue::Sequence(items) => {
            YamlValue::Sequence(items.iter().map(|inner| substituted(inner, name, item)).collect())
        }
        YamlValue::Mapping(entries) => {
            if let [(key, inner)] = entries.as_slice()
                && key.name == "Ref"
                && inner.text() == Some(name)
            {
                return Rc::new(Yaml {
                    value: YamlValue::Scalar { text: item.to_owned(), plain: false },
                    tag: None,
                    span: value.span.clone(),
                });
            }
            YamlValue::Mapping(
                entries
                    .iter()
                    .map(|(key, inner)| {
                        let name_of = replaced(&key.name, name, item);
                        let key = Key { name: name_of, span: key.span.clone() };
                        (key, substituted(inner, name, item))
                    })
                    .collect(),
            )
        }
    };
    Rc::new(Yaml { value: new, tag: value.tag.clone(), span: value.span.clone() })
}
