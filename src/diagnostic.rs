//! What went wrong, for people: the place, the reason and the remedy.

use serde::{Deserialize, Serialize};

use crate::model::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Told at `--verbose` only.
    Note,
    /// The run goes on and nothing is lost.
    Warning,
    /// Something was lost; the rest goes on, and the exit code says so.
    Error,
}

/// One message about a file, a line, a call or a setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
    /// The file, where the place in it is not known.
    pub file: Option<String>,
    /// The place.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    pub fn new(level: Level, message: impl Into<String>) -> Self {
        Self { level, message: message.into(), file: None, span: None, help: None }
    }

    /// An error without a place.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Level::Error, message)
    }

    /// A warning without a place.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Level::Warning, message)
    }

    /// A note without a place.
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Level::Note, message)
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Names the place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.file = Some(span.file.to_string());
        self.span = Some(span);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
