//! What is said on standard error.

use std::io::{self, IsTerminal, Write};

use super::args::{ColorWhen, GlobalArgs};
use super::diagnostics;
use crate::diagnostic::{Diagnostic, Level};

/// Standard error, as loud and as colourful as was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// Say notes too.
    pub verbose: bool,
    /// Say errors only.
    pub quiet: bool,
    color: ColorWhen,
}

impl Console {
    /// As the general options ask.
    pub fn new(global: &GlobalArgs) -> Self {
        Self { verbose: global.verbose, quiet: global.quiet, color: global.color }
    }

    /// Writes diagnostics.
    ///
    /// # Errors
    ///
    /// Where standard error cannot be written to.
    pub fn diagnostics(&self, found: &[Diagnostic]) -> io::Result<()> {
        let kept: Vec<Diagnostic> = found
            .iter()
            .filter(|diagnostic| !self.quiet || diagnostic.level == Level::Error)
            .cloned()
            .collect();
        let stderr = io::stderr();
        let color = self.colored(stderr.is_terminal());
        diagnostics::write(&kept, self.verbose, color, &mut stderr.lock())
    }

    /// Says that something was done.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Whether a stream gets colours.
    pub fn colored(&self, terminal: bool) -> bool {
        match self.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                let asked_not = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
                terminal && !asked_not && !dumb
            }
        }
    }

    /// Standard output, its styles stripped where it gets no colours.
    pub fn stdout(&self) -> anstream::AutoStream<io::StdoutLock<'static>> {
        let stdout = io::stdout().lock();
        let choice = match self.colored(io::stdout().is_terminal()) {
            true => anstream::ColorChoice::Always,
            false => anstream::ColorChoice::Never,
        };
        anstream::AutoStream::new(stdout, choice)
    }
}
