//! Reads a snapshot that an earlier run saved.

use serde::Deserialize;

use super::{Loaded, TextFile};
use crate::diagnostic::Diagnostic;
use crate::model::{SCHEMA_VERSION, Snapshot, Span};

#[derive(Deserialize)]
struct Version {
    schema_version: u64,
    #[serde(default)]
    tool_version: String,
}

/// Reads a snapshot. One of another schema version, or a broken one, is an
/// error that names the place and what to do.
pub fn read(file: &TextFile) -> Loaded {
    match parse(file) {
        Ok(snapshot) => Loaded { snapshot, diagnostics: Vec::new() },
        Err(diagnostic) => Loaded { snapshot: Snapshot::default(), diagnostics: vec![*diagnostic] },
    }
}

fn parse(file: &TextFile) -> Result<Snapshot, Box<Diagnostic>> {
    // The whole at once; only what fails is looked at again to say why.
    let error = match serde_json::from_str::<Snapshot>(&file.text) {
        Ok(snapshot) if snapshot.schema_version == SCHEMA_VERSION => return Ok(snapshot),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    if let Ok(version) = serde_json::from_str::<Version>(&file.text)
        && version.schema_version != u64::from(SCHEMA_VERSION)
    {
        let made_by = match version.tool_version.as_str() {
            "" => String::new(),
            tool => format!(" (made by audit {tool})"),
        };
        return Err(Box::new(
            Diagnostic::error(format!(
                "the snapshot has schema version {}{made_by}, and this program reads version {SCHEMA_VERSION}",
                version.schema_version
            ))
            .in_file(file.name.as_ref())
            .help("save it again with `audit snapshot` of this version"),
        ));
    }
    let detail = error.map(|error| (error.line(), error.column(), error.to_string()));
    let (line, column, message) = detail.unwrap_or((1, 1, "it is no snapshot".to_owned()));
    let position = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
    Err(Box::new(
        Diagnostic::error(format!("the snapshot cannot be read: {message}"))
            .at(Span {
                file: file.name.clone(),
                start_line: position(line),
                start_column: position(column),
                end_line: position(line),
                end_column: position(column).saturating_add(1),
            })
            .help("save it again with `audit snapshot`"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> TextFile {
        TextFile { name: "s.json".into(), path: "s.json".into(), text: text.to_owned() }
    }

    #[test]
    fn a_saved_snapshot_is_read_back() {
        let text = serde_json::to_string(&Snapshot::default()).unwrap();
        let loaded = read(&file(&text));
        assert!(loaded.diagnostics.is_empty());
        assert_eq!(loaded.snapshot, Snapshot::default());
    }

    #[test]
    fn another_version_is_refused_with_both_versions() {
        let loaded = read(&file(r#"{"schema_version": 99, "tool_version": "9", "model": {}}"#));
        assert!(loaded.diagnostics[0].message.contains("99"));
    }

    #[test]
    fn a_broken_snapshot_names_the_place() {
        let loaded = read(&file("{\"schema_version\": 1,\n \"model\": [}"));
        assert_eq!(loaded.diagnostics[0].span.as_ref().map(|span| span.start_line), Some(2));
    }
}
