//! From what was named on the command line to a finished model.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use super::args::TargetArgs;
use crate::analysis;
use crate::diagnostic::{Diagnostic, Level};
use crate::model::{Snapshot, link};
use crate::policy::profile::Profile;
use crate::source::{Loaded, TemplateOptions, load};

/// The model of what was named, ready to be judged.
#[derive(Debug, Default)]
pub struct Target {
    /// The model, linked and with all facts derived.
    pub snapshot: Snapshot,
    /// What went wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Texts of the files that were read.
    pub texts: Vec<(Arc<str>, String)>,
    /// What was scanned, in words.
    pub names: Vec<String>,
}

impl Target {
    /// Whether something that was named could not be read.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// Reads what was named.
pub fn read(args: &TargetArgs, profile: &Profile) -> Target {
    let mut target = files(args);
    link::link(&mut target.snapshot);
    analysis::derive_with(&mut target.snapshot, &analysis_options(profile));
    target
}

/// What the analysis takes from the profile.
pub fn analysis_options(profile: &Profile) -> analysis::Options {
    let tag = &profile.bastion_tag;
    analysis::Options {
        network: analysis::network::Options {
            bastion_tag: (tag.key.clone(), tag.value.clone()),
            admin_cidrs: profile.admin_cidrs.clone(),
        },
    }
}

fn files(args: &TargetArgs) -> Target {
    let template = &args.template;
    let options = TemplateOptions {
        parameters: template.parameters.iter().cloned().collect(),
        parameter_files: template.parameter_files.clone(),
        region: template.region.clone(),
        account: template.account.clone(),
        source_root: template.source_root.clone(),
        id_prefix: None,
        secret_key: secret_key(),
    };
    let read = load::load(&args.paths, &options);
    let Loaded { mut snapshot, diagnostics } = read.loaded;
    if snapshot.model.collected_at.is_empty() {
        snapshot.model.collected_at = now();
    }
    Target {
        snapshot,
        diagnostics,
        texts: read.texts,
        names: args.paths.iter().map(|path| path.display().to_string()).collect(),
    }
}

/// The time of day, RFC 3339 in UTC, to the second.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The day, in UTC.
pub fn today() -> jiff::civil::Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = jiff::Timestamp::now().as_second().div_euclid(24 * 60 * 60);
    epoch.checked_add(jiff::Span::new().days(days)).unwrap_or(epoch)
}

/// A key that no one can guess, for the digests of this run: the standard
/// library seeds its hash maps from the system's random numbers.
pub fn secret_key() -> [u8; 32] {
    let mut key = [0; 32];
    for chunk in key.chunks_mut(8) {
        let random = RandomState::new().build_hasher().finish().to_ne_bytes();
        chunk.copy_from_slice(&random);
    }
    key
}
