//! Diagnostics on standard error, with the line at fault.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Level};
use crate::report::{escape, excerpt};
use crate::source::decode;

/// The longest line of a file that is shown.
const LONGEST_LINE: usize = 400;

/// Writes diagnostics, one after the other; notes only where `verbose`.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write(
    diagnostics: &[Diagnostic],
    verbose: bool,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    for diagnostic in diagnostics {
        if diagnostic.level == Level::Note && !verbose {
            continue;
        }
        writeln!(out, "{}\n", render(diagnostic, &renderer))?;
    }
    Ok(())
}

fn render(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    };
    let message = escape::line(&diagnostic.message);
    let source = diagnostic.span.as_ref().and_then(|span| {
        let text = decode::decode(std::fs::read(span.file.as_ref()).ok()?).ok()?;
        let lines: Vec<&str> = text.lines().collect();
        let index = usize::try_from(span.start_line).ok()?.checked_sub(1)?;
        let line = excerpt::masked_line(&lines, index)?;
        (line.chars().count() <= LONGEST_LINE).then(|| (escape::terminal(&line), span.clone()))
    });
    let place = match (&diagnostic.span, &diagnostic.file) {
        (Some(span), _) => format!("{}:{}:{}", span.file, span.start_line, span.start_column),
        (None, Some(file)) => file.clone(),
        (None, None) => String::new(),
    };
    let place = escape::line(&place);
    let file = diagnostic.span.as_ref().map(|span| escape::line(&span.file)).unwrap_or_default();
    let help = diagnostic.help.as_deref().map(escape::line);
    let title = match (&source, place.is_empty()) {
        (None, false) => format!("{place}: {message}"),
        _ => message,
    };
    let main = match &source {
        Some((line, span)) => {
            let length = line.len();
            let column = |column: u32| {
                let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
                line.char_indices().nth(column).map_or(length, |(byte, _)| byte)
            };
            let start = column(span.start_column);
            let end =
                if span.end_line == span.start_line { column(span.end_column) } else { length };
            level.primary_title(title.as_str()).element(
                Snippet::source(line.as_str())
                    .line_start(usize::try_from(span.start_line).unwrap_or(1))
                    .path(file.as_str())
                    .annotation(AnnotationKind::Primary.span(start..end.max(start))),
            )
        }
        None => Group::with_title(level.primary_title(title.as_str())),
    };
    let help = help.as_deref().map(|help| Group::with_title(Title::HELP.secondary_title(help)));
    match (help, &source) {
        (Some(help), Some(_)) => renderer.render(&[main, help]),
        // Without a line to show, nothing needs a margin.
        (Some(help), None) => format!("{}\n{}", renderer.render(&[main]), renderer.render(&[help])),
        (None, _) => renderer.render(&[main]),
    }
}
