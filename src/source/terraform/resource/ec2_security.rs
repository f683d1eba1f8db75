//! Network ACLs, security groups, prefix lists.

use super::{Declared, ec2_network, present};
use crate::model::{
    NetworkAcl, NetworkAclEntry, Origin, PrefixList, Reason, ResourceRef, SecurityGroup,
    SecurityGroupRule, Snapshot, Subnet, gap,
};
use crate::source::default_resources;
use crate::source::draft::Draft;
use crate::source::node::Node;

pub(super) fn network_acl(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "network_acls");
    let mut acl = NetworkAcl::new(declared.identity(&mut draft, ""));
    acl.vpc_id = draft.string("/vpc_id", declared.get("vpc_id"), None);
    acl.is_default = Some(false);
    acl.subnet_ids = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    acl.entries = default_resources::final_entries();
    inline_entries(declared, &mut draft, &mut acl.entries);
    snapshot.model.insert(acl);
}

fn inline_entries(
    declared: &Declared<'_>,
    draft: &mut Draft<'_>,
    entries: &mut Vec<NetworkAclEntry>,
) {
    for (block, egress) in [("ingress", false), ("egress", true)] {
        for item in draft.items("/entries", declared.get(block)) {
            let path = format!("/entries/{}", entries.len());
            let mut entry = acl_entry(draft, &path, item, "rule_no", "action");
            entry.egress = Some(egress);
            entries.push(entry);
        }
    }
}

fn acl_entry(
    draft: &mut Draft<'_>,
    path: &str,
    node: &Node,
    number: &str,
    action: &str,
) -> NetworkAclEntry {
    let at = |field: &str| format!("{path}/{field}");
    let get = |name: &str| present(node.get(name));
    draft.place(path, node.origin.as_ref());
    let protocol = draft.string(&at("protocol"), get("protocol"), None).map(protocol_number);
    // ICMP has a type and a code in the place of ports.
    let [from, to] = match protocol.as_deref() {
        Some("1" | "58") => ["icmp_type", "icmp_code"],
        _ => ["from_port", "to_port"],
    };
    NetworkAclEntry {
        rule_number: draft.integer(&at("rule_number"), get(number), None),
        egress: draft.bool(&at("egress"), get("egress"), Some(false)),
        protocol,
        // The provider takes capitals too.
        rule_action: draft
            .string(&at("rule_action"), get(action), None)
            .map(|action| action.to_ascii_lowercase()),
        cidr_block: draft.cidr(&at("cidr_block"), get("cidr_block")),
        ipv6_cidr_block: draft.cidr(&at("ipv6_cidr_block"), get("ipv6_cidr_block")),
        from_port: draft.integer(&at("from_port"), get(from), None),
        to_port: draft.integer(&at("to_port"), get(to), None),
    }
}

/// Network ACLs know protocols by number.
fn protocol_number(text: String) -> String {
    match text.to_ascii_lowercase().as_str() {
        "tcp" => "6".to_owned(),
        "udp" => "17".to_owned(),
        "icmp" => "1".to_owned(),
        "icmpv6" => "58".to_owned(),
        "all" => "-1".to_owned(),
        other => other.to_owned(),
    }
}

pub(super) fn network_acl_rule(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<NetworkAcl>(snapshot, "network_acl_id") else { return };
    let count = snapshot.model.network_acls.get(&id).map_or(0, |acl| acl.entries.len());
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("network_acls", &id));
    let path = format!("/entries/{count}");
    let entry = acl_entry(&mut draft, &path, &declared.values, "rule_number", "rule_action");
    draft.place(&path, Some(&declared.origin));
    if let Some(acl) = snapshot.model.network_acls.get_mut(&id) {
        acl.entries.push(entry);
    }
}

pub(super) fn network_acl_association(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let subnet = declared.target::<Subnet>(snapshot, "subnet_id");
    let Some(id) = declared.target::<NetworkAcl>(snapshot, "network_acl_id") else {
        let subnet = subnet.map(|id| ResourceRef::new("subnets", id));
        declared.leave_open(snapshot, "network_acl_id", subnet, gap::NETWORK_ACL_ASSOCIATION);
        return;
    };
    if let Some(acl) = snapshot.model.network_acls.get_mut(&id) {
        acl.subnet_ids.extend(subnet);
    }
}

/// Terraform takes a VPC's own ACL over and leaves only what is written.
pub(super) fn default_network_acl(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) =
        ec2_network::default_of(declared, snapshot, "default_network_acl_id", "network_acls")
    else {
        return;
    };
    let resource = ResourceRef::new("network_acls", &id);
    snapshot.alias(&resource, declared.address.clone());
    super::settle(snapshot, &resource, &["/entries"]);
    let mut entries = default_resources::final_entries();
    let mut draft = declared.draft_of(snapshot, resource);
    inline_entries(declared, &mut draft, &mut entries);
    let subnets = draft.strings("/subnet_ids", declared.get("subnet_ids"));
    if let Some(acl) = snapshot.model.network_acls.get_mut(&id) {
        acl.entries = entries;
        acl.subnet_ids.extend(subnets);
    }
}

/// The provider takes EC2's own egress rule, which lets all out, away when it
/// makes a group; what is written is all.
///
/// Source: Terraform AWS provider, resource `aws_security_group`, note on egress
/// rules.
pub(super) fn security_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "security_groups");
    let mut group = SecurityGroup::new(declared.identity(&mut draft, "name"));
    group.vpc_id = draft.string("/vpc_id", declared.chosen("vpc_id"), None);
    group.description = draft.string("/description", declared.get("description"), None);
    group.is_default = Some(false);
    inline_rules(declared, &mut draft, &mut group);
    snapshot.model.insert(group);
}

/// Terraform takes a VPC's own group over and leaves only what is written.
pub(super) fn default_security_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = ec2_network::default_of(declared, snapshot, "vpc_id", "security_groups") else {
        return;
    };
    let resource = ResourceRef::new("security_groups", &id);
    snapshot.alias(&resource, declared.address.clone());
    super::settle(snapshot, &resource, &["/ingress", "/egress"]);
    let Some(mut group) = snapshot.model.security_groups.get(&id).cloned() else { return };
    (group.ingress, group.egress) = (Vec::new(), Vec::new());
    let mut draft = declared.draft_of(snapshot, resource);
    inline_rules(declared, &mut draft, &mut group);
    snapshot.model.insert(group);
}

fn inline_rules(declared: &Declared<'_>, draft: &mut Draft<'_>, group: &mut SecurityGroup) {
    for direction in ["ingress", "egress"] {
        for item in draft.items(&format!("/{direction}"), declared.get(direction)) {
            let rules = if direction == "ingress" { &mut group.ingress } else { &mut group.egress };
            let itself = group.id.clone();
            add_rules(draft, direction, item, &itself, rules);
        }
    }
}

/// Sets one kind of peer of a rule.
type SetPeer = fn(&mut SecurityGroupRule, String);

/// One rule for each peer of a block or of an `aws_security_group_rule`.
fn add_rules(
    draft: &mut Draft<'_>,
    direction: &str,
    node: &Node,
    itself: &str,
    rules: &mut Vec<SecurityGroupRule>,
) {
    let get = |name: &str| present(node.get(name));
    let next = |rules: &Vec<SecurityGroupRule>| format!("/{direction}/{}", rules.len());
    let lists: [(&str, SetPeer); 4] = [
        ("cidr_blocks", |rule, peer| rule.cidr_ipv4 = Some(peer)),
        ("ipv6_cidr_blocks", |rule, peer| rule.cidr_ipv6 = Some(peer)),
        ("prefix_list_ids", |rule, peer| rule.prefix_list_id = Some(peer)),
        ("security_groups", |rule, peer| rule.referenced_group_id = Some(peer)),
    ];
    for (name, set) in lists {
        for item in get(name).map(Node::items).unwrap_or_default() {
            if item.is_absent() {
                continue;
            }
            let path = next(rules);
            let mut rule = base_rule(draft, &path, node);
            let field = match name {
                "cidr_blocks" => "cidr_ipv4",
                "ipv6_cidr_blocks" => "cidr_ipv6",
                "prefix_list_ids" => "prefix_list_id",
                _ => "referenced_group_id",
            };
            let at = format!("{path}/{field}");
            let peer = if field.starts_with("cidr") {
                draft.cidr(&at, Some(item))
            } else {
                draft.string(&at, Some(item), None)
            };
            if let Some(peer) = peer {
                set(&mut rule, peer);
            }
            rules.push(rule);
        }
    }
    if let Some(source) = get("source_security_group_id") {
        let path = next(rules);
        let mut rule = base_rule(draft, &path, node);
        rule.referenced_group_id =
            draft.string(&format!("{path}/referenced_group_id"), Some(source), None);
        rules.push(rule);
    }
    if get("self").and_then(Node::bool) == Some(true) {
        let path = next(rules);
        let mut rule = base_rule(draft, &path, node);
        rule.referenced_group_id = Some(itself.to_owned());
        rules.push(rule);
    }
}

/// Protocol, ports and description.
fn base_rule(draft: &mut Draft<'_>, path: &str, node: &Node) -> SecurityGroupRule {
    let at = |field: &str| format!("{path}/{field}");
    let get = |name: &str| present(node.get(name));
    draft.place(path, node.origin.as_ref());
    let protocol = get("protocol").or_else(|| get("ip_protocol"));
    let mut rule = SecurityGroupRule {
        protocol: draft.string(&at("protocol"), protocol, None).map(protocol_name),
        from_port: draft.integer(&at("from_port"), get("from_port"), None),
        to_port: draft.integer(&at("to_port"), get("to_port"), None),
        description: draft.string(&at("description"), get("description"), None),
        ..SecurityGroupRule::default()
    };
    if rule.protocol.as_deref() == Some("-1") {
        (rule.from_port, rule.to_port) = (None, None);
    }
    rule
}

/// Security groups know the common protocols by name.
fn protocol_name(text: String) -> String {
    match text.to_ascii_lowercase().as_str() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        "all" => "-1".to_owned(),
        other => other.to_owned(),
    }
}

fn add_to_group(
    declared: &Declared<'_>,
    snapshot: &mut Snapshot,
    direction: &str,
    read: impl FnOnce(&mut Draft<'_>, &str, &mut Vec<SecurityGroupRule>),
) {
    let Some(id) = declared.target::<SecurityGroup>(snapshot, "security_group_id") else { return };
    let Some(group) = snapshot.model.security_groups.get(&id) else { return };
    let mut rules =
        if direction == "ingress" { group.ingress.clone() } else { group.egress.clone() };
    let before = rules.len();
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("security_groups", &id));
    read(&mut draft, &id, &mut rules);
    for index in before..rules.len() {
        draft.place(&format!("/{direction}/{index}"), Some(&declared.origin));
    }
    for rule in rules.iter_mut().skip(before) {
        rule.rule_id = Some(declared.id.clone());
    }
    if let Some(group) = snapshot.model.security_groups.get_mut(&id) {
        if direction == "ingress" {
            group.ingress = rules;
        } else {
            group.egress = rules;
        }
    }
}

pub(super) fn security_group_rule(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let direction = match declared.get("type").and_then(Node::text).as_deref() {
        Some("ingress") => "ingress",
        Some("egress") => "egress",
        _ => return,
    };
    add_to_group(declared, snapshot, direction, |draft, id, rules| {
        add_rules(draft, direction, &declared.values, id, rules);
    });
}

pub(super) fn ingress_rule(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    single_rule(declared, snapshot, "ingress");
}

pub(super) fn egress_rule(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    single_rule(declared, snapshot, "egress");
}

fn single_rule(declared: &Declared<'_>, snapshot: &mut Snapshot, direction: &str) {
    add_to_group(declared, snapshot, direction, |draft, _, rules| {
        add_rule(draft, direction, &declared.values, rules);
    });
}

/// The one rule of an `aws_vpc_security_group_*_rule`.
fn add_rule(
    draft: &mut Draft<'_>,
    direction: &str,
    node: &Node,
    rules: &mut Vec<SecurityGroupRule>,
) {
    let path = format!("/{direction}/{}", rules.len());
    let at = |field: &str| format!("{path}/{field}");
    let get = |name: &str| present(node.get(name));
    let mut rule = base_rule(draft, &path, node);
    rule.cidr_ipv4 = draft.cidr(&at("cidr_ipv4"), get("cidr_ipv4"));
    rule.cidr_ipv6 = draft.cidr(&at("cidr_ipv6"), get("cidr_ipv6"));
    rule.prefix_list_id = draft.string(&at("prefix_list_id"), get("prefix_list_id"), None);
    rule.referenced_group_id =
        draft.string(&at("referenced_group_id"), get("referenced_security_group_id"), None);
    rules.push(rule);
}

/// The rules that a resource of this type has with these values, and their
/// direction; `itself` is the group's key.
pub(super) fn rules_of(
    kind: &str,
    values: &Node,
    itself: &str,
) -> Option<(&'static str, Vec<SecurityGroupRule>)> {
    let text = values.get("type").and_then(Node::text);
    let direction = match (kind, text.as_deref()) {
        ("aws_security_group_rule", Some("ingress"))
        | ("aws_vpc_security_group_ingress_rule", _) => "ingress",
        ("aws_security_group_rule", Some("egress")) | ("aws_vpc_security_group_egress_rule", _) => {
            "egress"
        }
        _ => return None,
    };
    let mut apart = Snapshot::default();
    let resource = ResourceRef::new("security_groups", itself);
    let origin = Origin::Plan { file: "".into(), address: String::new(), span: None };
    let mut draft = Draft::new(&mut apart, resource, origin, [0; 32]);
    let mut rules = Vec::new();
    match kind {
        "aws_security_group_rule" => add_rules(&mut draft, direction, values, itself, &mut rules),
        _ => add_rule(&mut draft, direction, values, &mut rules),
    }
    Some((direction, rules))
}

pub(super) fn prefix_list(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "prefix_lists");
    let mut list = PrefixList::new(declared.identity(&mut draft, "name"));
    list.address_family = draft.string("/address_family", declared.get("address_family"), None);
    let owner = declared.get("owner_id").filter(|node| !node.is_computed());
    list.owner_id = draft.string("/owner_id", owner, None);
    // A data source has other words for it.
    let entries = declared.get("entry").or_else(|| declared.get("entries"));
    for entry in draft.items("/cidrs", entries) {
        list.cidrs.extend(draft.strings("/cidrs", entry.get("cidr")));
    }
    snapshot.model.insert(list);
}

pub(super) fn prefix_list_entry(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let Some(id) = declared.target::<PrefixList>(snapshot, "prefix_list_id") else { return };
    let mut draft = declared.draft_of(snapshot, ResourceRef::new("prefix_lists", &id));
    let cidrs = match declared.get("cidr") {
        Some(cidr) => draft.strings("/cidrs", Some(cidr)),
        None => {
            draft.gap("/cidrs", Reason::KnownAfterApply { expression: None });
            Vec::new()
        }
    };
    if let Some(list) = snapshot.model.prefix_lists.get_mut(&id) {
        list.cidrs.extend(cidrs);
    }
}
