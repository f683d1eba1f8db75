//! Fills `analysis.reachability`: what can reach each data store, service,
//! instance and load balancer.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::flow::Clients;
use super::ports::{Ports, Protocol};
use super::ranges::{Family, Ranges};
use super::starts;
use super::things::{Listens, Role, Thing};
use super::world::World;
use super::{bastion, gaps, internet, kubernetes};
use crate::model::{Gap, Reachability, Reason};

/// The reachability of every thing that has one, with the gaps in it.
pub fn all(world: &World<'_>) -> (BTreeMap<String, Reachability>, Vec<Gap>) {
    let found: Vec<(String, Reachability, Vec<Gap>)> = (0..world.things.len())
        .into_par_iter()
        .filter_map(|at| {
            let thing = world.things.get(at)?;
            (thing.kind != "interface endpoint").then(|| of(world, at, thing))
        })
        .collect();
    let mut facts = BTreeMap::new();
    let mut all_gaps = Vec::new();
    for (key, reachability, gaps) in found {
        facts.insert(key, reachability);
        all_gaps.extend(gaps);
    }
    (facts, all_gaps)
}

fn of(world: &World<'_>, at: usize, thing: &Thing<'_>) -> (String, Reachability, Vec<Gap>) {
    let mut fact = Reachability {
        collection: thing.resource.collection().to_owned(),
        id: thing.resource.id().to_owned(),
        role: thing.role.name().to_owned(),
        ..Reachability::default()
    };
    let mut gaps = Vec::new();
    let mut gap = |part: &str, reasons: &[String]| {
        let Some(first) = reasons.first() else { return };
        let reason = Reason::Unresolvable {
            expression: "the network path".to_owned(),
            detail: first.clone(),
        };
        gaps.push(Gap {
            collection: thing.resource.collection().to_owned(),
            id: Some(thing.resource.id().to_owned()),
            path: format!("{}/{part}", gaps::REACHABILITY),
            account: thing.resource.account().map(str::to_owned),
            region: thing.resource.region().map(str::to_owned),
            reason,
        });
    };

    let mut entry = internet::answer(world, at, thing, &Asked::default());
    entry.unknown.sort();
    entry.unknown.dedup();
    fact.from_internet = entry.reached;
    fact.internet_paths = entry.paths;
    fact.refuted = entry.refuted;
    if fact.from_internet.is_none() {
        gap("from_internet", &entry.unknown);
        fact.unknown.extend(entry.unknown);
    }

    let inside = starts::answer(world, at, thing);
    fact.internal_paths = inside.by_kind;
    fact.unexpected_paths = inside.unexpected;
    fact.refuted.extend(inside.refuted);
    let mut unforeseen = inside.unknown_unexpected;
    let (paths, unknown) = match thing.role {
        Role::Bastion => bastion::from_internet(world, at, thing, &fact.internet_paths),
        Role::Cluster => kubernetes::from_internet(world, at, thing),
        _ => Default::default(),
    };
    fact.unexpected_paths.extend(paths);
    unforeseen.extend(unknown);
    gap("unexpected_paths", &unforeseen);
    gap("internal_paths", &inside.unknown);
    fact.unknown.extend(unforeseen);
    fact.unknown.extend(inside.unknown);
    fact.unknown.sort();
    fact.unknown.dedup();
    (format!("{}/{}", fact.collection, fact.id), fact, gaps)
}

/// The protocols and ports to ask about for a thing; ICMP only where anything
/// may answer.
pub fn questions(thing: &Thing<'_>, family: Family) -> Vec<(Protocol, Ports)> {
    let icmp = match family {
        Family::V4 => Protocol::Icmp,
        Family::V6 => Protocol::Icmpv6,
    };
    match &thing.listens {
        Listens::Tcp(ports) => vec![(Protocol::Tcp, ports.clone())],
        Listens::Both(tcp, udp) => [(Protocol::Tcp, tcp), (Protocol::Udp, udp)]
            .into_iter()
            .filter(|(_, ports)| !ports.is_empty())
            .map(|(protocol, ports)| (protocol, ports.clone()))
            .collect(),
        Listens::Unknown(_) => vec![(Protocol::Tcp, Ports::all())],
        Listens::Anything => {
            vec![(Protocol::Tcp, Ports::all()), (Protocol::Udp, Ports::all()), (icmp, Ports::all())]
        }
    }
}

/// What is asked of a thing beyond what it listens on.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Destination ports; of ICMP types and codes, where that is the protocol.
    pub ports: Option<Ports>,
    /// One protocol; ICMP is that of the address family.
    pub protocol: Option<Protocol>,
    /// Only clients with these addresses.
    pub clients: Option<[Ranges; 2]>,
    /// Whether they are one client, whose address among these is not known.
    pub is_one_client: bool,
}

impl Asked {
    /// The clients of a family.
    pub fn clients(&self, family: Family) -> Option<Clients<'_>> {
        let addresses = self.clients.as_ref()?.get(family as usize)?;
        Some(Clients { addresses, is_one: self.is_one_client })
    }

    /// Whether a port of a protocol is asked about.
    pub fn is_about(&self, protocol: Protocol, port: u16) -> bool {
        self.protocol.is_none_or(|own| own == protocol)
            && self.ports.as_ref().is_none_or(|ports| ports.contains(port))
    }

    /// The protocol that is asked about, in a family. ICMP as a whole is that
    /// of the family; its types are those of one.
    pub fn protocol(&self, family: Family) -> Option<Protocol> {
        match (self.protocol, family) {
            (Some(Protocol::Icmp), Family::V6) if self.ports.is_none() => Some(Protocol::Icmpv6),
            (protocol, _) => protocol,
        }
    }

    /// Whether anything that is asked about exists in a family.
    pub fn is_of(&self, family: Family) -> bool {
        !matches!(
            (self.protocol(family), family),
            (Some(Protocol::Icmp), Family::V6) | (Some(Protocol::Icmpv6), Family::V4)
        )
    }

    /// The protocols and ports to ask about.
    pub fn questions(&self, thing: &Thing<'_>, family: Family) -> Vec<(Protocol, Ports)> {
        let wanted = self.protocol(family);
        let mut all = questions(thing, family);
        // A protocol without a name of its own.
        if let (Some(other @ Protocol::Other(_)), Listens::Anything) = (wanted, &thing.listens) {
            all.push((other, Ports::all()));
        }
        all.into_iter()
            .filter(|(protocol, _)| match wanted {
                Some(wanted) => *protocol == wanted,
                None => self.ports.is_none() || protocol.has_ports(),
            })
            .map(|(protocol, ports)| match &self.ports {
                Some(asked) if !matches!(protocol, Protocol::Other(_)) => {
                    (protocol, ports.intersect(asked))
                }
                _ => (protocol, ports),
            })
            .filter(|(_, ports)| !ports.is_empty())
            .collect()
    }
}

/// Whether a port set answers for a thing: where its port is not known, only
/// all ports do.
pub fn port_doubt(thing: &Thing<'_>, ports: &Ports) -> Option<String> {
    match &thing.listens {
        Listens::Unknown(reason) if !ports.is_all() => Some(reason.clone()),
        _ => None,
    }
}

/// Whether a start is foreseen by the architecture.
pub fn is_expected(target: Role, kind: &str) -> bool {
    match target {
        Role::Data => matches!(kind, "service" | "bastion"),
        Role::Service => kind == "application load balancer",
        Role::Instance => kind == "bastion",
        // Told by address, not by kind.
        Role::Bastion => false,
        _ => true,
    }
}
