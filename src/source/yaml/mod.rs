//! YAML and JSON with exact places, tags and duplicate keys.
//!
//! JSON is read as the YAML it nearly is; what JSON allows and YAML does not
//! (tabs as white space) is blanked first, place for place.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::diagnostic::Diagnostic;
use crate::model::Span;

/// How deep values may nest.
const MOST_DEPTH: usize = 100;
/// How many values a document may have once aliases are expanded.
const MOST_VALUES: usize = 2_000_000;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Yaml {
    /// The value.
    pub value: YamlValue,
    /// Its tag without the exclamation mark, such as `GetAtt`.
    pub tag: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// A YAML value.
#[derive(Debug, Clone)]
pub enum YamlValue {
    /// A scalar; `plain` if it was written without quotes.
    Scalar {
        /// Its text.
        text: String,
        /// Whether it was written without quotes.
        plain: bool,
    },
    /// A sequence.
    Sequence(Vec<Rc<Yaml>>),
    /// A mapping in order.
    Mapping(Vec<(Key, Rc<Yaml>)>),
}

/// The key of an entry.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its text.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl Yaml {
    /// An entry of a mapping.
    pub fn get(&self, key: &str) -> Option<&Rc<Self>> {
        self.entries().iter().find(|(name, _)| name.name == key).map(|(_, value)| value)
    }

    /// The entries of a mapping; none for another value.
    pub fn entries(&self) -> &[(Key, Rc<Self>)] {
        match &self.value {
            YamlValue::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for another value.
    pub fn items(&self) -> &[Rc<Self>] {
        match &self.value {
            YamlValue::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            YamlValue::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// Reads the first document of `text`. Duplicate keys are reported and the
/// last one counts.
///
/// # Errors
///
/// Where it is no YAML, nests too deep, or aliases blow it up; the diagnostic
/// names line and column.
pub fn parse(
    file: &Arc<str>,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Rc<Yaml>, Box<Diagnostic>> {
    let json = text.trim_start().starts_with(['{', '[']);
    let text: Cow<'_, str> =
        if json && text.contains('\t') { text.replace('\t', " ").into() } else { text.into() };
    let mut loader = Loader {
        file,
        open: Vec::new(),
        anchors: HashMap::new(),
        sizes: HashMap::new(),
        values: 0,
        diagnostics,
    };
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.map_err(|error| {
            let (line, column) = within(&text, error.marker().line(), error.marker().col());
            let span = loader.span(line, column, line, column + 1);
            Box::new(
                Diagnostic::error(format!("the file is broken: {}", error.info()))
                    .at(span)
                    .help("mend the syntax at this place"),
            )
        })?;
        let span =
            loader.span(span.start.line(), span.start.col(), span.end.line(), span.end.col());
        if let Some(document) = loader.take(event, span)? {
            return Ok(document);
        }
    }
    Err(Box::new(
        Diagnostic::error("the file is empty")
            .in_file(file.as_ref())
            .help("write a template into it"),
    ))
}

/// A place of the text: what is missing after its end is missing at its end.
fn within(text: &str, line: usize, column: usize) -> (usize, usize) {
    let lines = text.lines().count().max(1);
    if line <= lines {
        return (line, column);
    }
    (lines, text.lines().last().map_or(0, |last| last.chars().count()))
}

/// A collection that is being read.
struct Open {
    value: YamlValue,
    tag: Option<String>,
    span: Span,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<Key>,
    /// Values read before it, to know its size.
    before: usize,
}

struct Loader<'a> {
    file: &'a Arc<str>,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Yaml>>,
    sizes: HashMap<usize, usize>,
    values: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Loader<'_> {
    fn span(&self, line: usize, column: usize, end_line: usize, end_column: usize) -> Span {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Span {
            file: self.file.clone(),
            start_line: number(line.max(1)),
            start_column: number(column + 1),
            end_line: number(end_line.max(1)),
            end_column: number(end_column + 1),
        }
    }

    /// Takes an event in; gives the document when it is complete.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<Rc<Yaml>>, Box<Diagnostic>> {
        let tag = |tag: Option<Cow<'_, saphyr_parser::Tag>>| {
            tag.filter(|tag| tag.handle == "!").map(|tag| tag.suffix.clone())
        };
        match event {
            Event::Scalar(text, style, anchor, scalar_tag) => {
                let plain = style == ScalarStyle::Plain;
                let value = YamlValue::Scalar { text: text.into_owned(), plain };
                self.values += 1;
                self.add(Rc::new(Yaml { value, tag: tag(scalar_tag), span }), anchor, 1)
            }
            Event::SequenceStart(anchor, sequence_tag) => {
                self.start(YamlValue::Sequence(Vec::new()), tag(sequence_tag), span, anchor)
            }
            Event::MappingStart(anchor, mapping_tag) => {
                self.start(YamlValue::Mapping(Vec::new()), tag(mapping_tag), span, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(mut open) = self.open.pop() else { return Ok(None) };
                open.span.end_line = span.end_line;
                open.span.end_column = span.end_column;
                let size = self.values - open.before;
                let value = Yaml { value: open.value, tag: open.tag, span: open.span };
                self.add(Rc::new(value), open.anchor, size)
            }
            Event::Alias(anchor) => {
                let Some(value) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.failed("the alias refers to itself", &span));
                };
                let size = self.sizes.get(&anchor).copied().unwrap_or(1);
                self.values += size;
                self.add(value, 0, size)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
        }
    }

    fn failed(&self, message: &str, span: &Span) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error(message)
                .at(span.clone())
                .help("write the template with fewer levels and aliases"),
        )
    }

    fn start(
        &mut self,
        value: YamlValue,
        tag: Option<String>,
        span: Span,
        anchor: usize,
    ) -> Result<Option<Rc<Yaml>>, Box<Diagnostic>> {
        if self.open.len() >= MOST_DEPTH {
            return Err(self.failed(&format!("values nest deeper than {MOST_DEPTH} levels"), &span));
        }
        let before = self.values;
        self.values += 1;
        self.open.push(Open { value, tag, span, anchor, key: None, before });
        Ok(None)
    }

    fn add(
        &mut self,
        value: Rc<Yaml>,
        anchor: usize,
        size: usize,
    ) -> Result<Option<Rc<Yaml>>, Box<Diagnostic>> {
        if self.values > MOST_VALUES {
            return Err(self.failed("aliases expand to too many values", &value.span));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
            self.sizes.insert(anchor, size);
        }
        let Some(open) = self.open.last_mut() else { return Ok(Some(value)) };
        match &mut open.value {
            YamlValue::Sequence(items) => items.push(value),
            YamlValue::Mapping(entries) => match open.key.take() {
                None => match value.text() {
                    Some(text) => {
                        open.key = Some(Key { name: text.to_owned(), span: value.span.clone() });
                    }
                    None => return Err(self.failed("a key is no text", &value.span)),
                },
                Some(key) if key.name == "<<" => merge(entries, &value),
                Some(key) => {
                    if let Some(index) =
                        entries.iter().position(|(known, _)| known.name == key.name)
                    {
                        let (first, _) = entries.remove(index);
                        self.diagnostics.push(
                            Diagnostic::error(format!(
                                "the key {} is there twice, first on line {}; the last one counts",
                                key.name, first.span.start_line
                            ))
                            .at(key.span.clone())
                            .help("remove one of them"),
                        );
                    }
                    entries.push((key, value));
                }
            },
            YamlValue::Scalar { .. } => {}
        }
        Ok(None)
    }
}

/// YAML 1.1's merge key: entries that are not there yet are taken over.
fn merge(entries: &mut Vec<(Key, Rc<Yaml>)>, from: &Yaml) {
    let sources: Vec<&Yaml> = match &from.value {
        YamlValue::Sequence(items) => items.iter().map(Rc::as_ref).collect(),
        _ => vec![from],
    };
    for (key, value) in sources.into_iter().flat_map(Yaml::entries) {
        if entries.iter().all(|(known, _)| known.name != key.name) {
            entries.push((key.clone(), value.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Result<Rc<Yaml>, Box<Diagnostic>>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let result = parse(&Arc::from("t.yaml"), text, &mut diagnostics);
        (result, diagnostics)
    }

    #[test]
    fn values_have_places_and_tags() {
        let (document, _) = read("A:\n  B: !GetAtt x.y\n");
        let document = document.unwrap();
        let value = document.get("A").and_then(|a| a.get("B")).unwrap();
        assert_eq!(value.tag.as_deref(), Some("GetAtt"));
        assert_eq!((value.span.start_line, value.text()), (2, Some("x.y")));
    }

    #[test]
    fn json_has_places_too() {
        let (document, _) = read("{\n\t\"A\": {\"B\": true}\n}");
        let document = document.unwrap();
        let value = document.get("A").and_then(|a| a.get("B")).unwrap();
        assert_eq!((value.span.start_line, value.span.start_column), (2, 13));
    }

    #[test]
    fn duplicate_keys_are_reported_with_both_places() {
        let (_, diagnostics) = read("A: 1\nB: 2\nA: 3\n");
        assert_eq!(diagnostics[0].span.as_ref().map(|span| span.start_line), Some(3));
        assert!(diagnostics[0].message.contains("line 1"));
    }

    #[test]
    fn alias_bombs_and_deep_nesting_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let alias = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(", "));
        }
        assert!(read(&bomb).0.unwrap_err().message.contains("too many"));
        assert!(read(&"[".repeat(500)).0.is_err());
    }

    #[test]
    fn broken_syntax_names_its_place() {
        let error = read("A:\n  - b\n c: [").0.unwrap_err();
        assert!(error.span.is_some());
    }
}
