//! From what was named on the command line to a finished model.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
#[cfg(feature = "live")]
use std::time::Duration;

use super::args::TargetArgs;
use super::console::Console;
#[cfg(feature = "live")]
use super::progress;
use crate::analysis;
use crate::diagnostic::{Diagnostic, Level};
use crate::model::{Snapshot, link};
use crate::policy::profile::Profile;
#[cfg(feature = "live")]
use crate::source::aws;
use crate::source::{Loaded, TemplateOptions, load};

/// Attempts of one API call.
#[cfg(feature = "live")]
const DEFAULT_ATTEMPTS: u32 = 6;

/// Seconds that one API call may take, its attempts together.
#[cfg(feature = "live")]
const DEFAULT_CALL_TIMEOUT: u64 = 60;

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

/// Reads what was named: files, or else the live account.
pub fn read(args: &TargetArgs, profile: &Profile, console: &Console) -> Target {
    let mut target = if args.paths.is_empty() { account(args, console) } else { files(args) };
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

#[cfg(feature = "live")]
fn account(args: &TargetArgs, console: &Console) -> Target {
    let calls = &args.live.calls;
    let options = aws::Options {
        regions: args.live.regions.clone(),
        profile: calls.profile.clone(),
        roles: calls.roles.clone(),
        external_id: calls.external_id.clone(),
        max_rps: calls.max_rps,
        max_attempts: calls.max_attempts.unwrap_or(DEFAULT_ATTEMPTS),
        call_timeout: Duration::from_secs(calls.call_timeout.unwrap_or(DEFAULT_CALL_TIMEOUT)),
        secret_key: secret_key(),
    };
    let Loaded { mut snapshot, diagnostics } = aws::read(&options, progress::of(console));
    snapshot.model.collected_at = now();
    let names = snapshot.model.accounts.keys().map(|id| format!("account {id}")).collect();
    Target { snapshot, diagnostics, texts: Vec::new(), names }
}

#[cfg(not(feature = "live"))]
fn account(_: &TargetArgs, _: &Console) -> Target {
    let error = Diagnostic::error("nothing to read: this build has no live account as a source")
        .help("name a template, plan or snapshot, or build with the feature `live`");
    Target { diagnostics: vec![error], ..Target::default() }
}

fn files(args: &TargetArgs) -> Target {
    let region = match args.live.regions.as_slice() {
        [] => None,
        [region] => Some(region.clone()),
        _ => {
            let error = Diagnostic::error("templates are deployed to one region")
                .help("give --region once, or scan each region on its own");
            return Target { diagnostics: vec![error], ..Target::default() };
        }
    };
    let template = &args.template;
    let options = TemplateOptions {
        parameters: template.parameters.iter().cloned().collect(),
        parameter_files: template.parameter_files.clone(),
        region,
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
