//! `audit.toml`: the architecture profile, which controls run, and waivers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::bundle::Bundle;
use super::evaluate::Settings;
use super::metadata::Severity;
use super::profile::{Mistake, Profile};
use super::waiver::Waiver;
use crate::diagnostic::Diagnostic;
use crate::model::{Origin, Span};

/// The file's name where it is looked for.
pub const FILE_NAME: &str = "audit.toml";

/// The configuration of a run.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// What to evaluate, and against which values.
    pub settings: Settings,
    /// Waivers.
    pub waivers: Vec<Waiver>,
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct ConfigFile {
    /// The architecture's values; those left out have its defaults.
    profile: Profile,
    /// Which controls run, and how severe they are.
    controls: ControlsTable,
    /// Findings that are accepted for a time.
    #[cfg_attr(test, schemars(with = "Vec<WaiverEntry>"))]
    waivers: Vec<Spanned<WaiverEntry>>,
}

/// The `[controls]` table.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct ControlsTable {
    /// Controls that do not run, by id.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    disabled: Vec<Spanned<String>>,
    /// If not empty, the only controls that run.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    only: Vec<Spanned<String>>,
    /// Severities that differ from the control's own, by id.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Severity>"))]
    severity: BTreeMap<Spanned<String>, Severity>,
}

/// One of `[[waivers]]`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct WaiverEntry {
    /// The control's id.
    #[cfg_attr(test, schemars(with = "String"))]
    control: Spanned<String>,
    /// A glob that matches the resource's key, name or ARN.
    #[cfg_attr(test, schemars(with = "String"))]
    resource: Spanned<String>,
    /// Why the finding is accepted.
    #[cfg_attr(test, schemars(with = "String"))]
    reason: Spanned<String>,
    /// The last day it holds, `YYYY-MM-DD`.
    #[cfg_attr(test, schemars(with = "String"))]
    expires: Spanned<Day>,
}

/// A day as text, or as TOML's own date.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a day is written as \"2027-03-31\"")]
enum Day {
    Text(String),
    Date(toml::value::Datetime),
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Date(date) => write!(f, "{date}"),
        }
    }
}

/// The JSON Schema of the file.
#[cfg(test)]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(ConfigFile)
}

/// Looks for the file in `directory` and above it.
pub fn find(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().map(|above| above.join(FILE_NAME)).find(|path| path.is_file())
}

/// Reads the file. `bundle` tells which controls there are.
///
/// # Errors
///
/// Where it cannot be read, is no TOML, or says something that has no meaning;
/// each diagnostic has a place.
pub fn load(path: &Path, bundle: &Bundle) -> Result<Config, Vec<Diagnostic>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        vec![
            Diagnostic::error(format!("the configuration cannot be read: {error}"))
                .in_file(name.clone())
                .help("check the path given with --config"),
        ]
    })?;
    parse(&name, &text, bundle)
}

/// Reads the text of the file called `name`.
///
/// # Errors
///
/// As [`load`].
pub fn parse(name: &str, text: &str, bundle: &Bundle) -> Result<Config, Vec<Diagnostic>> {
    let place = Place { file: Arc::from(name), text };
    let file: ConfigFile = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        vec![form_error(error.message()).at(place.span(span))]
    })?;
    let mut diagnostics = Vec::new();
    let mut known = |id: &Spanned<String>| check_control(id, bundle, &place, &mut diagnostics);
    file.controls.disabled.iter().for_each(&mut known);
    file.controls.only.iter().for_each(&mut known);
    file.controls.severity.keys().for_each(&mut known);
    file.waivers.iter().for_each(|entry| known(&entry.get_ref().control));
    check_profile(&file.profile, &place, &mut diagnostics);
    let waivers: Vec<Waiver> = file
        .waivers
        .into_iter()
        .filter_map(|entry| waiver(entry, &place, &mut diagnostics))
        .collect();
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let ids = |ids: Vec<Spanned<String>>| -> BTreeSet<String> {
        ids.into_iter().map(Spanned::into_inner).collect()
    };
    Ok(Config {
        settings: Settings {
            profile: file.profile,
            severities: file
                .controls
                .severity
                .into_iter()
                .map(|(id, severity)| (id.into_inner(), severity))
                .collect(),
            disabled: ids(file.controls.disabled),
            only: ids(file.controls.only),
        },
        waivers,
    })
}

fn check_control(
    id: &Spanned<String>,
    bundle: &Bundle,
    place: &Place<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if bundle.policies.contains_key(id.get_ref()) {
        return;
    }
    let unknown = super::suggest::unknown_control(id.get_ref(), bundle.policies.keys());
    diagnostics.push(unknown.at(place.span(id.span())));
}

/// What the parser or the form of the file says of a mistake, with what may
/// have been meant.
fn form_error(message: &str) -> Diagnostic {
    let message = message.trim().replace('\n', " ");
    let wrong =
        [("unknown field `", "there is no key"), ("unknown variant `", "there is no value")];
    for (start, what) in wrong {
        let Some((given, expected)) =
            message.strip_prefix(start).and_then(|rest| rest.split_once('`'))
        else {
            continue;
        };
        let known: Vec<String> =
            expected.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let help = match crate::suggest::nearest(given, &known) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", known.join(", ")),
        };
        return Diagnostic::error(format!("{what} {given}")).help(help);
    }
    Diagnostic::error(message)
        .help("`audit policy schema config` prints what may stand in audit.toml")
}

fn check_profile(profile: &Profile, place: &Place<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for Mistake { key, message, help } in profile.mistakes() {
        let span = place.span(place.profile_value(key).unwrap_or(0..0));
        diagnostics.push(Diagnostic::error(format!("profile.{key} {message}")).at(span).help(help));
    }
}

fn waiver(
    entry: Spanned<WaiverEntry>,
    place: &Place<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Waiver> {
    let span = place.span(entry.span());
    let entry = entry.into_inner();
    let mut wrong = |at: std::ops::Range<usize>, message: String, help: &str| {
        diagnostics.push(Diagnostic::error(message).at(place.span(at)).help(help));
    };
    if entry.reason.get_ref().trim().is_empty() {
        wrong(
            entry.reason.span(),
            "the waiver gives no reason".to_owned(),
            "say why it is accepted",
        );
        return None;
    }
    let written = entry.expires.get_ref().to_string();
    // The parser takes a time of day too, and would forget it.
    let day = written.parse::<jiff::civil::Date>().ok();
    let expires = match day.filter(|day| day.to_string() == written) {
        Some(day) => day,
        None => {
            wrong(
                entry.expires.span(),
                format!("{written:?} is no date"),
                "write it as YYYY-MM-DD",
            );
            return None;
        }
    };
    let pattern = globset::GlobBuilder::new(entry.resource.get_ref()).build();
    match pattern {
        Ok(pattern) => Some(Waiver {
            control: entry.control.into_inner(),
            pattern: Some(pattern.compile_matcher()),
            resource: None,
            shown_resource: entry.resource.into_inner(),
            reason: entry.reason.into_inner(),
            expires: Some(expires),
            origin: Some(Origin::File { span }),
        }),
        Err(error) => {
            wrong(
                entry.resource.span(),
                format!("the pattern is broken: {}", error.kind()),
                "see the syntax of globs: *, ?, [abc], {a,b}",
            );
            None
        }
    }
}

/// A text file, to turn byte ranges into spans.
struct Place<'a> {
    file: Arc<str>,
    text: &'a str,
}

impl Place<'_> {
    /// Where the value of a key of `[profile]` stands.
    fn profile_value(&self, key: &str) -> Option<std::ops::Range<usize>> {
        let file = DeTable::parse(self.text).ok()?;
        let (_, profile) = file.get_ref().iter().find(|(name, _)| name.get_ref() == "profile")?;
        let DeValue::Table(profile) = profile.get_ref() else { return None };
        let (_, value) = profile.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(value.span())
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        let position = |byte: usize| {
            let before = self.text.get(..byte).unwrap_or(self.text);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            (number(line), number(column))
        };
        let (start_line, start_column) = position(range.start);
        let (end_line, end_column) = position(range.end.max(range.start + 1));
        Span { file: self.file.clone(), start_line, start_column, end_line, end_column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(u32, String)> {
        parse("audit.toml", text, &Bundle::embedded()).map(|_| Vec::new()).unwrap_or_else(|found| {
            found
                .into_iter()
                .map(|d| (d.span.map_or(0, |span| span.start_line), d.message))
                .collect()
        })
    }

    #[test]
    fn values_replace_the_defaults() {
        let text =
            "[profile]\nlog_retention_days = 400\n[controls]\ndisabled = [\"rds-private\"]\n";
        let config = parse("audit.toml", text, &Bundle::embedded()).unwrap();
        assert_eq!(config.settings.profile.log_retention_days, 400);
        assert_eq!(config.settings.profile.application_port, 3000);
        assert!(config.settings.disabled.contains("rds-private"));
    }

    #[test]
    fn mistakes_name_their_line() {
        assert_eq!(errors("[profile]\nlog_retention = 1\n")[0].0, 2);
        assert_eq!(errors("[controls]\n\ndisabled = [\"rds-privat\"]\n")[0].0, 3);
        let waiver = "[[waivers]]\ncontrol = \"rds-private\"\nresource = \"*\"\nreason = \"x\"\nexpires = \"soon\"\n";
        assert_eq!(errors(waiver)[0], (5, "\"soon\" is no date".to_owned()));
        let (line, message) = errors("[profile]\n\nadmin_cidrs = [\"office\"]\n").swap_remove(0);
        assert!(line == 3 && message.contains("office"), "{line}: {message}");
    }

    #[test]
    fn values_without_a_meaning_name_their_line_and_key() {
        let values = [
            ("log_group_pattern", "'(['"),
            ("log_group_pattern", "'(?=x)'"),
            ("log_group_pattern", "'^\\w{9}{9}{9}$'"),
            ("application_port", "0"),
            ("admin_ports", "[22, 0]"),
            ("flow_log_traffic", "'all'"),
            ("maintenance_hours", "[0, 25]"),
            ("admin_cidrs", "['10.0.0.0/33']"),
            ("admin_cidrs", "['10.0.0.1']"),
            ("trusted_accounts", "['12345']"),
            ("bastion_tag", "{key = '', value = 'x'}"),
            ("tls_policies", "['ELB*Policy']"),
            ("log_retention_days", "0"),
            ("backup_retention_days", "36"),
            ("access_key_max_age_days", "-1"),
            ("access_key_unused_days", "0"),
            ("root_unused_days", "-1"),
            ("password_minimum_length", "200"),
            ("password_reuse_prevention", "25"),
            ("minimum_healthy_percent", "101"),
        ];
        for (key, value) in values {
            let found = errors(&format!("[profile]\n\n{key} = {value}\n"));
            assert_eq!(found.len(), 1, "{key} = {value}: {found:?}");
            let (line, message) = &found[0];
            let start = format!("profile.{key} ");
            assert!(*line == 3 && message.starts_with(&start), "{key} = {value}: {found:?}");
        }
    }

    #[test]
    fn a_slip_in_a_key_is_told_with_what_was_meant() {
        let help = |text: &str| {
            let found = parse("audit.toml", text, &Bundle::embedded()).unwrap_err().swap_remove(0);
            (found.message, found.help.unwrap_or_default())
        };
        assert_eq!(
            help("[profile]\naplication_port = 1\n"),
            ("there is no key aplication_port".into(), "did you mean application_port?".into())
        );
        assert_eq!(
            help("[controls.severity]\nrds-private = \"hgih\"\n").1,
            "there are info, low, medium, high, critical"
        );
    }

    #[test]
    fn a_waiver_ends_on_a_day_of_either_spelling() {
        let waiver = |expires: &str| {
            format!(
                "[[waivers]]\ncontrol = 'rds-private'\nresource = '*'\nreason = 'x'\nexpires = {expires}\n"
            )
        };
        for day in ["'2030-01-31'", "2030-01-31"] {
            let config = parse("audit.toml", &waiver(day), &Bundle::embedded()).unwrap();
            let expires = config.waivers[0].expires.map(|day| day.to_string());
            assert_eq!(expires.as_deref(), Some("2030-01-31"), "{day}");
        }
        for day in ["2030-01-31T10:00:00", "10:00:00", "'2030-02-30'", "'2030-1-1'", "7"] {
            let found = errors(&waiver(day));
            assert!(found.len() == 1 && found[0].0 == 5, "{day}: {found:?}");
        }
    }

    #[test]
    fn a_waiver_needs_a_reason() {
        let waiver = "[[waivers]]\ncontrol = \"rds-private\"\nresource = \"*\"\nreason = \" \"\nexpires = \"2030-01-01\"\n";
        assert_eq!(errors(waiver)[0].1, "the waiver gives no reason");
    }
}
