//! YAML and JSON with exact places, tags and duplicate keys.
//!
//! JSON is read as the YAML it nearly is; what JSON allows and YAML does not
//! (tabs as white space) is blanked first, place for place.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
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

    /// Whether nothing is written, or null.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, YamlValue::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            YamlValue::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// Reads the one document of `text`. Duplicate keys are reported and the last
/// one counts; a second document is reported and not read.
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
    let mut text: Cow<'_, str> =
        if json && text.contains('\t') { text.replace('\t', " ").into() } else { text.into() };
    let mut pairs = VecDeque::new();
    if json && text.contains("\\u") {
        (text, pairs) = without_surrogates(text);
    }
    let mut loader =
        Loader { file, open: Vec::new(), anchors: HashMap::new(), values: 0, pairs, diagnostics };
    let mut document = None;
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
        if document.is_some() && matches!(event, Event::DocumentStart(_)) {
            loader.diagnostics.push(
                Diagnostic::error(
                    "the file holds more than one document; the first alone was read",
                )
                .at(span)
                .help("put each document into a file of its own"),
            );
            break;
        }
        document = document.or(loader.take(event, span)?);
    }
    document.ok_or_else(|| {
        Box::new(
            Diagnostic::error("the file is empty")
                .in_file(file.as_ref())
                .help("write a template into it"),
        )
    })
}

/// What stands for a surrogate pair while the text is parsed: private-use
/// characters, which are as long when they are escaped.
const PLACEHOLDER: &str = "\u{f8fe}\u{f8ff}";

/// JSON escapes a character beyond the first plane as two surrogates, which
/// YAML does not know. Gives the text with placeholders, and the characters.
fn without_surrogates(text: Cow<'_, str>) -> (Cow<'_, str>, VecDeque<char>) {
    if text.contains(PLACEHOLDER) {
        return (text, VecDeque::new());
    }
    let unit = |from: usize| {
        let escape = text.get(from..from + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let (mut new, mut pairs, mut copied, mut at) = (String::new(), VecDeque::new(), 0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        let pair = unit(at).zip(unit(at + 6)).and_then(|(high, low)| {
            char::decode_utf16([high, low]).next()?.ok().filter(|c| c.len_utf16() == 2)
        });
        if let Some(character) = pair {
            pairs.push_back(character);
            new.push_str(&text[copied..at]);
            new.push_str("\\uf8fe\\uf8ff");
            at += 12;
            copied = at;
        } else {
            // The escaped character may be a backslash itself.
            let escaped = text[at + 1..].chars().next().map_or(0, char::len_utf8);
            at += 1 + escaped;
        }
    }
    if pairs.is_empty() {
        return (text, pairs);
    }
    new.push_str(&text[copied..]);
    (new.into(), pairs)
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
    /// How many levels lie below it.
    depth: usize,
    /// The keys that it has itself.
    keys: HashSet<String>,
    /// The keys that merging gave it; its own replace them.
    merged: HashSet<String>,
}

/// A value that aliases may name.
struct Anchored {
    value: Rc<Yaml>,
    /// How many values it holds, itself included.
    size: usize,
    /// How many levels lie below it.
    depth: usize,
}

struct Loader<'a> {
    file: &'a Arc<str>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    /// The characters that placeholders stand for, in order.
    pairs: VecDeque<char>,
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
                let text = self.with_pairs(text.into_owned());
                let value = YamlValue::Scalar { text, plain };
                self.values += 1;
                self.add(Rc::new(Yaml { value, tag: tag(scalar_tag), span }), anchor, 1, 0)
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
                self.add(Rc::new(value), open.anchor, size, open.depth + 1)
            }
            Event::Alias(anchor) => {
                let Some(anchored) = self.anchors.get(&anchor) else {
                    return Err(self.failed("the alias refers to itself", &span));
                };
                let Anchored { value, size, depth } = anchored;
                let (value, size, depth) = (value.clone(), *size, *depth);
                if self.open.len() + depth > MOST_DEPTH {
                    return Err(self.too_deep(&span));
                }
                self.values += size;
                self.add(value, 0, size, depth)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
        }
    }

    /// Text with the characters that its placeholders stand for.
    fn with_pairs(&mut self, mut text: String) -> String {
        while let Some(at) = (!self.pairs.is_empty()).then(|| text.find(PLACEHOLDER)).flatten() {
            let character = self.pairs.pop_front().map(String::from).unwrap_or_default();
            text.replace_range(at..at + PLACEHOLDER.len(), &character);
        }
        text
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
            return Err(self.too_deep(&span));
        }
        let before = self.values;
        self.values += 1;
        self.open.push(Open {
            value,
            tag,
            span,
            anchor,
            key: None,
            before,
            depth: 0,
            keys: HashSet::new(),
            merged: HashSet::new(),
        });
        Ok(None)
    }

    fn too_deep(&self, span: &Span) -> Box<Diagnostic> {
        self.failed(&format!("values nest deeper than {MOST_DEPTH} levels"), span)
    }

    fn add(
        &mut self,
        value: Rc<Yaml>,
        anchor: usize,
        size: usize,
        depth: usize,
    ) -> Result<Option<Rc<Yaml>>, Box<Diagnostic>> {
        if self.values > MOST_VALUES {
            let message = format!(
                "the file holds more than {MOST_VALUES} values, or its aliases expand to too many"
            );
            return Err(self.failed(&message, &value.span));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Anchored { value: value.clone(), size, depth });
        }
        let Some(open) = self.open.last_mut() else { return Ok(Some(value)) };
        open.depth = open.depth.max(depth);
        match &mut open.value {
            YamlValue::Sequence(items) => items.push(value),
            YamlValue::Mapping(entries) => match open.key.take() {
                None => match value.text() {
                    Some(text) => {
                        open.key = Some(Key { name: text.to_owned(), span: value.span.clone() });
                    }
                    None => return Err(self.failed("a key is no text", &value.span)),
                },
                Some(key) if key.name == "<<" => {
                    for (key, value) in merge_sources(&value) {
                        if !open.keys.contains(&key.name) && open.merged.insert(key.name.clone()) {
                            entries.push((key.clone(), value.clone()));
                        }
                    }
                }
                Some(key) => {
                    let again = !open.keys.insert(key.name.clone());
                    if (again || open.merged.remove(&key.name))
                        && let Some(index) =
                            entries.iter().position(|(known, _)| known.name == key.name)
                    {
                        let (first, _) = entries.remove(index);
                        if !again {
                            entries.push((key, value));
                            return Ok(None);
                        }
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

/// YAML 1.1's merge key: the entries that it takes over, those that count most
/// first.
fn merge_sources(from: &Yaml) -> impl Iterator<Item = &(Key, Rc<Yaml>)> {
    let sources: Vec<&Yaml> = match &from.value {
        YamlValue::Sequence(items) => items.iter().map(Rc::as_ref).collect(),
        _ => vec![from],
    };
    sources.into_iter().flat_map(Yaml::entries)
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
    fn aliases_cannot_nest_values_deeper_than_brackets_can() {
        let mut text = "a0: &a0 [x]\n".to_owned();
        for level in 1..MOST_DEPTH + 1 {
            text += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
        }
        let error = read(&text).0.unwrap_err();
        assert!(error.message.contains("nest deeper"), "{}", error.message);
        let shallow: String = text.lines().take(50).map(|line| format!("{line}\n")).collect();
        assert!(read(&shallow).0.is_ok());
    }

    #[test]
    fn own_keys_replace_merged_ones_wherever_they_stand() {
        let (document, diagnostics) = read(
            "base: &base {A: 1, B: 2}\nafter: {<<: *base, A: 3}\nbefore: {A: 3, <<: *base}\ntwo: {<<: [{A: 5}, *base]}\n",
        );
        assert_eq!(diagnostics, []);
        let document = document.unwrap();
        let value = |name: &str, key: &str| {
            document.get(name).and_then(|value| value.get(key)?.text().map(str::to_owned))
        };
        for (name, key, expected) in
            [("after", "A", "3"), ("after", "B", "2"), ("before", "A", "3"), ("two", "A", "5")]
        {
            assert_eq!(value(name, key).as_deref(), Some(expected), "{name}.{key}");
        }
    }

    #[test]
    fn a_second_document_is_no_silent_loss() {
        let (document, diagnostics) = read("A: 1\n---\nB: 2\n");
        assert!(document.unwrap().get("A").is_some());
        assert_eq!(diagnostics[0].span.as_ref().map(|span| span.start_line), Some(2));
        assert_eq!(read("---\nA: 1\n...\n").1, []);
    }

    #[test]
    fn places_count_characters_in_every_spelling_of_line_ends() {
        for (text, place) in [
            ("A: 1\r\nB: {é: x}\r\n", (2, 8)),
            ("A: 1\nB: {é: x}", (2, 8)),
            ("{\"A\": 1,\r\n\t\"B\": {\"é\": \"x\"}}", (2, 13)),
        ] {
            let document = read(text).0.unwrap();
            let value = document.get("B").and_then(|b| b.get("é")).unwrap();
            assert_eq!((value.span.start_line, value.span.start_column), place, "{text}");
        }
    }

    #[test]
    fn escapes_of_json_are_read() {
        let document = read(r#"{"A": "\/\u00e9\ud83d\ude00\n", "B\u002e": "x"}"#).0.unwrap();
        assert_eq!(document.get("A").and_then(|a| a.text()), Some("/é😀\n"));
        assert!(document.get("B.").is_some());
        let two =
            read(r#"{"\ud83d\ude00": "a\\ud83d", "B": "\uD83D\uDE01\uD83D\uDE02"}"#).0.unwrap();
        assert_eq!(two.get("😀").and_then(|a| a.text()), Some("a\\ud83d"));
        assert_eq!(two.get("B").and_then(|b| b.text()), Some("😁😂"));
        let place = two.get("B").map(|b| b.span.start_column);
        assert_eq!(place, Some(35));
        assert!(read(r#"{"A": "\ud83d"}"#).0.is_err());
    }

    #[test]
    fn broken_syntax_names_its_place() {
        let error = read("A:\n  - b\n c: [").0.unwrap_err();
        assert!(error.span.is_some());
    }
}
