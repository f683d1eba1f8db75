//! How a scan of an account gets on, on a terminal's standard error.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::console::Console;
use crate::source::aws::Progress;

/// A line that counts calls while they are made.
#[derive(Debug)]
struct Line {
    bar: ProgressBar,
    started: AtomicU64,
}

/// Says nothing.
#[derive(Debug)]
struct Silent;

/// How often the line moves.
const TICK: Duration = Duration::from_millis(100);

/// A line on a terminal, else nothing.
pub fn of(console: &Console) -> Arc<dyn Progress> {
    if console.quiet || !stderr().is_terminal() {
        return Arc::new(Silent);
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} calls answered {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    Arc::new(Line { bar, started: AtomicU64::new(0) })
}

impl Progress for Line {
    fn started(&self, operation: &'static str, region: Option<&str>) {
        let started = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let waiting = started.saturating_sub(self.bar.position());
        let place = region.unwrap_or("global");
        self.bar.set_message(format!("({waiting} under way): {operation} {place}"));
    }

    fn finished(&self, _: &'static str, _: Option<&str>) {
        self.bar.inc(1);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Silent {
    fn started(&self, _: &'static str, _: Option<&str>) {}
    fn finished(&self, _: &'static str, _: Option<&str>) {}
}
