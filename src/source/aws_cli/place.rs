//! Which account and region saved answers are of.

use std::collections::BTreeMap;

use super::document::Document;
use crate::source::TemplateOptions;
use crate::source::node::{Node, Value};

/// An account and region, where known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub(super) partition: Option<String>,
}

/// How often a file names each account, region and partition.
#[derive(Debug, Default, Clone)]
struct Votes {
    accounts: BTreeMap<String, usize>,
    regions: BTreeMap<String, usize>,
    partitions: BTreeMap<String, usize>,
    /// The account that `aws sts get-caller-identity` names.
    caller: Option<String>,
}

impl Votes {
    fn add(&mut self, other: &Self) {
        for (into, from) in [
            (&mut self.accounts, &other.accounts),
            (&mut self.regions, &other.regions),
            (&mut self.partitions, &other.partitions),
        ] {
            for (name, count) in from {
                *into.entry(name.clone()).or_default() += count;
            }
        }
        if self.caller.is_none() {
            self.caller.clone_from(&other.caller);
        }
    }
}

/// The places of all documents: what a file itself tells, else the directory
/// that is named so, else what the files beside it tell with one voice, else
/// what was given on the command line, else what all files tell.
pub(super) fn of_all(documents: &[Document], options: &TemplateOptions) -> Vec<Place> {
    let own: Vec<Votes> = documents.iter().map(votes).collect();
    let mut beside: BTreeMap<&[String], Votes> = BTreeMap::new();
    let mut all = Votes::default();
    for (document, votes) in documents.iter().zip(&own) {
        beside.entry(directory(document)).or_default().add(votes);
        all.add(votes);
    }
    let place = |(document, own): (&Document, &Votes)| {
        let near = beside.get(directory(document)).unwrap_or(&all);
        let named =
            |is: fn(&str) -> Option<String>| document.names.iter().find_map(|name| is(name));
        Place {
            account: named(account_named)
                .or_else(|| near.caller.clone())
                .or_else(|| most(&own.accounts))
                .or_else(|| sole(&near.accounts))
                .or_else(|| options.account.clone())
                .or_else(|| all.caller.clone())
                .or_else(|| sole(&all.accounts)),
            region: most(&own.regions)
                .or_else(|| named(region_named))
                .or_else(|| sole(&near.regions))
                .or_else(|| options.region.clone())
                .or_else(|| sole(&all.regions)),
            partition: most(&own.partitions).or_else(|| most(&near.partitions)),
        }
    };
    documents.iter().zip(&own).map(place).collect()
}

/// The directories that a document lies in.
fn directory(document: &Document) -> &[String] {
    document.names.get(1..).unwrap_or_default()
}

/// What is named most often; the first of those that are equal.
fn most(votes: &BTreeMap<String, usize>) -> Option<String> {
    let best = votes.values().max()?;
    votes.iter().find(|(_, count)| *count == best).map(|(name, _)| name.clone())
}

/// What alone is named.
fn sole(votes: &BTreeMap<String, usize>) -> Option<String> {
    let mut names = votes.keys();
    names.next().filter(|_| names.next().is_none()).cloned()
}

/// The account that a directory is named as.
fn account_named(name: &str) -> Option<String> {
    is_account(name).then(|| name.to_owned())
}

/// The region that a directory is named as, or that a file's name holds.
fn region_named(name: &str) -> Option<String> {
    let words = name.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    words.into_iter().find_map(|word| {
        let starts = word.match_indices('-').map(|(at, _)| at + 1);
        std::iter::once(0).chain(starts).find_map(|at| region_at_start(word.get(at..)?))
    })
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What names of regions begin with, and what stands before their number.
///
/// Source: the AWS general reference, "Service endpoints and quotas".
const FIRST: &[&str] = &["af", "ap", "ca", "cn", "eu", "eusc", "il", "me", "mx", "sa", "us"];
const MIDDLE: &[&str] = &[
    "central",
    "de",
    "east",
    "gov",
    "iso",
    "isob",
    "isoe",
    "isof",
    "north",
    "northeast",
    "northwest",
    "south",
    "southeast",
    "southwest",
    "west",
];

/// The region that an Availability Zone or a local zone is in, or that a text
/// is: `eu-west-1` of `eu-west-1a` and of `us-west-2-lax-1a`.
///
/// Source: the EC2 user guide, "Regions and Zones".
pub(super) fn region_at_start(text: &str) -> Option<String> {
    let mut words = text.split('-');
    let mut region = words.next().filter(|word| FIRST.contains(word))?.to_owned();
    let mut has_direction = false;
    for word in words {
        region.push('-');
        if MIDDLE.contains(&word) {
            region.push_str(word);
            has_direction = true;
            continue;
        }
        // A zone's letter may follow the number.
        let number = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let is_number = !number.is_empty()
            && number.len() <= 2
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && word.len() <= number.len() + 1;
        region.push_str(number);
        return (has_direction && is_number).then_some(region);
    }
    None
}

fn votes(document: &Document) -> Votes {
    let mut votes = Votes::default();
    if let (Some(account), Some(_)) = (document.root.get("Account"), document.root.get("UserId")) {
        votes.caller = account.text().filter(|text| is_account(text));
    }
    let Value::Map(members) = &document.root.value else { return votes };
    for (key, value) in members {
        match &value.value {
            Value::List(items) => items.iter().for_each(|item| of_item(item, &mut votes)),
            Value::Text(text) if is_own_arn(key) => of_arn(text, &mut votes),
            _ => {}
        }
    }
    votes
}

/// What one item tells: whose it is, and in which zone anything in it lies.
fn of_item(item: &Node, votes: &mut Votes) {
    let Value::Map(members) = &item.value else { return };
    for (key, value) in members {
        match &value.value {
            Value::Text(owner) if key == "OwnerId" && is_account(owner) => {
                *votes.accounts.entry(owner.clone()).or_default() += 1;
            }
            Value::Text(arn) if is_own_arn(key) => of_arn(arn, votes),
            _ => {}
        }
    }
    // The instances of reservations tell no owner; their reservations do.
    zones(item, votes);
}

fn is_own_arn(key: &str) -> bool {
    key.ends_with("Arn") || key.ends_with("ARN")
}

fn of_arn(arn: &str, votes: &mut Votes) {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, service, region, account, ..] = parts[..] else { return };
    // Keys and certificates may be another account's.
    if matches!(service, "kms" | "acm") {
        return;
    }
    if is_account(account) {
        *votes.accounts.entry(account.to_owned()).or_default() += 1;
    }
    if let Some(region) = region_at_start(region) {
        *votes.regions.entry(region).or_default() += 1;
    }
    *votes.partitions.entry(partition.to_owned()).or_default() += 1;
}

fn zones(node: &Node, votes: &mut Votes) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| zones(item, votes)),
        Value::Map(members) => {
            for (key, value) in members {
                match &value.value {
                    Value::Text(zone)
                        if matches!(key.as_str(), "AvailabilityZone" | "ZoneName") =>
                    {
                        if let Some(region) = region_at_start(zone) {
                            *votes.regions.entry(region).or_default() += 1;
                        }
                    }
                    _ => zones(value, votes),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_in_regions() {
        for (zone, region) in [
            ("eu-west-1a", Some("eu-west-1")),
            ("eu-west-1", Some("eu-west-1")),
            ("us-gov-east-1b", Some("us-gov-east-1")),
            ("us-west-2-lax-1a", Some("us-west-2")),
            ("ap-southeast-11", Some("ap-southeast-11")),
            ("all", None),
            ("describe-vpcs-1", None),
            ("my-app-1", None),
            ("eu-app-1", None),
            ("", None),
            ("eu-west", None),
        ] {
            assert_eq!(region_at_start(zone).as_deref(), region, "{zone}");
        }
        for name in ["vpcs_eu-west-1.json", "vpcs-eu-west-1.json", "eu-west-1"] {
            assert_eq!(region_named(name).as_deref(), Some("eu-west-1"), "{name}");
        }
    }
}
