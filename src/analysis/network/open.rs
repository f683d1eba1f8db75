//! What security groups and network ACLs let in from everywhere, ranges taken
//! together: `0.0.0.0/1` with `128.0.0.0/1`, or a prefix list, is everywhere
//! too.
//!
//! Source: Amazon VPC user guide, "Security group rules" and "Network ACL
//! rules".

use std::collections::BTreeSet;

use super::gaps::{self, Gaps};
use super::hops::told_ports;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges, internet, is_everywhere, parse_cidr};
use crate::model::{
    Gap, Model, NetworkAcl, OpenPorts, Reason, SecurityGroup, SecurityGroupRule, Snapshot,
};

/// Derives `open_ingress` of every security group and network ACL.
pub fn derive(snapshot: &mut Snapshot) {
    let (groups, acls, new_gaps) = {
        let gaps = Gaps::new(&snapshot.gaps);
        let model = &snapshot.model;
        let mut new_gaps: Vec<Gap> = Vec::new();
        let mut groups = Vec::with_capacity(model.security_groups.len());
        for group in model.security_groups.values() {
            let (open, gap) = open_in_group(model, group, &gaps);
            new_gaps.extend(gap.map(|reason| gaps::derived(group, "/open_ingress", reason)));
            groups.push(open);
        }
        let mut acls = Vec::with_capacity(model.network_acls.len());
        for acl in model.network_acls.values() {
            acls.push(open_in_acl(acl));
            let gap = acl_gap(acl, &gaps);
            new_gaps.extend(gap.map(|reason| gaps::derived(acl, "/open_ingress", reason)));
        }
        (groups, acls, new_gaps)
    };
    for (group, open) in snapshot.model.security_groups.values_mut().zip(groups) {
        group.open_ingress = open;
    }
    for (acl, open) in snapshot.model.network_acls.values_mut().zip(acls) {
        acl.open_ingress = open;
    }
    snapshot.gaps.extend(new_gaps);
}

/// A rule as far as it is known: its place in the list and what it matches.
struct Known {
    index: usize,
    protocol: Option<Protocol>,
    ports: Ports,
    allow: bool,
    peers: Ranges,
}

fn open_in_group(
    model: &Model,
    group: &SecurityGroup,
    gaps: &Gaps<'_>,
) -> (Vec<OpenPorts>, Option<Reason>) {
    let mut gap = gaps.list(group, "/ingress").cloned();
    let mut by_family: [Vec<Known>; 2] = [Vec::new(), Vec::new()];
    let may_have_gaps = gaps.any("security_groups", &group.id);
    for (index, rule) in group.ingress.iter().enumerate() {
        if may_have_gaps && gap.is_none() {
            gap = rule_gap(group, index, rule, gaps);
        }
        let Some(Ok(protocol)) = rule.protocol.as_deref().map(Protocol::parse) else { continue };
        let ports_known = rule.from_port.is_some()
            || !may_have_gaps
            || gaps.at(group, &format!("/ingress/{index}/from_port")).is_none();
        if !ports_known {
            continue;
        }
        let ports = Ports::of_rule(protocol, rule.from_port, rule.to_port);
        let (peers, unlisted) = peers(model, group, rule, gaps);
        gap = gap.or(unlisted);
        for (family, peers) in Family::ALL.into_iter().zip(peers) {
            if let (Some(known), false) = (by_family.get_mut(family as usize), peers.is_empty()) {
                let ports = ports.clone();
                known.push(Known { index, protocol, ports, allow: true, peers });
            }
        }
    }
    let open = Family::ALL
        .into_iter()
        .zip(&by_family)
        .flat_map(|(family, rules)| open_ports(family, rules))
        .collect();
    (open, gap)
}

/// The gap that leaves open whether a rule lets everyone in. A rule for a
/// known group, or whose peer is known to be a group, does not.
fn rule_gap(
    group: &SecurityGroup,
    index: usize,
    rule: &SecurityGroupRule,
    gaps: &Gaps<'_>,
) -> Option<Reason> {
    if rule.referenced_group_id.is_some() {
        return None;
    }
    let at = |attribute: &str| {
        gaps.own("security_groups", &group.id, &format!("/ingress/{index}/{attribute}")).cloned()
    };
    let peer = ["cidr_ipv4", "cidr_ipv6", "prefix_list_id"].into_iter().find_map(at);
    if peer.is_some() {
        return peer;
    }
    let has_peer =
        rule.cidr_ipv4.is_some() || rule.cidr_ipv6.is_some() || rule.prefix_list_id.is_some();
    if !has_peer {
        return None;
    }
    ["protocol", "from_port", "to_port"].into_iter().find_map(at)
}

/// The addresses that a rule admits, IPv4 and IPv6, and why more may be.
fn peers(
    model: &Model,
    group: &SecurityGroup,
    rule: &SecurityGroupRule,
    gaps: &Gaps<'_>,
) -> ([Ranges; 2], Option<Reason>) {
    let mut peers = [Ranges::empty(), Ranges::empty()];
    let mut gap = None;
    let mut add = |text: &str| match parse_cidr(text) {
        Some((family, ranges)) => {
            if let Some(sum) = peers.get_mut(family as usize) {
                *sum = sum.union(&ranges);
            }
            None
        }
        None => Some(Reason::Malformed { detail: format!("{text:?} is no CIDR block") }),
    };
    for text in [&rule.cidr_ipv4, &rule.cidr_ipv6].into_iter().flatten() {
        gap = gap.or(add(text));
    }
    if let Some(id) = &rule.prefix_list_id {
        match model.prefix_lists.get(id) {
            Some(list) => {
                for text in &list.cidrs {
                    gap = gap.or(add(text));
                }
                gap = gap.or_else(|| gaps.at(list, "/cidrs").cloned());
            }
            None => {
                gap = gap.or_else(|| {
                    let unlisted = gaps.members("prefix_lists", group).cloned();
                    Some(unlisted.unwrap_or_else(|| Reason::UnresolvedReference {
                        target: format!("prefix list {id}"),
                    }))
                });
            }
        }
    }
    (peers, gap)
}

/// The ports that rules, in their order, open to everyone.
fn open_ports(family: Family, rules: &[Known]) -> Vec<OpenPorts> {
    let internet = internet(family);
    // Most groups admit nothing that comes near to everyone.
    let total: f64 = rules.iter().filter(|rule| rule.allow).map(|rule| rule.peers.size()).sum();
    if total * 2.0 < internet.size() {
        return Vec::new();
    }
    let icmp = match family {
        Family::V4 => Protocol::Icmp,
        Family::V6 => Protocol::Icmpv6,
    };
    let mut named: BTreeSet<Protocol> = rules.iter().filter_map(|rule| rule.protocol).collect();
    let every = rules.iter().any(|rule| rule.protocol.is_none());
    if every {
        named.extend([Protocol::Tcp, Protocol::Udp, icmp]);
    }
    let mut open: Vec<OpenPorts> = Vec::new();
    for protocol in &named {
        open.extend(open_for(family, Some(*protocol), rules, &internet));
    }
    let whole = |found: &OpenPorts| found.from_port == 0 && found.to_port == i64::from(Ports::LAST);
    let rest = if every { open_for(family, None, rules, &internet) } else { Vec::new() };
    // Everything of every protocol is one entry.
    if !rest.is_empty()
        && named.iter().all(|protocol| {
            open.iter().any(|found| found.protocol == protocol.name() && whole(found))
        })
    {
        return rest.into_iter().map(told).collect();
    }
    open.into_iter().map(told).collect()
}

/// Open ports as the model tells them; for ICMP they are types and codes.
fn told(open: OpenPorts) -> OpenPorts {
    let Ok(Some(protocol)) = Protocol::parse(&open.protocol) else { return open };
    let port = |value: i64| u16::try_from(value).unwrap_or(Ports::LAST);
    let range = (port(open.from_port), port(open.to_port));
    let (from_port, to_port, icmp) = told_ports(protocol, range);
    OpenPorts { from_port, to_port, icmp, ..open }
}

/// The port ranges of one protocol that are open; `None` for all protocols
/// that no rule names.
fn open_for(
    family: Family,
    protocol: Option<Protocol>,
    rules: &[Known],
    internet: &Ranges,
) -> Vec<OpenPorts> {
    let matching: Vec<&Known> =
        rules.iter().filter(|rule| rule.protocol.is_none() || rule.protocol == protocol).collect();
    let mut cuts: BTreeSet<u32> = BTreeSet::from([0]);
    for (first, last) in matching.iter().flat_map(|rule| rule.ports.ranges()) {
        cuts.insert(u32::from(first));
        cuts.insert(u32::from(last) + 1);
    }
    let cuts: Vec<u32> = cuts.into_iter().collect();
    let mut open: Vec<OpenPorts> = Vec::new();
    for (at, first) in cuts.iter().enumerate() {
        let last = cuts.get(at + 1).map_or(u32::from(Ports::LAST), |next| next - 1);
        let Ok(port) = u16::try_from(*first) else { continue };
        let mut left = Ranges::all(family);
        let mut admitted = Ranges::empty();
        let mut by: Vec<usize> = Vec::new();
        for rule in matching.iter().filter(|rule| rule.ports.contains(port)) {
            let hit = left.intersect(&rule.peers);
            if hit.is_empty() {
                continue;
            }
            left = left.subtract(&hit);
            if rule.allow {
                admitted = admitted.union(&hit);
                by.push(rule.index);
            }
        }
        if !is_everywhere(&admitted, internet) {
            continue;
        }
        // Where nothing is denied, each rule that opens it alone is at fault.
        let alone: Vec<usize> = matching
            .iter()
            .filter(|rule| rule.ports.contains(port) && is_everywhere(&rule.peers, internet))
            .map(|rule| rule.index)
            .collect();
        if !alone.is_empty() && matching.iter().all(|rule| rule.allow) {
            by = alone;
        }
        let (from_port, to_port) = (i64::from(*first), i64::from(last));
        match open.last_mut() {
            Some(before) if before.to_port + 1 == from_port && before.rules == by => {
                before.to_port = to_port;
            }
            _ => open.push(OpenPorts {
                family: family.name().to_owned(),
                protocol: protocol.map_or_else(|| "-1".to_owned(), Protocol::name),
                from_port,
                to_port,
                icmp: None,
                rules: by,
            }),
        }
    }
    open
}

/// What an ACL's inbound entries let in from everywhere, first match first.
fn open_in_acl(acl: &NetworkAcl) -> Vec<OpenPorts> {
    let mut entries: Vec<(i64, usize)> = acl
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.egress == Some(false))
        .map(|(index, entry)| (entry.rule_number.unwrap_or(i64::MAX), index))
        .collect();
    entries.sort_unstable();
    let mut by_family: [Vec<Known>; 2] = [Vec::new(), Vec::new()];
    for (_, index) in entries {
        let Some(entry) = acl.entries.get(index) else { continue };
        let Some(Ok(protocol)) = entry.protocol.as_deref().map(Protocol::parse) else { continue };
        let ports = Ports::of_rule(protocol, entry.from_port, entry.to_port);
        let allow = entry.rule_action.as_deref() == Some("allow");
        for text in [&entry.cidr_block, &entry.ipv6_cidr_block].into_iter().flatten() {
            let Some((family, peers)) = parse_cidr(text) else { continue };
            if let Some(known) = by_family.get_mut(family as usize) {
                known.push(Known { index, protocol, ports: ports.clone(), allow, peers });
            }
        }
    }
    Family::ALL
        .into_iter()
        .zip(&by_family)
        .flat_map(|(family, rules)| open_ports(family, rules))
        .collect()
}

/// The gap that leaves open what an ACL's inbound entries let in.
fn acl_gap(acl: &NetworkAcl, gaps: &Gaps<'_>) -> Option<Reason> {
    if let Some(reason) = gaps.list(acl, "/entries") {
        return Some(reason.clone());
    }
    if !gaps.any("network_acls", &acl.id) {
        return None;
    }
    acl.entries.iter().enumerate().filter(|(_, entry)| entry.egress != Some(true)).find_map(
        |(index, _)| gaps.own("network_acls", &acl.id, &format!("/entries/{index}")).cloned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, NetworkAclEntry};

    fn rule(protocol: &str, ports: Option<(i64, i64)>, cidr: &str) -> SecurityGroupRule {
        let mut rule = SecurityGroupRule {
            protocol: Some(protocol.to_owned()),
            from_port: ports.map(|ports| ports.0),
            to_port: ports.map(|ports| ports.1),
            ..SecurityGroupRule::default()
        };
        if cidr.contains(':') {
            rule.cidr_ipv6 = Some(cidr.to_owned());
        } else {
            rule.cidr_ipv4 = Some(cidr.to_owned());
        }
        rule
    }

    fn open(rules: Vec<SecurityGroupRule>) -> Vec<(String, String, i64, i64, Vec<usize>)> {
        let mut group = SecurityGroup::new(Identity { id: "sg".to_owned(), ..Identity::default() });
        group.ingress = rules;
        let mut snapshot = Snapshot::default();
        snapshot.model.insert(group);
        derive(&mut snapshot);
        flat(&snapshot.model.security_groups.get("sg").unwrap().open_ingress)
    }

    fn flat(open: &[OpenPorts]) -> Vec<(String, String, i64, i64, Vec<usize>)> {
        open.iter()
            .map(|open| {
                (
                    open.family.clone(),
                    open.protocol.clone(),
                    open.from_port,
                    open.to_port,
                    open.rules.clone(),
                )
            })
            .collect()
    }

    fn one(
        family: &str,
        protocol: &str,
        from: i64,
        to: i64,
        rules: &[usize],
    ) -> (String, String, i64, i64, Vec<usize>) {
        (family.to_owned(), protocol.to_owned(), from, to, rules.to_vec())
    }

    #[test]
    fn two_halves_are_everywhere_and_one_is_not() {
        let half = |cidr| rule("tcp", Some((22, 22)), cidr);
        assert_eq!(open(vec![half("0.0.0.0/1")]), []);
        assert_eq!(
            open(vec![half("0.0.0.0/1"), half("128.0.0.0/1")]),
            [one("IPv4", "tcp", 22, 22, &[0, 1])]
        );
        assert_eq!(
            open(vec![rule("-1", None, "0.0.0.0/1"), half("128.0.0.0/1")]),
            [one("IPv4", "tcp", 22, 22, &[0, 1])]
        );
    }

    #[test]
    fn each_family_and_range_counts() {
        assert_eq!(
            open(vec![
                rule("tcp", Some((20, 30)), "::/0"),
                rule("udp", Some((53, 53)), "0.0.0.0/0")
            ]),
            [one("IPv4", "udp", 53, 53, &[1]), one("IPv6", "tcp", 20, 30, &[0])]
        );
        assert_eq!(open(vec![rule("-1", None, "0.0.0.0/0")]), [one("IPv4", "-1", 0, 65535, &[0])]);
        assert_eq!(open(vec![rule("-1", None, "10.0.0.0/8")]), []);
    }

    #[test]
    fn acl_entries_are_taken_in_order() {
        let entry = |number, action: &str, ports: (i64, i64), cidr: &str| NetworkAclEntry {
            rule_number: Some(number),
            egress: Some(false),
            protocol: Some("6".to_owned()),
            rule_action: Some(action.to_owned()),
            cidr_block: Some(cidr.to_owned()),
            from_port: Some(ports.0),
            to_port: Some(ports.1),
            ..NetworkAclEntry::default()
        };
        let open = |entries: Vec<NetworkAclEntry>| {
            let mut acl = NetworkAcl::new(Identity { id: "acl".to_owned(), ..Identity::default() });
            acl.entries = entries;
            flat(&open_in_acl(&acl))
        };
        let allow = entry(200, "allow", (0, 65535), "0.0.0.0/0");
        assert_eq!(
            open(vec![allow.clone(), entry(100, "deny", (22, 22), "0.0.0.0/0")]),
            [one("IPv4", "tcp", 0, 21, &[0]), one("IPv4", "tcp", 23, 65535, &[0])]
        );
        assert_eq!(
            open(vec![allow.clone(), entry(300, "deny", (22, 22), "0.0.0.0/0")]),
            [one("IPv4", "tcp", 0, 65535, &[0])]
        );
        // Denying one network hides nothing.
        assert_eq!(
            open(vec![allow, entry(50, "deny", (0, 65535), "203.0.113.0/24")]),
            [one("IPv4", "tcp", 0, 65535, &[0])]
        );
    }
}
