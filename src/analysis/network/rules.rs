//! Security groups, compiled for matching.
//!
//! Source: Amazon VPC user guide, "Security group rules": rules only allow,
//! all groups of an interface count together, and answers need no rule.

use std::collections::HashMap;

use super::gaps::Gaps;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges, parse_cidr};
use crate::model::{Model, SecurityGroup, SecurityGroupRule};

/// Which way traffic goes through an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Into the interface or subnet.
    In,
    /// Out of it.
    Out,
}

/// Whom a rule is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Peer {
    /// Addresses, IPv4 and IPv6.
    Addresses([Ranges; 2]),
    /// Whoever carries a group of the model.
    Group(usize),
    /// Whoever carries a group that is not in the model.
    Foreign(String),
    /// Not known, or not all of it.
    Unknown,
}

/// A rule, compiled.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its place in the group's list.
    pub index: usize,
    /// The protocol; `None` for all.
    pub protocol: Option<Protocol>,
    /// The ports.
    pub ports: Ports,
    /// Whom it lets through.
    pub peer: Peer,
    /// Why it may be wider or narrower than this, where a part is not known.
    pub doubt: Option<String>,
}

impl Rule {
    /// Whether it is about a protocol.
    pub fn is_about(&self, protocol: Protocol) -> bool {
        self.protocol.is_none_or(|own| own == protocol)
    }
}

/// A security group, compiled.
#[derive(Debug)]
pub struct Group<'a> {
    /// The group.
    pub group: &'a SecurityGroup,
    /// Rules for what comes in.
    pub ingress: Vec<Rule>,
    /// Rules for what goes out.
    pub egress: Vec<Rule>,
    /// Why rules may be missing, for what comes in and what goes out.
    pub open: [Option<String>; 2],
}

impl Group<'_> {
    /// The rules of one direction.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::In => &self.ingress,
            Direction::Out => &self.egress,
        }
    }

    /// Why rules of one direction may be missing.
    pub fn may_lack(&self, direction: Direction) -> Option<&str> {
        let [ingress, egress] = &self.open;
        match direction {
            Direction::In => ingress.as_deref(),
            Direction::Out => egress.as_deref(),
        }
    }
}

/// Compiles a group; `index` finds groups by key.
pub fn compile<'a>(
    model: &'a Model,
    gaps: &Gaps<'a>,
    group: &'a SecurityGroup,
    index: &HashMap<&'a str, usize>,
) -> Group<'a> {
    let existence = gaps
        .existence("security_groups", &group.id)
        .map(|reason| format!("whether {} exists: {reason}", name(group)));
    let side = |rules: &[SecurityGroupRule], list: &str| {
        rules
            .iter()
            .enumerate()
            .filter_map(|(at, rule)| {
                let mut rule = compile_rule(model, gaps, group, rule, list, at, index)?;
                rule.doubt = rule.doubt.or_else(|| existence.clone());
                Some(rule)
            })
            .collect()
    };
    let lack = |list: &str| {
        gaps.list(group, &format!("/{list}"))
            .map(|reason| format!("the {list} rules of {}: {reason}", name(group)))
    };
    Group {
        group,
        ingress: side(&group.ingress, "ingress"),
        egress: side(&group.egress, "egress"),
        open: [lack("ingress"), lack("egress")],
    }
}

fn name(group: &SecurityGroup) -> &str {
    group.name.as_deref().unwrap_or(&group.id)
}

fn compile_rule<'a>(
    model: &'a Model,
    gaps: &Gaps<'a>,
    group: &'a SecurityGroup,
    rule: &SecurityGroupRule,
    list: &str,
    at: usize,
    index: &HashMap<&'a str, usize>,
) -> Option<Rule> {
    let may_have_gaps = gaps.any("security_groups", &group.id);
    let gap = |attribute: &str| {
        if !may_have_gaps {
            return None;
        }
        gaps.own("security_groups", &group.id, &format!("/{list}/{at}/{attribute}"))
            .map(|reason| format!("/{list}/{at}/{attribute} of {}: {reason}", name(group)))
    };
    let mut doubt = None;
    let protocol = match rule.protocol.as_deref().map(Protocol::parse) {
        Some(Ok(protocol)) => protocol,
        Some(Err(_)) | None => {
            doubt = Some(gap("protocol").unwrap_or_else(|| {
                unreadable(group, list, at, "protocol", rule.protocol.as_deref())
            }));
            None
        }
    };
    let ports = match gap("from_port").or_else(|| gap("to_port")) {
        Some(reason) if rule.from_port.is_none() || rule.to_port.is_none() => {
            doubt = Some(reason);
            Ports::all()
        }
        _ => Ports::of_rule(protocol, rule.from_port, rule.to_port),
    };
    let (peer, peer_doubt) = compile_peer(model, gaps, group, rule, index, &gap).or_else(|| {
        let (attribute, text) = match (&rule.cidr_ipv4, &rule.cidr_ipv6) {
            (Some(text), _) => ("cidr_ipv4", text),
            (None, Some(text)) => ("cidr_ipv6", text),
            // An empty prefix list, or a rule for nobody.
            (None, None) => return None,
        };
        let reason = unreadable(group, list, at, attribute, Some(text));
        Some((Peer::Unknown, Some(reason)))
    })?;
    Some(Rule { index: at, protocol, ports, peer, doubt: doubt.or(peer_doubt) })
}

/// Why an attribute of a rule says nothing.
fn unreadable(
    group: &SecurityGroup,
    list: &str,
    at: usize,
    attribute: &str,
    value: Option<&str>,
) -> String {
    let what = match value {
        Some(text) => format!("{text:?} cannot be read"),
        None => "is not given".to_owned(),
    };
    format!("/{list}/{at}/{attribute} of {}: {what}", name(group))
}

fn compile_peer<'a>(
    model: &'a Model,
    gaps: &Gaps<'a>,
    group: &'a SecurityGroup,
    rule: &SecurityGroupRule,
    index: &HashMap<&'a str, usize>,
    gap: &dyn Fn(&str) -> Option<String>,
) -> Option<(Peer, Option<String>)> {
    if let Some(id) = &rule.referenced_group_id {
        return Some(match index.get(id.as_str()) {
            Some(found) => (Peer::Group(*found), None),
            None => (Peer::Foreign(id.clone()), None),
        });
    }
    let mut addresses = [Ranges::empty(), Ranges::empty()];
    let mut doubt = None;
    let mut add = |text: &str| {
        if let Some((family, ranges)) = parse_cidr(text)
            && let Some(sum) = addresses.get_mut(family as usize)
        {
            *sum = sum.union(&ranges);
        }
    };
    for text in [&rule.cidr_ipv4, &rule.cidr_ipv6].into_iter().flatten() {
        add(text);
    }
    if let Some(id) = &rule.prefix_list_id {
        match model.prefix_lists.get(id) {
            Some(list) => {
                list.cidrs.iter().for_each(|text| add(text));
                doubt = gaps
                    .at(list, "/cidrs")
                    .map(|reason| format!("the ranges of prefix list {id}: {reason}"));
            }
            None => {
                let reason = gaps
                    .members("prefix_lists", group)
                    .map_or_else(|| "it is not in what was given".to_owned(), ToString::to_string);
                return Some((Peer::Unknown, Some(format!("prefix list {id}: {reason}"))));
            }
        }
    }
    if doubt.is_some() {
        return Some((Peer::Unknown, doubt));
    }
    if addresses.iter().any(|ranges| !ranges.is_empty()) {
        return Some((Peer::Addresses(addresses), None));
    }
    ["referenced_group_id", "cidr_ipv4", "cidr_ipv6", "prefix_list_id"]
        .into_iter()
        .find_map(gap)
        .map(|reason| (Peer::Unknown, Some(reason)))
}

/// Where a rule stands in its group, as a JSON pointer.
pub fn pointer(direction: Direction, index: usize) -> String {
    match direction {
        Direction::In => format!("/ingress/{index}"),
        Direction::Out => format!("/egress/{index}"),
    }
}

/// A rule in words, such as `ingress tcp 5432 from 10.0.0.0/16`.
pub fn describe(direction: Direction, rule: &SecurityGroupRule) -> String {
    let (word, preposition) = match direction {
        Direction::In => ("ingress", "from"),
        Direction::Out => ("egress", "to"),
    };
    let peer = [&rule.cidr_ipv4, &rule.cidr_ipv6, &rule.prefix_list_id, &rule.referenced_group_id]
        .into_iter()
        .flatten()
        .next()
        .map_or("an unknown peer", String::as_str);
    let protocol = match rule.protocol.as_deref() {
        Some("-1") => "all protocols".to_owned(),
        Some(text) => match Protocol::parse(text) {
            Ok(Some(protocol)) => {
                let ports = Ports::of_rule(Some(protocol), rule.from_port, rule.to_port);
                format!("{text}{}", ports.after(protocol))
            }
            _ => text.to_owned(),
        },
        None => "an unknown protocol".to_owned(),
    };
    // A template's own name for it is told by its place.
    let id = rule.rule_id.as_deref().filter(|id| id.starts_with("sgr-"));
    let id = id.map(|id| format!(" ({id})")).unwrap_or_default();
    format!("{word} {protocol} {preposition} {peer}{id}")
}

/// Addresses of a family that a peer stands for, where it stands for any.
pub fn addresses(peer: &Peer, family: Family) -> Option<&Ranges> {
    match peer {
        Peer::Addresses(by_family) => by_family.get(family as usize),
        _ => None,
    }
}
