//! JSON whose text is safe to show: what may move a cursor or turn the direction
//! of text is escaped, which changes no value.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::escape::is_unsafe;

/// Writes a value on one line.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn compact<T, W>(out: &mut W, value: &T) -> io::Result<()>
where
    T: Serialize + ?Sized,
    W: Write + ?Sized,
{
    write(out, value, CompactFormatter)
}

/// Writes a value, indented.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn pretty<T, W>(out: &mut W, value: &T) -> io::Result<()>
where
    T: Serialize + ?Sized,
    W: Write + ?Sized,
{
    write(out, value, PrettyFormatter::new())
}

fn write<T, W, F>(out: &mut W, value: &T, formatter: F) -> io::Result<()>
where
    T: Serialize + ?Sized,
    W: Write + ?Sized,
    F: Formatter,
{
    let mut serializer = Serializer::with_formatter(out, Safe(formatter));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// A formatter with other text.
struct Safe<F>(F);

impl<F: Formatter> Formatter for Safe<F> {
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

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn hostile_text_is_escaped_and_stays_what_it_is() {
        let value =
            json!({"a\u{202e}": ["\u{9b}31m\u{7f}\u{2028}", "é😀\u{e0041}\"\\\n"], "b": {}});
        for write in [pretty::<Value, Vec<u8>>, compact::<Value, Vec<u8>>] {
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
