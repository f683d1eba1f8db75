//! The action catalogue: every service's actions with access level, resource
//! types and condition keys; and AWS's managed policies, which templates know
//! only by name.
//!
//! Both are in the binary, compressed, and unpacked when first asked for. They
//! come from the packages that [`sources`] names, through
//! `scripts/refresh-catalogue.py`. [`use_file`] puts newer actions in their
//! place.
//!
//! Source of the packages: AWS's Service Authorization Reference, and the
//! managed policies as IAM gives them.

mod managed;
mod parse;
mod pattern;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use managed::{managed_policies, managed_policy, managed_policy_name};
pub use parse::document;
pub use pattern::Expansion;

static ACTIONS: &[u8] = include_bytes!("data/actions.gz");
static SOURCES: &str = include_str!("data/sources.txt");

/// What an action does, as AWS classes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Names of resources.
    List,
    /// Contents of resources.
    Read,
    /// Tags only.
    Tagging,
    /// Makes, changes or deletes.
    Write,
    /// Grants or changes permissions.
    PermissionsManagement,
}

impl AccessLevel {
    /// Whether actions of the level change something of worth: contents,
    /// resources, or who may use them.
    pub fn is_write(self) -> bool {
        matches!(self, Self::Write | Self::PermissionsManagement)
    }

    /// AWS's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }
}

impl std::fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A condition key and the type of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionKey {
    /// Its name, such as `s3:prefix` or `aws:ResourceTag/${TagKey}`.
    pub key: &'static str,
    /// `String`, `ARN`, `Bool`, `Numeric`, `Date`, `IPAddress`, or one of them
    /// after `ArrayOf`.
    pub value_type: &'static str,
}

/// A type of resource that a service's actions are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name, such as `bucket`.
    pub name: &'static str,
    /// The form of its ARNs, with `${…}` for what varies.
    pub arn: &'static str,
    keys: Vec<u16>,
}

/// A type of resource, as one action is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ActionResource {
    resource: u16,
    required: bool,
    keys: Vec<u16>,
}

/// An action of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its name without the service, such as `GetObject`.
    pub name: &'static str,
    /// What it does.
    pub level: AccessLevel,
    resources: Vec<ActionResource>,
    keys: Vec<u16>,
}

impl Action {
    /// Whether it is about resources that a policy can name. One that is not
    /// works on `*` alone: an ARN in `Resource` grants nothing for it.
    pub fn has_resource_types(&self) -> bool {
        !self.resources.is_empty()
    }
}

/// A service, by the prefix of its actions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// The prefix, such as `s3`; small letters.
    pub prefix: &'static str,
    /// Its name, such as `Amazon S3`.
    pub name: &'static str,
    /// Whether resource control policies apply to it.
    pub supports_rcp: bool,
    /// Its actions in order of their names in small letters.
    pub actions: Vec<Action>,
    /// Its types of resources.
    pub resource_types: Vec<ResourceType>,
    /// Its condition keys.
    pub condition_keys: Vec<ConditionKey>,
}

impl Service {
    /// The action with this name, in whatever letters.
    pub fn action(&self, name: &str) -> Option<&Action> {
        let order = |action: &Action| {
            let known = action.name.bytes().map(|b| b.to_ascii_lowercase());
            known.cmp(name.bytes().map(|b| b.to_ascii_lowercase()))
        };
        self.actions.binary_search_by(order).ok().and_then(|index| self.actions.get(index))
    }

    /// The types of resources that an action of the service is about, and
    /// whether a request must name one.
    pub fn resource_types_of<'a>(
        &'a self,
        action: &'a Action,
    ) -> impl Iterator<Item = (&'a ResourceType, bool)> {
        action.resources.iter().filter_map(|entry| {
            Some((self.resource_types.get(usize::from(entry.resource))?, entry.required))
        })
    }

    /// The condition keys that a request for an action of the service may
    /// carry, beside the [global ones](Catalogue::global_keys).
    pub fn condition_keys_of(&self, action: &Action) -> Vec<ConditionKey> {
        let mut numbers: Vec<u16> = action.keys.clone();
        for entry in &action.resources {
            numbers.extend(&entry.keys);
            if let Some(resource) = self.resource_types.get(usize::from(entry.resource)) {
                numbers.extend(&resource.keys);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|number| self.condition_keys.get(usize::from(number)).copied())
            .collect()
    }

    /// The condition keys that belong to a type of resource of the service.
    pub fn condition_keys_of_type<'a>(
        &'a self,
        resource: &'a ResourceType,
    ) -> impl Iterator<Item = &'a ConditionKey> {
        resource.keys.iter().filter_map(|number| self.condition_keys.get(usize::from(*number)))
    }

    /// A name that stands for all actions that the service has and the
    /// catalogue does not know: only patterns that match any name match it.
    pub fn unknown_action(&self) -> String {
        format!("{}:{UNKNOWN_ACTION}", self.prefix)
    }
}

/// The name of [`Service::unknown_action`]. No action has a name like it.
pub const UNKNOWN_ACTION: &str = "(unknown)";

/// A service, unpacked when it is first asked for.
#[derive(Debug)]
struct Entry {
    /// What the index tells of it.
    head: Service,
    packed: &'static [u8],
    whole: OnceLock<Service>,
}

impl Entry {
    fn new(head: Service, packed: &'static [u8]) -> Self {
        Self { head, packed, whole: OnceLock::new() }
    }

    fn service(&self) -> &Service {
        // Data that cannot be read would leave the service's actions unknown,
        // which grants nothing; a test holds that it can.
        self.whole.get_or_init(|| {
            read::service(self.head.clone(), self.packed).unwrap_or_else(|_| self.head.clone())
        })
    }
}

/// Every service's actions.
#[derive(Debug, Default)]
pub struct Catalogue {
    source: Option<Source>,
    services: BTreeMap<&'static str, Entry>,
    global_keys: Vec<ConditionKey>,
}

/// The catalogue that stands in place of the one in the binary.
static GIVEN: OnceLock<(Catalogue, Source)> = OnceLock::new();

/// Why a file cannot stand in place of the catalogue.
#[derive(Debug, thiserror::Error)]
#[error("{} is no catalogue of actions: {reason}", path.display())]
pub struct FileError {
    path: PathBuf,
    reason: String,
}

/// Takes the actions from a file that `scripts/refresh-catalogue.py` wrote, for
/// the rest of the run.
///
/// # Errors
///
/// Where the file cannot be read, or not all that is in it.
pub fn use_file(path: &Path) -> Result<(), FileError> {
    let fail = |reason: String| FileError { path: path.to_owned(), reason };
    let data = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let given = read::given(data.leak()).map_err(|error| fail(error.to_string()))?;
    GIVEN.set(given).map_err(|_| fail("another one is in use".to_owned()))
}

impl Catalogue {
    /// The catalogue of [`use_file`], or the one in the binary, of which each
    /// service is unpacked when it is first asked for.
    pub fn get() -> &'static Self {
        static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        if let Some((given, _)) = GIVEN.get() {
            return given;
        }
        CATALOGUE.get_or_init(|| read::actions(ACTIONS).unwrap_or_default())
    }

    /// The services in order of their prefixes.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values().map(Entry::service)
    }

    /// The services' prefixes, in order. Unpacks nothing.
    pub fn prefixes(&self) -> impl Iterator<Item = &'static str> {
        self.services.keys().copied()
    }

    /// The service with this prefix, in whatever letters.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let entry = match self.services.get(prefix) {
            Some(entry) => Some(entry),
            None => self.services.get(prefix.to_ascii_lowercase().as_str()),
        };
        entry.map(Entry::service)
    }

    /// An action by its full name, such as `s3:GetObject`, in whatever
    /// letters, with its service.
    pub fn action(&self, name: &str) -> Option<(&Service, &Action)> {
        let (prefix, name) = name.split_once(':')?;
        let service = self.service(prefix)?;
        Some((service, service.action(name)?))
    }

    /// What an action does; `None` for one that is not known.
    pub fn access_level(&self, name: &str) -> Option<AccessLevel> {
        self.action(name).map(|(_, action)| action.level)
    }

    /// The condition keys that requests to every service may carry.
    pub fn global_keys(&self) -> &[ConditionKey] {
        &self.global_keys
    }

    /// The actions that a pattern such as `s3:Get*` matches; see
    /// [`Expansion`].
    pub fn expand(&self, pattern: &str) -> Expansion<'_> {
        pattern::expand(self, pattern)
    }
}

/// A package that data of the catalogue comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The package.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The day of its data, `YYYY-MM-DD`.
    pub date: &'static str,
    /// Its licence, by SPDX.
    pub licence: &'static str,
}

/// The packages: of the actions, then of the managed policies. Unpacks nothing.
pub fn sources() -> Vec<Source> {
    let own = SOURCES.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        Some(Source {
            package: fields.next()?,
            version: fields.next()?,
            date: fields.next()?,
            licence: fields.next()?,
        })
    });
    match GIVEN.get() {
        Some((_, given)) => std::iter::once(*given).chain(own.skip(1)).collect(),
        None => own.collect(),
    }
}

/// The day of the older of the data, `YYYY-MM-DD`: what AWS added later is not
/// known. Unpacks nothing.
pub fn date() -> &'static str {
    sources().iter().map(|source| source.date).min().unwrap_or_default()
}
