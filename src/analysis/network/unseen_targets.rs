//! Load balancers that may forward to more than what is told: where their
//! listeners, rules, targets or they themselves are not all known.

use std::collections::{BTreeMap, HashMap};

use super::attachments::service_of;
use super::entry::{Entry, from_internet};
use super::facts::{Asked, questions};
use super::flow::{Flow, Other, Query, connect, group_pieces};
use super::ranges::Family;
use super::rules::Direction;
use super::service_entries::{self, admits_somebody};
use super::things::{Maybe, Role, Thing};
use super::world::World;
use super::zones::serves_zone;
use crate::model::{ListenerAction, Reason, Resource};

/// A load balancer that may forward to more than its edges tell.
#[derive(Debug)]
pub struct OpenBalancer {
    /// Its place among the things.
    pub balancer: usize,
    /// What is not known of it.
    pub reason: String,
}

/// The load balancers that the internet may reach and whose targets are not
/// all known.
pub fn balancers(world: &World<'_>) -> Vec<OpenBalancer> {
    let model = world.model;
    let mut by_listener = HashMap::new();
    for rule in model.listener_rules.values() {
        let Some(listener) = rule.listener.as_deref() else { continue };
        if let Some(open) = of_actions(world, rule, "/actions", &rule.actions) {
            by_listener.entry(listener).or_insert(open);
        }
    }
    let mut by_balancer = HashMap::new();
    for (id, listener) in &model.listeners {
        let Some(balancer) = listener.load_balancer.as_deref() else { continue };
        let open = of_actions(world, listener, "/default_actions", &listener.default_actions)
            .or_else(|| by_listener.remove(id.as_str()));
        if let Some(open) = open {
            by_balancer.entry(balancer).or_insert(open);
        }
    }
    let mut found = Vec::new();
    for (id, balancer) in &model.load_balancers {
        let Some(at) = world.thing_index.get(&("load_balancers", id.as_str())) else { continue };
        let unlisted = ["listeners", "listener_rules", "target_groups"]
            .into_iter()
            .find_map(|name| Some(format!("{name}: {}", world.gaps.members(name, balancer)?)));
        if let Some(reason) = unlisted.or_else(|| by_balancer.remove(id.as_str()))
            && is_entry(world, *at)
        {
            found.push(OpenBalancer { balancer: *at, reason });
        }
    }
    found
}

/// Whether a load balancer may be reached from the internet itself.
fn is_entry(world: &World<'_>, at: usize) -> bool {
    let Some(balancer) = world.things.get(at) else { return false };
    balancer.unplaced.is_some()
        || service_entries::may_reach(world, at, balancer)
        || Family::ALL.into_iter().any(|family| {
            questions(balancer, family).iter().any(|(protocol, ports)| {
                let query = Query { family, protocol: *protocol, ports, clients: None };
                balancer.presences.iter().any(|node| {
                    !matches!(from_internet(world, balancer, node, query), Entry::No(_))
                })
            })
        })
}

/// What is not known of where actions forward to.
fn of_actions<R: Resource>(
    world: &World<'_>,
    resource: &R,
    path: &str,
    actions: &[ListenerAction],
) -> Option<String> {
    if let Some(reason) = world.gaps.at(resource, path) {
        return Some(format!("the actions of {}: {reason}", resource.id()));
    }
    let groups = actions.iter().flat_map(|action| &action.forward);
    groups.filter_map(|forward| forward.target_group.as_ref()).find_map(|id| {
        let group = world.model.target_groups.get(id)?;
        let reason = world.gaps.at(group, "/targets")?;
        Some(format!("the targets of {id}: {reason}"))
    })
}

/// Why the internet may reach a thing through a load balancer that is not
/// known to forward to it.
pub fn to(world: &World<'_>, at: usize, thing: &Thing<'_>, asked: &Asked) -> Vec<String> {
    let mut found = Vec::new();
    // Of load balancers only application ones can be targets.
    let is_target = thing.role != Role::LoadBalancer || thing.kind == "application load balancer";
    if !thing.accepts || thing.presences.is_empty() || !is_target {
        return found;
    }
    let (account, region) = (thing.resource.account(), thing.resource.region());
    if let Some(reason) = world.gaps.members_at("load_balancers", account, region)
        && unlisted_may_connect(world, thing, asked, reason)
    {
        found.push(format!("load_balancers: {reason}"));
    }
    for open in &world.open_balancers {
        let Some(balancer) = world.things.get(open.balancer) else { continue };
        // As with the ones that are known, an application load balancer counts
        // in front of data stores alone.
        let counts = balancer.kind == "network load balancer" || thing.role == Role::Data;
        if counts && open.balancer != at && may_connect(world, balancer, thing, asked) {
            found.push(open.reason.clone());
        }
    }
    found
}

/// Whether a load balancer that was not listed may connect to a thing. Where an
/// answer is missing and the interfaces are all there, those tell of load balancers
/// too; else it may have any address and any group of the VPC, and hand on any
/// client of the internet.
fn unlisted_may_connect(
    world: &World<'_>,
    thing: &Thing<'_>,
    asked: &Asked,
    reason: &Reason,
) -> bool {
    let (account, region) = (thing.resource.account(), thing.resource.region());
    if reason.is_unanswered() && world.gaps.is_whole("network_interfaces", account, region) {
        return world.unlisted_balancers.iter().any(|balancer| {
            let counts = balancer.kind == "network load balancer" || thing.role == Role::Data;
            counts && may_connect(world, balancer, thing, asked)
        });
    }
    Family::ALL.into_iter().any(|family| {
        asked.questions(thing, family).iter().any(|(protocol, ports)| {
            let query = Query { family, protocol: *protocol, ports, clients: None };
            let addresses = world.internet.get(family as usize).cloned().unwrap_or_default();
            thing.presences.iter().any(|presence| {
                let client = Other {
                    addresses: &addresses,
                    groups: &[],
                    groups_doubt: None,
                    references: false,
                };
                admits_somebody(world, presence, query)
                    || !group_pieces(world, presence, Direction::In, query, client).is_empty()
            })
        })
    })
}

/// The load balancers that are known by their interfaces alone.
///
/// Source: Elastic Load Balancing troubleshooting guide: their interfaces are
/// described as `ELB app/…`, `ELB net/…` or, of Classic ones, `ELB <name>`.
pub fn unlisted<'a>(world: &World<'a>) -> Vec<Thing<'a>> {
    let mut found: BTreeMap<&str, Thing<'a>> = BTreeMap::new();
    for thing in &world.things {
        let Some(interface) = world
            .model
            .network_interfaces
            .get(thing.resource.id())
            .filter(|_| thing.resource.collection() == "network_interfaces")
            .filter(|interface| service_of(interface) == Some("load_balancers"))
        else {
            continue;
        };
        let text = interface.description.as_deref().unwrap_or_default();
        let network = interface.interface_type.as_deref() == Some("network_load_balancer")
            || text.starts_with("ELB net/");
        let kind = if network { "network load balancer" } else { "application load balancer" };
        let name = if text.is_empty() { interface.id.as_str() } else { text };
        let own = found.entry(name).or_insert_with(|| Thing {
            kind,
            presences: Vec::new(),
            ..thing.clone()
        });
        own.presences.extend(thing.presences.iter().cloned().map(|mut presence| {
            // One of a network load balancer without groups is not filtered.
            presence.unfiltered |= interface.security_group_ids.is_empty();
            presence
        }));
    }
    found.into_values().collect()
}

/// Whether a load balancer, or a client whose address it keeps, may connect to
/// a thing.
fn may_connect(world: &World<'_>, balancer: &Thing<'_>, thing: &Thing<'_>, asked: &Asked) -> bool {
    if balancer.presences.is_empty() {
        return true;
    }
    let network = balancer.kind == "network load balancer";
    Family::ALL.into_iter().any(|family| {
        let internet = world.internet.get(family as usize);
        asked.questions(thing, family).iter().any(|(protocol, ports)| {
            let clients = asked.clients(family);
            let query = Query { family, protocol: *protocol, ports, clients };
            balancer.presences.iter().any(|node| {
                let mut node = node.clone();
                if family == Family::V6 {
                    node.has_v6 = Maybe::Yes;
                }
                thing.presences.iter().any(|presence| {
                    let keeps = || {
                        let Some(addresses) = internet.filter(|_| network) else { return false };
                        let (groups, groups_doubt) = (&node.groups, node.carries_doubt());
                        let client = Other { addresses, groups, groups_doubt, references: true };
                        !group_pieces(world, presence, Direction::In, query, client).is_empty()
                    };
                    serves_zone(world, balancer, presence)
                        && (!matches!(connect(world, &node, presence, query), Flow::No(_))
                            || keeps())
                })
            })
        })
    })
}
