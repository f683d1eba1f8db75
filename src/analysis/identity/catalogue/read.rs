//! Reads the catalogue's data; `scripts/refresh-catalogue.py` tells its form.

use std::io::Read;

use super::{AccessLevel, Action, ActionResource, Catalogue, ConditionKey, ResourceType, Service};

/// Why data of the catalogue cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("the data cannot be unpacked: {0}")]
    Gzip(#[from] std::io::Error),
    #[error("line {line}: {what}")]
    Form { line: usize, what: &'static str },
}

/// The text of data that stays for the run.
pub(super) fn unpack(data: &[u8]) -> Result<&'static str, ReadError> {
    let mut text = String::with_capacity(data.len() * 8);
    flate2::read::GzDecoder::new(data).read_to_string(&mut text)?;
    Ok(Box::leak(text.into_boxed_str()))
}

pub(super) fn actions(data: &[u8]) -> Result<Catalogue, ReadError> {
    let mut catalogue = Catalogue::default();
    let mut service = Service::default();
    for (index, line) in unpack(data)?.lines().enumerate() {
        let form = |what| ReadError::Form { line: index + 1, what };
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap_or_default();
        let mut next = || fields.next().ok_or(form("it has too few fields"));
        match kind {
            "G" => {
                catalogue.global_keys.push(ConditionKey { key: next()?, value_type: next()? });
            }
            "S" => {
                let following = Service {
                    prefix: next()?,
                    name: next()?,
                    supports_rcp: next()? == "1",
                    ..Service::default()
                };
                let done = std::mem::replace(&mut service, following);
                catalogue.services.insert(done.prefix, done);
            }
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
    catalogue.services.insert(service.prefix, service);
    // What stood before the first service.
    catalogue.services.remove("");
    Ok(catalogue)
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
