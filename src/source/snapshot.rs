//! Reads a snapshot that an earlier run saved, or that somebody wrote.

use serde::Deserialize;

use super::{Loaded, TextFile};
use crate::diagnostic::Diagnostic;
use crate::model::{SCHEMA_VERSION, Snapshot, Span};

mod hand_written;
mod older;
mod parts;

#[derive(Deserialize)]
struct Version {
    schema_version: u64,
    #[serde(default)]
    tool_version: String,
}

/// Reads a snapshot. One of another schema version, or a broken one, is an
/// error that names the place and what to do. One that this program did not
/// save is completed as [`hand_written`] says.
pub fn read(file: &TextFile) -> Loaded {
    let mut snapshot = match parse(file) {
        Ok(snapshot) => snapshot,
        Err(diagnostic) => {
            return Loaded { snapshot: Snapshot::default(), diagnostics: vec![*diagnostic] };
        }
    };
    let misnamed = snapshot.model.identify();
    if hand_written::is_one(&snapshot) {
        hand_written::complete(&mut snapshot, &file.text);
    }
    let diagnostics = misnamed
        .into_iter()
        .map(|(collection, key, id)| {
            Diagnostic::error(format!("/model/{collection}/{key} has the id {id:?}"))
                .in_file(file.name.as_ref())
                .help("the key in the collection is the id: make them the same, or leave id out")
        })
        .collect();
    Loaded { snapshot, diagnostics }
}

fn parse(file: &TextFile) -> Result<Snapshot, Box<Diagnostic>> {
    // Only what fails is looked at again, in one piece, to say why and where.
    if let Ok(snapshot) = parts::read(&file.text)
        && snapshot.schema_version == SCHEMA_VERSION
    {
        return Ok(snapshot);
    }
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
    let detail = error.map(|error| {
        let at = pointer_at(&file.text, error.line(), error.column());
        let at = if at.is_empty() { at } else { format!("{at}: ") };
        (error.line(), error.column(), format!("{at}{}", in_words(&error)))
    });
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
            .help("save it again with `audit snapshot`; `audit policy schema snapshot` tells what one may hold"),
    ))
}

/// An error without its place, which stands beside it.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(cut) => text.get(..cut).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// The JSON pointer of the value that stands at a line and column, both from
/// one.
fn pointer_at(text: &str, line: usize, column: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = before.saturating_add(column).min(text.len());
    // Each open object by the key that came last, each open array by number.
    let mut open: Vec<(bool, String)> = Vec::new();
    let mut count: Vec<usize> = Vec::new();
    let mut characters = text.get(..end).unwrap_or(text).chars();
    let mut last = String::new();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                last.clear();
                while let Some(next) = characters.next() {
                    match next {
                        '"' => break,
                        '\\' => last.extend(characters.next()),
                        other => last.push(other),
                    }
                }
            }
            '{' => {
                open.push((true, String::new()));
                count.push(0);
            }
            '[' => {
                open.push((false, "0".to_owned()));
                count.push(0);
            }
            '}' | ']' => {
                open.pop();
                count.pop();
            }
            ':' => {
                if let Some((true, key)) = open.last_mut() {
                    *key = super::draft::escape(&last);
                }
            }
            ',' => match (open.last_mut(), count.last_mut()) {
                (Some((true, key)), _) => key.clear(),
                (Some((false, key)), Some(at)) => {
                    *at += 1;
                    *key = at.to_string();
                }
                _ => {}
            },
            _ => {}
        }
    }
    let keys = open.into_iter().map(|(_, key)| key).filter(|key| !key.is_empty());
    keys.map(|key| format!("/{key}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Coverage;

    fn file(text: &str) -> TextFile {
        TextFile { name: "s.json".into(), path: "s.json".into(), text: text.to_owned() }
    }

    #[test]
    fn a_repeated_member_is_refused_in_place_of_one_of_them_being_lost() {
        for member in ["gaps", "coverage", "origins", "model", "schema_version"] {
            let of = |name: &str| match name {
                "gaps" | "coverage" => "[]",
                "schema_version" => "1",
                _ => "{}",
            };
            let names = ["schema_version", "model", "gaps", "coverage", "origins", member];
            let members = names.map(|name| format!("\"{name}\": {}", of(name)));
            let loaded = read(&file(&format!("{{{}}}", members.join(", "))));
            let told = &loaded.diagnostics[0];
            assert!(told.message.contains(&format!("duplicate field `{member}`")), "{told:?}");
        }
    }

    #[test]
    fn a_saved_snapshot_is_read_back() {
        let text = serde_json::to_string(&Snapshot::default()).unwrap();
        let loaded = read(&file(&text));
        assert!(loaded.diagnostics.is_empty());
        assert_eq!(loaded.snapshot, Snapshot::default());
    }

    #[test]
    fn a_collection_that_a_saved_snapshot_lacks_is_a_gap() {
        let coverage = Coverage {
            account: None,
            region: None,
            subject: "rds:DescribeDBInstances".to_owned(),
            status: crate::model::CoverageStatus::Collected,
            calls: 1,
            failed: 0,
            detail: None,
        };
        let saved = Snapshot { coverage: [coverage].into(), ..Snapshot::default() };
        let mut json = serde_json::to_value(&saved).unwrap();
        assert_eq!(read(&file(&json.to_string())).snapshot.gaps, saved.gaps);
        json["model"].as_object_mut().unwrap().remove("rds_snapshots");
        let gaps = read(&file(&json.to_string())).snapshot.gaps;
        let collections: Vec<&str> = gaps.iter().map(|gap| gap.collection.as_str()).collect();
        assert_eq!(collections, ["rds_snapshots"]);
    }

    #[test]
    fn another_version_is_refused_with_both_versions() {
        let loaded = read(&file(r#"{"schema_version": 99, "tool_version": "9", "model": {}}"#));
        assert!(loaded.diagnostics[0].message.contains("99"));
    }

    #[test]
    fn an_error_names_the_field() {
        let loaded = read(&file(
            r#"{"schema_version": 1, "model": {"security_groups": {"sg/1": {"ingress": [
                {"protocol": "tcp"}, {"protocol": "tcp", "from_port": "22"}]}}}}"#,
        ));
        let message = &loaded.diagnostics[0].message;
        assert!(
            message.contains("/model/security_groups/sg~11/ingress/1/from_port: "),
            "{message}"
        );
        let loaded = read(&file(
            r#"{"schema_version": 1, "model": {"subnets": {"a": {"name": "b", "vpc": "b"}}}}"#,
        ));
        let message = &loaded.diagnostics[0].message;
        assert!(message.contains("/model/subnets/a: unknown field `vpc`"), "{message}");
    }

    #[test]
    fn a_resource_has_its_key_as_id() {
        let loaded =
            read(&file(r#"{"schema_version": 1, "model": {"vpcs": {"a": {}, "b": {"id": "c"}}}}"#));
        let vpcs = &loaded.snapshot.model.vpcs;
        assert_eq!(
            (vpcs.get("a").unwrap().id.as_str(), vpcs.get("b").unwrap().id.as_str()),
            ("a", "b")
        );
        assert_eq!(vpcs.get("a").unwrap().r#type, "AWS::EC2::VPC");
        assert!(loaded.diagnostics[0].message.contains("/model/vpcs/b has the id \"c\""));
    }

    #[test]
    fn a_broken_snapshot_names_the_place() {
        let loaded = read(&file("{\"schema_version\": 1,\n \"model\": [}"));
        assert_eq!(loaded.diagnostics[0].span.as_ref().map(|span| span.start_line), Some(2));
    }
}
