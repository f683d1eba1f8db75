//! Places as SARIF locations.

use std::path::{Component, Path, PathBuf};

use serde_sarif::sarif::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region};

use super::message;
use crate::model::{Origin, Span};
use crate::report::{Context, place};

/// A location of an origin in a file; of a live resource, of its line in the
/// snapshot file, and without a place where there is none. `resource` is
/// collection and id, `path` the attribute.
pub(super) fn of(
    origin: Option<&Origin>,
    resource: (&str, &str),
    path: &str,
    context: &Context,
) -> Location {
    let (collection, id) = resource;
    let physical = match origin.and_then(place::span) {
        Some(span) => Some(physical(&span.file, region(span), context)),
        None => match (origin, &context.snapshot_lines) {
            (Some(Origin::Plan { file, .. }), _) => Some(physical(file, first_line(), context)),
            (_, Some(lines)) if !collection.is_empty() => {
                let line = i64::from(lines.line(collection, id, path));
                let region = Region { start_line: Some(line), ..Default::default() };
                Some(physical(&lines.file, region, context))
            }
            _ => None,
        },
    };
    Location { physical_location: physical, ..Default::default() }
}

/// A location with the resource it belongs to.
pub(super) fn with_logical(mut location: Location, name: &str, kind: &str) -> Location {
    location.logical_locations = Some(vec![LogicalLocation {
        fully_qualified_name: Some(name.to_owned()),
        kind: Some(kind.to_owned()),
        ..Default::default()
    }]);
    location
}

/// A location with a message.
pub(super) fn with_message(mut location: Location, text: &str) -> Location {
    location.message = Some(message(text));
    location
}

fn first_line() -> Region {
    Region { start_line: Some(1), ..Default::default() }
}

fn region(span: &Span) -> Region {
    Region {
        start_line: Some(i64::from(span.start_line.max(1))),
        start_column: Some(i64::from(span.start_column.max(1))),
        end_line: Some(i64::from(span.end_line.max(span.start_line).max(1))),
        end_column: Some(i64::from(span.end_column.max(1))),
        ..Default::default()
    }
}

fn physical(file: &str, region: Region, context: &Context) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: Some(ArtifactLocation {
            uri: Some(uri(file, context)),
            ..Default::default()
        }),
        region: Some(region),
        ..Default::default()
    }
}

/// The path from the repository's root, where it is in a repository, as a URI
/// reference (RFC 3986).
fn uri(file: &str, context: &Context) -> String {
    let path = normalized(&context.working_directory.join(file.replace('\\', "/")));
    let relative = context
        .repository_root
        .iter()
        .chain([&context.working_directory])
        .find_map(|root| path.strip_prefix(normalized(root)).ok().map(Path::to_path_buf));
    let (path, absolute) = match relative {
        Some(relative) if !context.working_directory.as_os_str().is_empty() => (relative, false),
        _ => (path, true),
    };
    let text = path.to_string_lossy();
    let encoded = percent_encoded(&text);
    if absolute && encoded.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

/// Without `.` and, as far as that can be told from the text, `..`.
fn normalized(path: &Path) -> PathBuf {
    let mut steps = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir if steps.file_name().is_some() => {
                steps.pop();
            }
            other => steps.push(other),
        }
    }
    steps
}

fn percent_encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b'+'
            | b'='
            | b'@' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context {
            working_directory: "/repo/infra".into(),
            repository_root: Some("/repo".into()),
            ..Context::default()
        }
    }

    #[test]
    fn paths_are_relative_to_the_repository_and_encoded() {
        assert_eq!(uri("./a b.yaml", &context()), "infra/a%20b.yaml");
        assert_eq!(uri("../x/t.yaml", &context()), "x/t.yaml");
        assert_eq!(uri("/elsewhere/t.yaml", &context()), "file:///elsewhere/t.yaml");
    }
}
