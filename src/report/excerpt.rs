//! The lines of scanned files that findings stand on, with secrets masked.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Model, Origin, ResourceRef, Snapshot, Span, mask};
use crate::report::place;

/// Texts of files by name, and the spans in them that may hold secrets.
#[derive(Debug, Default)]
pub struct Excerpts {
    files: HashMap<Arc<str>, Lines>,
    secrets: Vec<Span>,
}

/// The lines of a file.
#[derive(Debug, Default)]
struct Lines {
    lines: Vec<String>,
    /// For lines too long to be looked through for each finding: the byte of
    /// every `STEP`th character.
    steps: HashMap<usize, Vec<usize>>,
}

impl Lines {
    fn new(text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let steps = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.len() > WHOLE_LINE)
            .map(|(index, line)| {
                (index, line.char_indices().step_by(STEP).map(|(byte, _)| byte).collect())
            })
            .collect();
        Self { lines, steps }
    }

    /// The part of a very long line around a column, with the number of
    /// characters before it.
    fn part(&self, index: usize, column: usize) -> Option<(usize, &str)> {
        let steps = self.steps.get(&index)?;
        let line = self.lines.get(index)?;
        let first = (column / STEP).saturating_sub(1).min(steps.len().saturating_sub(1));
        let until = steps.get(first + 3).copied().unwrap_or(line.len());
        Some((first * STEP, line.get(*steps.get(first)?..until)?))
    }
}

/// A line to show, with the columns to underline.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Its number.
    pub line: u32,
    /// Its text, masked and cut to a readable length.
    pub text: String,
    /// How many characters stand before the underlined ones.
    pub offset: usize,
    /// How many characters are underlined, at least one.
    pub length: usize,
}

const MASK: char = '*';
/// Lines above one that may name what stands on it.
const LINES_BEFORE: usize = 4;
const LONGEST_LINE: usize = 160;
/// The longest line, in bytes, that is looked through as a whole.
const WHOLE_LINE: usize = 64 * 1024;
/// Characters between known places of a longer line.
const STEP: usize = 4096;

impl Excerpts {
    /// Excerpts of the files in `texts`, for what was read from them into
    /// `snapshot`.
    pub fn new(texts: impl IntoIterator<Item = (Arc<str>, String)>, snapshot: &Snapshot) -> Self {
        let files = texts.into_iter().map(|(name, text)| (name, Lines::new(&text))).collect();
        Self { files, secrets: secret_spans(snapshot) }
    }

    /// The first line of a span; `None` where the file is not at hand.
    pub fn line(&self, span: &Span) -> Option<Excerpt> {
        let index = usize::try_from(span.start_line).ok()?.checked_sub(1)?;
        let file = self.files.get(&span.file)?;
        if let Some((before, part)) = file.part(index, span.start_column.max(1) as usize - 1) {
            return Some(self.of_part(span, before, part));
        }
        let lines = &file.lines;
        let mut text: Vec<char> = self.masked(span, lines, index)?.chars().collect();
        let start = (span.start_column.max(1) as usize - 1).min(text.len());
        let end = if span.end_line == span.start_line {
            (span.end_column.max(1) as usize - 1).clamp(start, text.len())
        } else {
            text.len()
        };
        // A long line, as of a minified template, is shown around the place.
        let (mut offset, mut length) = (start, (end - start).max(1));
        if text.len() > LONGEST_LINE {
            let from = start.saturating_sub(20);
            let until = (from + LONGEST_LINE).min(text.len());
            text = text[from..until].to_vec();
            offset = start - from;
            length = length.min(text.len().saturating_sub(offset)).max(1);
        }
        Some(Excerpt { line: span.start_line, text: text.into_iter().collect(), offset, length })
    }

    /// The place in a line of which only a part, after `before` characters, is
    /// looked through. What stands before the place is not shown: whether it is
    /// the end of a secret, the part may not tell.
    fn of_part(&self, span: &Span, before: usize, part: &str) -> Excerpt {
        let masked = mask::masked_after(&[], part);
        let mut text: Vec<char> = masked.chars().collect();
        self.hide_spans(&mut text, span, before);
        let start = (span.start_column.max(1) as usize - 1).saturating_sub(before).min(text.len());
        let text: String = text.into_iter().skip(start).take(LONGEST_LINE).collect();
        let shown = text.chars().count();
        let length = match span.end_line == span.start_line {
            true => span.end_column.saturating_sub(span.start_column) as usize,
            false => shown,
        };
        Excerpt { line: span.start_line, text, offset: 0, length: length.min(shown).max(1) }
    }

    /// A line with every span that may hold a secret masked.
    fn masked(&self, at: &Span, lines: &[String], index: usize) -> Option<String> {
        let mut text: Vec<char> = masked_line(lines, index)?.chars().collect();
        self.hide_spans(&mut text, at, 0);
        Some(text.into_iter().collect())
    }

    /// Masks the spans that may hold a secret in the part of the line of `at`
    /// that begins after `before` characters.
    fn hide_spans(&self, text: &mut [char], at: &Span, before: usize) {
        for secret in &self.secrets {
            if secret.file != at.file
                || at.start_line < secret.start_line
                || at.start_line > secret.end_line
            {
                continue;
            }
            let from = if secret.start_line == at.start_line {
                (secret.start_column.max(1) as usize - 1).saturating_sub(before)
            } else {
                0
            };
            let until = if secret.end_line == at.start_line {
                (secret.end_column.max(1) as usize - 1).saturating_sub(before)
            } else {
                text.len()
            };
            for c in text.iter_mut().take(until).skip(from) {
                *c = MASK;
            }
        }
    }
}

/// A line of a file with what looks like a credential masked; the lines above
/// may say so.
pub fn masked_line<T: AsRef<str>>(lines: &[T], index: usize) -> Option<String> {
    let before = lines.get(index.saturating_sub(LINES_BEFORE)..index)?;
    let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
    Some(mask::masked_after(&before, lines.get(index)?.as_ref()).into_owned())
}

/// The spans of all values that may be secrets.
fn secret_spans(snapshot: &Snapshot) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut add = |collection: &str, id: &str, path: &str| {
        let origin = snapshot
            .origins
            .get(&ResourceRef::new(collection, id))
            .and_then(|origin| origin.attributes.get(path));
        if let Some(span) = origin.and_then(|origin: &Origin| place::span(origin)) {
            spans.push(span.clone());
        }
    };
    let model: &Model = &snapshot.model;
    for (id, task) in &model.ecs_task_definitions {
        for (container, definition) in task.containers.iter().enumerate() {
            for variable in 0..definition.environment.len() {
                let path = format!("/containers/{container}/environment/{variable}/value");
                add("ecs_task_definitions", id, &path);
            }
        }
    }
    for (id, function) in &model.lambda_functions {
        for variable in 0..function.environment.len() {
            add("lambda_functions", id, &format!("/environment/{variable}/value"));
        }
    }
    for (id, template) in &model.templates {
        for credential in 0..template.credentials.len() {
            add("templates", id, &format!("/credentials/{credential}/value"));
        }
    }
    for id in model.rds_instances.keys() {
        add("rds_instances", id, "/master_user_password");
    }
    for id in model.rds_clusters.keys() {
        add("rds_clusters", id, "/master_user_password");
    }
    for id in model.instances.keys() {
        add("instances", id, "/user_data");
    }
    for id in model.launch_templates.keys() {
        add("launch_templates", id, "/user_data");
    }
    // Copies of one resource stand in the same place.
    spans.sort();
    spans.dedup();
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, RdsInstance, ResourceOrigin};

    fn span(line: u32, from: u32, to: u32) -> Span {
        Span {
            file: "t.yaml".into(),
            start_line: line,
            start_column: from,
            end_line: line,
            end_column: to,
        }
    }

    #[test]
    fn a_line_is_shown_with_its_place() {
        let excerpts = Excerpts::new(
            [("t.yaml".into(), "a: 1\nMultiAZ: false\n".to_owned())],
            &Snapshot::default(),
        );
        assert_eq!(
            excerpts.line(&span(2, 10, 15)),
            Some(Excerpt { line: 2, text: "MultiAZ: false".into(), offset: 9, length: 5 })
        );
        assert_eq!(excerpts.line(&span(9, 1, 2)), None);
    }

    #[test]
    fn a_very_long_line_is_shown_from_the_place_on() {
        let before = "é, ".repeat(50_000);
        let line = format!("{before}\"a.b\", \"password\": \"hunter2\"{}", " x".repeat(50_000));
        let excerpts = Excerpts::new([("t.yaml".into(), line)], &Snapshot::default());
        let shown = excerpts.line(&span(1, 150_001, 150_006)).unwrap();
        assert!(shown.text.starts_with("\"a.b\", \"password\": "), "{}", shown.text);
        assert!(!shown.text.contains("hunter2"), "{}", shown.text);
        assert_eq!((shown.offset, shown.length, shown.text.chars().count()), (0, 5, 160));
        // A place beyond the line is none of another's.
        assert_eq!(excerpts.line(&span(1, 900_000, 900_001)).unwrap().text, "");
    }

    #[test]
    fn a_secret_on_the_line_is_masked() {
        let mut snapshot = Snapshot::default();
        let database = RdsInstance::new(Identity { id: "db".into(), ..Identity::default() });
        let reference = snapshot.model.insert(database);
        snapshot.origins.insert(
            &reference,
            ResourceOrigin {
                resource: Origin::File { span: span(1, 1, 30) },
                attributes: [(
                    "/master_user_password".to_owned(),
                    Origin::File { span: span(1, 12, 19) },
                )]
                .into(),
            },
        );
        let excerpts = Excerpts::new(
            [("t.yaml".into(), "{Password: hunter2, Public: true}".to_owned())],
            &snapshot,
        );
        let shown = excerpts.line(&span(1, 29, 33)).map(|excerpt| excerpt.text);
        assert_eq!(shown.as_deref(), Some("{Password: *******, Public: true}"));
    }

    #[test]
    fn what_looks_like_a_credential_is_masked_anywhere() {
        let key = format!("AKIA{}", "ABCDEFGHIJKLMNOP");
        let lines = [format!("x: \"{key}\""), "- Name: TOKEN".into(), "  Value: hunter2".into()];
        let shown = |index| masked_line(&lines, index).unwrap_or_default();
        assert!(!shown(0).contains(&key));
        assert_eq!(shown(2), "  Value: *******");
    }
}
