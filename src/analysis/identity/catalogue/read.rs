//! Reads the catalogue's data; `scripts/refresh-catalogue.py` tells its form.

use std::io::Read;

use super::{
    AccessLevel, Action, ActionResource, Catalogue, ConditionKey, Entry, ResourceType, Service,
    Source,
};

/// Why data of the catalogue cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("the data cannot be unpacked: {0}")]
    Gzip(#[from] std::io::Error),
    #[error("line {line}: {what}")]
    Form { line: usize, what: &'static str },
    #[error("service {prefix}: {error}")]
    Service { prefix: &'static str, error: Box<ReadError> },
    #[error("service {prefix}: its actions are not in the order of their names")]
    Order { prefix: &'static str },
    #[error("service {prefix}: a key or resource type that it refers to is not there")]
    Reference { prefix: &'static str },
    #[error("it says nothing of where it comes from")]
    NoSource,
}

/// The most bytes that a member unpacks to; the largest of AWS's take 1 MB.
const MEMBER: u64 = 64 << 20;

/// The text of the first member of data, which stays for the run, and the
/// members behind it.
pub(super) fn unpack(data: &[u8]) -> Result<(&'static str, &[u8]), ReadError> {
    let mut text = String::with_capacity(data.len().min(1 << 16) * 8);
    let mut decoder = flate2::bufread::GzDecoder::new(data);
    decoder.by_ref().take(MEMBER).read_to_string(&mut text)?;
    if text.len() as u64 == MEMBER {
        return Err(std::io::Error::other("a member is too large").into());
    }
    Ok((Box::leak(text.into_boxed_str()), decoder.into_inner()))
}

/// Cuts a member of so many bytes off the front of data.
pub(super) fn member<'d>(data: &mut &'d [u8], bytes: &str) -> Option<&'d [u8]> {
    let (member, rest) = data.split_at_checked(bytes.parse().ok()?)?;
    *data = rest;
    Some(member)
}

/// The catalogue, its services still packed.
pub(super) fn actions(data: &'static [u8]) -> Result<Catalogue, ReadError> {
    let mut catalogue = Catalogue::default();
    let (index, mut members) = unpack(data)?;
    for (number, line) in index.lines().enumerate() {
        let form = |what| ReadError::Form { line: number + 1, what };
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap_or_default();
        let mut next = || fields.next().ok_or(form("it has too few fields"));
        match kind {
            "D" => {
                let (package, version, date, licence) = (next()?, next()?, next()?, next()?);
                catalogue.source = Some(Source { package, version, date, licence });
            }
            "G" => {
                catalogue.global_keys.push(ConditionKey { key: next()?, value_type: next()? });
            }
            "S" => {
                let (prefix, name, supports_rcp) = (next()?, next()?, next()? == "1");
                let packed = member(&mut members, next()?)
                    .ok_or(form("the service is not as long as it says"))?;
                let service = Service { prefix, name, supports_rcp, ..Service::default() };
                catalogue.services.insert(prefix, Entry::new(service, packed));
            }
            _ => return Err(form("there is no such kind of line")),
        }
    }
    Ok(catalogue)
}

/// A catalogue that is not the program's own: all of it is read at once, so that
/// nothing that is broken goes unseen.
pub(super) fn given(data: &'static [u8]) -> Result<(Catalogue, Source), ReadError> {
    let catalogue = actions(data)?;
    for entry in catalogue.services.values() {
        let whole = service(entry.head.clone(), entry.packed).map_err(|error| {
            ReadError::Service { prefix: entry.head.prefix, error: Box::new(error) }
        })?;
        let letters = |action: &Action| action.name.to_ascii_lowercase();
        // They are searched by halves.
        if !whole.actions.is_sorted_by(|one, next| letters(one) < letters(next)) {
            return Err(ReadError::Order { prefix: entry.head.prefix });
        }
        if !is_closed(&whole) {
            return Err(ReadError::Reference { prefix: entry.head.prefix });
        }
        // It was not read before.
        let _ = entry.whole.set(whole);
    }
    let source = catalogue.source.ok_or(ReadError::NoSource)?;
    Ok((catalogue, source))
}

/// Whether every key and resource type that a service refers to is there.
pub(super) fn is_closed(service: &Service) -> bool {
    let keys = |numbers: &[u16]| {
        numbers.iter().all(|number| usize::from(*number) < service.condition_keys.len())
    };
    let resource = |of: &ActionResource| {
        usize::from(of.resource) < service.resource_types.len() && keys(&of.keys)
    };
    service.resource_types.iter().all(|of| keys(&of.keys))
        && service.actions.iter().all(|of| keys(&of.keys) && of.resources.iter().all(resource))
}

/// Reads what a service has from its member.
pub(super) fn service(mut service: Service, packed: &[u8]) -> Result<Service, ReadError> {
    let (text, _) = unpack(packed)?;
    for (index, line) in text.lines().enumerate() {
        let form = |what| ReadError::Form { line: index + 1, what };
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap_or_default();
        let mut next = || fields.next().ok_or(form("it has too few fields"));
        match kind {
            "K" => {
                service.condition_keys.push(ConditionKey { key: next()?, value_type: next()? });
            }
            "R" => service.resource_types.push(ResourceType {
                name: next()?,
                arn: next()?,
                keys: numbers(next()?, ',').ok_or(form("a key is no number"))?,
            }),
            "A" => {
                let name = next()?;
                let level = level(next()?).ok_or(form("there is no such access level"))?;
                let resources = list(next()?, ',').map(resource).collect::<Option<_>>();
                service.actions.push(Action {
                    name,
                    level,
                    resources: resources.ok_or(form("a resource type is no number"))?,
                    keys: numbers(next()?, ',').ok_or(form("a key is no number"))?,
                });
            }
            _ => return Err(form("there is no such kind of line")),
        }
    }
    Ok(service)
}

fn level(letter: &str) -> Option<AccessLevel> {
    Some(match letter {
        "L" => AccessLevel::List,
        "R" => AccessLevel::Read,
        "T" => AccessLevel::Tagging,
        "W" => AccessLevel::Write,
        "P" => AccessLevel::PermissionsManagement,
        _ => return None,
    })
}

fn list(field: &'static str, separator: char) -> impl Iterator<Item = &'static str> {
    field.split(separator).filter(|item| !item.is_empty())
}

fn numbers(field: &'static str, separator: char) -> Option<Vec<u16>> {
    list(field, separator).map(|number| number.parse().ok()).collect()
}

fn resource(field: &'static str) -> Option<ActionResource> {
    let (resource, keys) = field.split_once(':').unwrap_or((field, ""));
    let number = resource.strip_suffix('!');
    Some(ActionResource {
        resource: number.unwrap_or(resource).parse().ok()?,
        required: number.is_some(),
        keys: numbers(keys, '.')?,
    })
}
