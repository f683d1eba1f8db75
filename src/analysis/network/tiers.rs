//! Which route table and network ACL are in force in a subnet, and whether it
//! is public.
//!
//! Source: Amazon VPC user guide, "Route table concepts" and "Network ACL
//! basics": a subnet has one of each, explicitly associated or the VPC's main
//! or default one.

use std::collections::HashMap;

use super::gaps::{self, Gaps};
use crate::model::{Gap, NetworkAcl, Reason, Resource, RouteTable, Snapshot, Subnet, gap};

/// A fact, or why it is not known.
type Fact<T> = Result<T, Reason>;

/// Derives `route_table_id`, `network_acl_id` and `public` of every subnet.
pub fn derive(snapshot: &mut Snapshot) {
    let (facts, new_gaps) = {
        let gaps = Gaps::new(&snapshot.gaps);
        let model = &snapshot.model;
        let tables = Associations::new(model.route_tables.values(), &gaps);
        let acls = Associations::new(model.network_acls.values(), &gaps);
        let mut facts = Vec::with_capacity(model.subnets.len());
        let mut new_gaps: Vec<Gap> = Vec::new();
        for subnet in model.subnets.values() {
            let table = tables.in_force(subnet, &gaps);
            let acl = acls.in_force(subnet, &gaps);
            let public = match &table {
                Ok(id) => model
                    .route_tables
                    .get(id)
                    .map_or_else(|| Err(missing(id)), |table| is_public(table, &gaps)),
                Err(reason) => Err(reason.clone()),
            };
            let mut keep = |path: &str, reason: &Reason| {
                new_gaps.push(gaps::derived(subnet, path, reason.clone()));
            };
            if let Err(reason) = &table {
                keep("/route_table_id", reason);
            }
            if let Err(reason) = &acl {
                keep("/network_acl_id", reason);
            }
            if let Err(reason) = &public {
                keep("/public", reason);
            }
            facts.push((table.ok().map(str::to_owned), acl.ok().map(str::to_owned), public.ok()));
        }
        (facts, new_gaps)
    };
    for (subnet, (table, acl, public)) in snapshot.model.subnets.values_mut().zip(facts) {
        subnet.route_table_id = table;
        subnet.network_acl_id = acl;
        subnet.public = public;
    }
    snapshot.gaps.extend(new_gaps);
}

fn missing(id: &str) -> Reason {
    Reason::UnresolvedReference { target: id.to_owned() }
}

/// What route tables and network ACLs have in common.
trait Associated: Resource {
    fn vpc(&self) -> Option<&str>;
    fn subnets(&self) -> &[String];
    fn default_flag(&self) -> Option<bool>;
    const DEFAULT_PATH: &'static str;
    /// Where a subnet's gap says that a member is associated with it that is not
    /// known.
    const ASSOCIATION: &'static str;
    const COLLECTION_NAME: &'static str;
    const DEFAULT_NAME: &'static str;
}

impl Associated for RouteTable {
    fn vpc(&self) -> Option<&str> {
        self.vpc_id.as_deref()
    }
    fn subnets(&self) -> &[String] {
        &self.subnet_ids
    }
    fn default_flag(&self) -> Option<bool> {
        self.main
    }
    const DEFAULT_PATH: &'static str = "/main";
    const ASSOCIATION: &'static str = gap::ROUTE_TABLE_ASSOCIATION;
    const COLLECTION_NAME: &'static str = "route_tables";
    const DEFAULT_NAME: &'static str = "main route table";
}

impl Associated for NetworkAcl {
    fn vpc(&self) -> Option<&str> {
        self.vpc_id.as_deref()
    }
    fn subnets(&self) -> &[String] {
        &self.subnet_ids
    }
    fn default_flag(&self) -> Option<bool> {
        self.is_default
    }
    const DEFAULT_PATH: &'static str = "/is_default";
    const ASSOCIATION: &'static str = gap::NETWORK_ACL_ASSOCIATION;
    const COLLECTION_NAME: &'static str = "network_acls";
    const DEFAULT_NAME: &'static str = "default network ACL";
}

/// The associations of all route tables, or of all network ACLs.
struct Associations<'a, T> {
    explicit: HashMap<&'a str, &'a T>,
    default: HashMap<&'a str, &'a T>,
    /// Members whose associations are not all known, with their VPC if known.
    open: Vec<(Option<&'a str>, Reason)>,
    /// Members that may be their VPC's default.
    open_default: Vec<(Option<&'a str>, Reason)>,
}

impl<'a, T: Associated> Associations<'a, T> {
    fn new(members: impl Iterator<Item = &'a T>, gaps: &Gaps<'_>) -> Self {
        let mut found = Self {
            explicit: HashMap::new(),
            default: HashMap::new(),
            open: Vec::new(),
            open_default: Vec::new(),
        };
        for member in members {
            for subnet in member.subnets() {
                found.explicit.insert(subnet, member);
            }
            if member.default_flag() == Some(true)
                && let Some(vpc) = member.vpc()
            {
                found.default.insert(vpc, member);
            }
            if let Some(reason) = gaps.at(member, "/subnet_ids") {
                found.open.push((member.vpc(), reason.clone()));
            }
            let default_gap = match member.default_flag() {
                None => gaps.at(member, T::DEFAULT_PATH),
                Some(true) if member.vpc().is_none() => gaps.at(member, "/vpc_id"),
                _ => None,
            };
            if let Some(reason) = default_gap {
                found.open_default.push((member.vpc(), reason.clone()));
            }
        }
        found
    }

    /// The member in force in `subnet`.
    fn in_force(&self, subnet: &Subnet, gaps: &Gaps<'_>) -> Fact<&'a str> {
        if let Some(member) = self.explicit.get(subnet.id.as_str()) {
            // A member that may not exist leaves the default in force.
            return match gaps.existence(T::COLLECTION_NAME, member.id()) {
                Some(reason) => Err(reason.clone()),
                None => Ok(member.id()),
            };
        }
        if let Some(reason) = gaps.own("subnets", &subnet.id, T::ASSOCIATION) {
            return Err(reason.clone());
        }
        let vpc = subnet.vpc_id.as_deref();
        let may_concern = |open: &[(Option<&str>, Reason)]| {
            open.iter()
                .find(|(of, _)| of.is_none() || vpc.is_none() || *of == vpc)
                .map(|(_, reason)| reason.clone())
        };
        if let Some(reason) = may_concern(&self.open) {
            return Err(reason);
        }
        if let Some(reason) = gaps.members(T::COLLECTION_NAME, subnet) {
            return Err(reason.clone());
        }
        let Some(vpc) = vpc else {
            return Err(gaps.at(subnet, "/vpc_id").cloned().unwrap_or_else(|| {
                Reason::UnresolvedReference { target: format!("the VPC of {}", subnet.id) }
            }));
        };
        match self.default.get(vpc) {
            Some(member) => Ok(member.id()),
            None => Err(may_concern(&self.open_default).unwrap_or_else(|| {
                Reason::UnresolvedReference { target: format!("the {} of {vpc}", T::DEFAULT_NAME) }
            })),
        }
    }
}

/// Whether a route table has an active route to an internet gateway.
fn is_public(table: &RouteTable, gaps: &Gaps<'_>) -> Fact<bool> {
    if table.routes.iter().any(|route| {
        route.target_type.as_deref() == Some("internet_gateway")
            && route.state.as_deref() == Some("active")
    }) {
        return Ok(true);
    }
    // A route whose kind of target is known to be another one stays harmless
    // whatever else of it is not known.
    for (index, route) in table.routes.iter().enumerate() {
        let attributes: &[&str] = match route.target_type.as_deref() {
            None => &["target_type", "target_id"],
            Some("internet_gateway") if route.state.is_none() => &["state"],
            _ => &[],
        };
        for attribute in attributes {
            if let Some(reason) = gaps.at(table, &format!("/routes/{index}/{attribute}")) {
                return Err(reason.clone());
            }
        }
    }
    match gaps.list(table, "/routes") {
        Some(reason) => Err(reason.clone()),
        None => Ok(false),
    }
}
