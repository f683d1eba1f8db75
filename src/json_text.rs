//! JSON whose text is safe to show: what may move a cursor or turn the direction
//! of text is escaped, which changes no value.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Serializer, Value};

use crate::report::escape::is_unsafe;

/// Writes a value on one line.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn compact<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    write(out, value, Layout::Compact)
}

/// Writes a value, indented.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn pretty<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    write(out, value, Layout::Pretty(PrettyFormatter::new()))
}

/// A value as JSON, by way of its text.
///
/// # Errors
///
/// Where it cannot be serialised.
pub fn value<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Value> {
    let mut text = Vec::new();
    compact(&mut text, value).map_err(serde_json::Error::io)?;
    serde_json::from_slice(&text)
}

// One type of writer and of formatter: for each, all types of the model would be
// compiled once more.
fn write<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T, layout: Layout) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, layout)).map_err(io::Error::from)
}

/// How JSON is laid out. Its text is safe to show.
enum Layout {
    Compact,
    Pretty(PrettyFormatter<'static>),
}

/// Calls the formatter of the layout.
macro_rules! delegate {
    ($( $name:ident($($argument:ident: $ty:ty)?) )*) => {
        $(
            fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $ty)?) -> io::Result<()> {
                match self {
                    Self::Compact => CompactFormatter.$name(out $(, $argument)?),
                    Self::Pretty(pretty) => pretty.$name(out $(, $argument)?),
                }
            }
        )*
    };
}

impl Formatter for Layout {
    delegate! {
        begin_array()
        end_array()
        begin_array_value(first: bool)
        end_array_value()
        begin_object()
        end_object()
        begin_object_key(first: bool)
        begin_object_value()
        end_object_value()
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_unsafe) {
            let (safe, from) = rest.split_at(at);
            out.write_all(safe.as_bytes())?;
            let mut chars = from.chars();
            if let Some(c) = chars.next() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hostile_text_is_escaped_and_stays_what_it_is() {
        let value =
            json!({"a\u{202e}": ["\u{9b}31m\u{7f}\u{2028}", "é😀\u{e0041}\"\\\n"], "b": {}});
        for write in [pretty::<Value>, compact::<Value>] {
            let mut text = Vec::new();
            write(&mut text, &value).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert!(!text.contains(|c| is_unsafe(c) && c != '\n'), "{text}");
            assert!(text.contains("é😀\\udb40\\udc41"), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
        let mut text = Vec::new();
        pretty(&mut text, &value).unwrap();
        assert!(String::from_utf8(text).unwrap().starts_with("{\n  \"a\\u202e\": [\n    \""));
    }
}
