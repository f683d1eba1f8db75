//! Network ACLs, compiled for matching: ordered, stateless, both directions.
//!
//! Source: Amazon VPC user guide, "Network ACL rules": entries are taken in
//! ascending order and the first that matches decides; what matches none is
//! denied.

use super::gaps::Gaps;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges, parse_prefix};
use super::rules::Direction;
use crate::model::{NetworkAcl, NetworkAclEntry};

/// Addresses that an ACL treats alike, with the ports it lets through.
#[derive(Debug, Clone, PartialEq)]
pub struct Atom {
    /// The peers.
    pub peers: Ranges,
    /// Destination ports let in from them.
    pub ingress: Ports,
    /// Destination ports let out to them.
    pub egress: Ports,
}

impl Atom {
    /// The ports of one direction.
    pub fn ports(&self, direction: Direction) -> &Ports {
        match direction {
            Direction::In => &self.ingress,
            Direction::Out => &self.egress,
        }
    }
}

/// An entry, compiled.
#[derive(Debug)]
struct Entry {
    index: usize,
    direction: Direction,
    protocol: Option<Protocol>,
    ports: Ports,
    allow: bool,
    family: Family,
    first: u128,
    last: u128,
}

/// A network ACL, compiled.
#[derive(Debug)]
pub struct Acl<'a> {
    /// The ACL.
    pub acl: &'a NetworkAcl,
    /// Why it is not all known.
    pub doubt: Option<String>,
    entries: Vec<Entry>,
    /// Whether everything passes, for each family.
    lets_all: [bool; 2],
    tcp: [Vec<Atom>; 2],
    udp: [Vec<Atom>; 2],
}

/// Compiles an ACL.
pub fn compile<'a>(acl: &'a NetworkAcl, gaps: &Gaps<'a>) -> Acl<'a> {
    let mut order: Vec<(i64, usize, &NetworkAclEntry)> = acl
        .entries
        .iter()
        .enumerate()
        .map(|(index, entry)| (entry.rule_number.unwrap_or(i64::MAX), index, entry))
        .collect();
    order.sort_by_key(|(number, index, _)| (*number, *index));
    let own = "network_acls";
    let mut doubt = gaps
        .at(acl, "/entries")
        .or_else(|| gaps.existence(own, &acl.id))
        .map(|reason| format!("the entries of {}: {reason}", acl.id));
    let mut entries: Vec<Entry> = Vec::with_capacity(order.len());
    for (_, index, entry) in order {
        match compile_entry(index, entry) {
            Ok(found) => entries.extend(found),
            // What it would have decided is left to no later entry.
            Err(what) => {
                doubt.get_or_insert_with(|| format!("/entries/{index}/{what} of {}", acl.id));
            }
        }
    }
    let mut compiled = Acl {
        acl,
        doubt,
        entries,
        lets_all: [false; 2],
        tcp: [Vec::new(), Vec::new()],
        udp: [Vec::new(), Vec::new()],
    };
    compiled.lets_all = Family::ALL.map(|family| compiled.first_allows_all(family));
    compiled.tcp = Family::ALL.map(|family| compiled.partition(family, Protocol::Tcp));
    compiled.udp = Family::ALL.map(|family| compiled.partition(family, Protocol::Udp));
    compiled
}

/// The entry for each family that it is about; else what of it says nothing.
fn compile_entry(index: usize, entry: &NetworkAclEntry) -> Result<Vec<Entry>, String> {
    let unreadable = |attribute: &str, value: Option<&str>| match value {
        Some(text) => format!("{attribute}: {text:?} cannot be read,"),
        None => format!("{attribute} is not given,"),
    };
    let text = entry.protocol.as_deref();
    let protocol = match text.map(Protocol::parse) {
        Some(Ok(protocol)) => protocol,
        _ => return Err(unreadable("protocol", text)),
    };
    let egress = entry.egress.ok_or_else(|| unreadable("egress", None))?;
    let direction = if egress { Direction::Out } else { Direction::In };
    let allow = match entry.rule_action.as_deref() {
        Some(action) if action.eq_ignore_ascii_case("allow") => true,
        Some(action) if action.eq_ignore_ascii_case("deny") => false,
        other => return Err(unreadable("rule_action", other)),
    };
    let mut found = Vec::new();
    for (attribute, text) in
        [("cidr_block", &entry.cidr_block), ("ipv6_cidr_block", &entry.ipv6_cidr_block)]
    {
        let Some(text) = text else { continue };
        let (family, first, last, _) =
            parse_prefix(text).ok_or_else(|| unreadable(attribute, Some(text)))?;
        found.push(Entry {
            index,
            direction,
            protocol,
            ports: Ports::of_rule(protocol, entry.from_port, entry.to_port),
            allow,
            family,
            first,
            last,
        });
    }
    if found.is_empty() {
        return Err(unreadable("cidr_block", None));
    }
    Ok(found)
}

impl Acl<'_> {
    /// Whether it is known to let everything of a family through, both ways.
    pub fn lets_all(&self, family: Family) -> bool {
        self.doubt.is_none() && self.lets_all.get(family as usize).copied().unwrap_or(false)
    }

    fn first_allows_all(&self, family: Family) -> bool {
        [Direction::In, Direction::Out].into_iter().all(|direction| {
            self.entries
                .iter()
                .find(|entry| entry.family == family && entry.direction == direction)
                .is_some_and(|entry| {
                    entry.allow
                        && entry.protocol.is_none()
                        && entry.first == 0
                        && entry.last == family.last()
                })
        })
    }

    /// How it treats the addresses of a family, for one protocol.
    pub fn atoms(&self, family: Family, protocol: Protocol) -> std::borrow::Cow<'_, [Atom]> {
        let ready = match protocol {
            Protocol::Tcp => self.tcp.get(family as usize),
            Protocol::Udp => self.udp.get(family as usize),
            _ => None,
        };
        match ready {
            Some(atoms) => atoms.into(),
            None => self.partition(family, protocol).into(),
        }
    }

    fn partition(&self, family: Family, protocol: Protocol) -> Vec<Atom> {
        let matching: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| {
                entry.family == family && entry.protocol.is_none_or(|own| own == protocol)
            })
            .collect();
        let mut cuts: Vec<u128> = vec![0];
        for entry in &matching {
            cuts.push(entry.first);
            if entry.last < family.last() {
                cuts.push(entry.last + 1);
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        let mut atoms: Vec<Atom> = Vec::new();
        for (at, first) in cuts.iter().enumerate() {
            let last = cuts.get(at + 1).map_or(family.last(), |next| next - 1);
            let admitted = |direction: Direction| {
                let mut undecided = Ports::all();
                let mut allowed = Ports::none();
                for entry in matching.iter().filter(|entry| {
                    entry.direction == direction && entry.first <= *first && last <= entry.last
                }) {
                    if entry.allow {
                        allowed = allowed.union(&undecided.intersect(&entry.ports));
                    }
                    undecided = undecided.subtract(&entry.ports);
                    if undecided.is_empty() {
                        break;
                    }
                }
                allowed
            };
            let (ingress, egress) = (admitted(Direction::In), admitted(Direction::Out));
            let peers = Ranges::range(*first, last);
            match atoms.iter_mut().find(|atom| atom.ingress == ingress && atom.egress == egress) {
                Some(same) => same.peers = same.peers.union(&peers),
                None => atoms.push(Atom { peers, ingress, egress }),
            }
        }
        atoms
    }

    /// The entry that decides on one packet: its place in the list, and
    /// whether it allows.
    pub fn decide(
        &self,
        direction: Direction,
        family: Family,
        protocol: Protocol,
        peer: u128,
        port: u16,
    ) -> Option<(usize, bool)> {
        self.entries
            .iter()
            .find(|entry| {
                entry.direction == direction
                    && entry.family == family
                    && entry.protocol.is_none_or(|own| own == protocol)
                    && entry.first <= peer
                    && peer <= entry.last
                    && entry.ports.contains(port)
            })
            .map(|entry| (entry.index, entry.allow))
    }
}

/// An entry in words, such as `ingress rule 100 allows tcp 22 from 0.0.0.0/0`.
pub fn describe(entry: &NetworkAclEntry) -> String {
    let (word, preposition) =
        if entry.egress == Some(true) { ("egress", "to") } else { ("ingress", "from") };
    let allows =
        entry.rule_action.as_deref().is_some_and(|action| action.eq_ignore_ascii_case("allow"));
    let action = if allows { "allows" } else { "denies" };
    let number = match entry.rule_number {
        Some(32767) | None => "*".to_owned(),
        Some(number) => number.to_string(),
    };
    let peer = entry.cidr_block.as_deref().or(entry.ipv6_cidr_block.as_deref()).unwrap_or("?");
    let protocol = match entry.protocol.as_deref().map(Protocol::parse) {
        Some(Ok(None)) => "everything".to_owned(),
        Some(Ok(Some(protocol))) => {
            let ports = Ports::of_rule(Some(protocol), entry.from_port, entry.to_port);
            format!("{}{}", protocol.name(), ports.after(protocol))
        }
        _ => "?".to_owned(),
    };
    format!("{word} entry {number} {action} {protocol} {preposition} {peer}")
}
