//! `Fn::ForEach`, of the transform `AWS::LanguageExtensions`.

use std::rc::Rc;

use super::intrinsic::Scope;
use super::yaml::{Key, Yaml, YamlValue};
use crate::model::Reason;
use crate::source::node::Value;

const PREFIX: &str = "Fn::ForEach::";
/// How many times the loops of one stack may turn, all together.
const MOST_TURNS: usize = 100_000;

/// A loop that could not be written out in full.
#[derive(Debug)]
pub(super) struct Unrolled {
    /// Its key, with its name and place.
    pub key: Key,
    /// What it would repeat.
    pub template: Option<Rc<Yaml>>,
    /// Why not.
    pub reason: Reason,
}

/// Whether a mapping holds a loop.
pub(super) fn is_loop(mapping: &Yaml) -> bool {
    mapping.entries().iter().any(|(key, _)| key.name.starts_with(PREFIX))
}

/// The entries of a mapping with every `Fn::ForEach` written out, and the loops
/// that could not be.
pub(super) fn entries(mapping: &Yaml, scope: &Scope<'_>) -> (Vec<(Key, Rc<Yaml>)>, Vec<Unrolled>) {
    let (mut found, mut unrolled) = (Vec::new(), Vec::new());
    for (key, value) in mapping.entries() {
        add(key, value, scope, &mut found, &mut unrolled);
    }
    (found, unrolled)
}

fn add(
    key: &Key,
    value: &Rc<Yaml>,
    scope: &Scope<'_>,
    found: &mut Vec<(Key, Rc<Yaml>)>,
    unrolled: &mut Vec<Unrolled>,
) {
    if !key.name.starts_with(PREFIX) {
        found.push((key.clone(), value.clone()));
        return;
    }
    let template = value.items().get(2).cloned();
    if let Err(reason) = expand(value, scope, found, unrolled) {
        unrolled.push(Unrolled { key: key.clone(), template, reason });
    }
}

fn expand(
    value: &Yaml,
    scope: &Scope<'_>,
    found: &mut Vec<(Key, Rc<Yaml>)>,
    unrolled: &mut Vec<Unrolled>,
) -> Result<(), Reason> {
    let malformed = |detail: &str| Reason::Malformed { detail: detail.to_owned() };
    let [name, collection, template] = value.items() else {
        return Err(malformed("Fn::ForEach takes an identifier, a collection and what to repeat"));
    };
    let name = name.text().ok_or_else(|| malformed("the identifier of Fn::ForEach is no text"))?;
    // The whole may be a parameter, or one of its items.
    let collection = scope.evaluate(collection);
    if let Some(reason) = collection.unknown() {
        return Err(reason.clone());
    }
    let mut items = Vec::new();
    for item in collection.items() {
        match &item.value {
            // A list in the list: a parameter beside other items.
            Value::List(inner) => items.extend(inner),
            _ => items.push(item),
        }
    }
    for item in items {
        let text = item.text().ok_or_else(|| match item.unknown() {
            Some(reason) => reason.clone(),
            None => malformed("the collection of Fn::ForEach holds more than text"),
        })?;
        for (key, value) in template.entries() {
            if !scope.turn(MOST_TURNS) {
                return Err(Reason::Limit {
                    detail: format!("the loops of a stack may turn {MOST_TURNS} times"),
                });
            }
            let key = Key { name: replaced(&key.name, name, &text), span: key.span.clone() };
            add(&key, &substituted(value, name, &text), scope, found, unrolled);
        }
    }
    Ok(())
}

/// `${Name}` becomes the item, `&{Name}` its letters and digits.
fn replaced(text: &str, name: &str, item: &str) -> String {
    if !text.contains("${") && !text.contains("&{") {
        return text.to_owned();
    }
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{name}}}"), item).replace(&format!("&{{{name}}}"), &plain)
}

fn substituted(value: &Rc<Yaml>, name: &str, item: &str) -> Rc<Yaml> {
    let the_item = || {
        Rc::new(Yaml {
            value: YamlValue::Scalar { text: item.to_owned(), plain: false },
            tag: None,
            span: value.span.clone(),
        })
    };
    let new = match &value.value {
        // `!Ref Name` of the loop's name is the item.
        YamlValue::Scalar { text, .. } if value.tag.as_deref() == Some("Ref") && text == name => {
            return the_item();
        }
        YamlValue::Scalar { text, plain } => {
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
                return the_item();
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
