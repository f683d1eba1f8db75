//! A snapshot as a file in which every attribute has a line of its own, so
//! that a finding in a live account can point at one.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::Value;

/// Lines of a snapshot file by JSON pointer.
#[derive(Debug, Default)]
pub struct SnapshotLines {
    /// The file's name as reports give it.
    pub file: String,
    lines: HashMap<String, u32>,
}

impl SnapshotLines {
    /// The line of an attribute of a resource, or of its nearest ancestor; 1
    /// where nothing of it is in the file.
    pub fn line(&self, collection: &str, id: &str, path: &str) -> u32 {
        let escaped = id.replace('~', "~0").replace('/', "~1");
        let mut pointer = format!("/model/{collection}/{escaped}{path}");
        loop {
            if let Some(line) = self.lines.get(&pointer) {
                return *line;
            }
            match pointer.rfind('/') {
                Some(cut) => pointer.truncate(cut),
                None => return 1,
            }
        }
    }
}

/// The text of `snapshot`, one attribute a line, and where each stands.
pub fn render(snapshot: &Value, file: impl Into<String>) -> (String, SnapshotLines) {
    let mut writer = Writer { text: String::new(), line: 1, lines: HashMap::new() };
    writer.value(snapshot, "", 0);
    writer.text.push('\n');
    (writer.text, SnapshotLines { file: file.into(), lines: writer.lines })
}

struct Writer {
    text: String,
    line: u32,
    lines: HashMap<String, u32>,
}

impl Writer {
    fn value(&mut self, value: &Value, pointer: &str, depth: usize) {
        // The rest of the snapshot needs no index.
        if pointer.is_empty() || pointer.starts_with("/model") {
            self.lines.insert(pointer.to_owned(), self.line);
        }
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                self.text.push('{');
                for (index, (key, entry)) in entries.iter().enumerate() {
                    self.separator(index, depth + 1);
                    let _ = write!(self.text, "{}: ", Value::String(key.clone()));
                    let escaped = key.replace('~', "~0").replace('/', "~1");
                    self.value(entry, &format!("{pointer}/{escaped}"), depth + 1);
                }
                self.newline(depth);
                self.text.push('}');
            }
            Value::Array(items) if !items.is_empty() => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separator(index, depth + 1);
                    self.value(item, &format!("{pointer}/{index}"), depth + 1);
                }
                self.newline(depth);
                self.text.push(']');
            }
            scalar => {
                let _ = write!(self.text, "{scalar}");
            }
        }
    }

    fn separator(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.text.push(',');
        }
        self.newline(depth);
    }

    fn newline(&mut self, depth: usize) {
        self.text.push('\n');
        self.line += 1;
        for _ in 0..depth {
            self.text.push_str("  ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_is_found_on_its_line() {
        let snapshot = serde_json::json!({
            "model": {"vpcs": {"vpc-1": {"cidr_blocks": ["10.0.0.0/16"], "name": "a/b"}}}
        });
        let (text, lines) = render(&snapshot, "s.json");
        let line_of = |path: &str| {
            let line = lines.line("vpcs", "vpc-1", path) as usize;
            text.lines().nth(line - 1).map(str::trim).map(str::to_owned)
        };
        assert_eq!(line_of("/name").as_deref(), Some("\"name\": \"a/b\""));
        assert_eq!(line_of("/cidr_blocks/0").as_deref(), Some("\"10.0.0.0/16\""));
        assert_eq!(line_of("/missing").as_deref(), Some("\"vpc-1\": {"));
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(snapshot));
    }
}
