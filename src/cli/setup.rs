//! Policies and configuration, before anything is read.

use std::io;

use super::args::GlobalArgs;
use super::console::Console;
use crate::analysis::identity::catalogue;
use crate::diagnostic::Diagnostic;
use crate::policy::bundle::Bundle;
use crate::policy::check;
use crate::policy::config::{self, Config};

/// What a run needs to know.
#[derive(Debug)]
pub struct Setup {
    /// The policies, fit ones only.
    pub bundle: Bundle,
    /// The configuration.
    pub config: Config,
}

/// Reads policies and configuration. `None` where the configuration or the
/// catalogue of actions is wrong; it has been said then.
///
/// # Errors
///
/// Where standard error cannot be written to.
pub fn load(global: &GlobalArgs, console: &Console) -> io::Result<Option<Setup>> {
    if let Some(Err(error)) = global.catalogue.as_deref().map(catalogue::use_file) {
        let help = "write one with `scripts/refresh-catalogue.py --npm FILE --actions OUT`";
        console.diagnostics(&[Diagnostic::error(error.to_string()).help(help)])?;
        return Ok(None);
    }
    let mut bundle = Bundle::embedded();
    bundle.add_paths(&global.policies);
    check::refuse_unfit(&mut bundle, false);
    console.diagnostics(&bundle.diagnostics)?;
    let file = global
        .config
        .clone()
        .or_else(|| std::env::current_dir().ok().and_then(|here| config::find(&here)));
    let config = match file.map(|file| config::load(&file, &bundle)) {
        None => Config::default(),
        Some(Ok(config)) => config,
        Some(Err(diagnostics)) => {
            console.diagnostics(&diagnostics)?;
            return Ok(None);
        }
    };
    Ok(Some(Setup { bundle, config }))
}
