//! Paths of what managed services send to a target.

use super::admission::{enter, names_cloudfront};
use super::{ServiceEntry, Source, Through, is_cloudfront_group};
use crate::analysis::network::flow::{Flow, Query, Witness};
use crate::analysis::network::hops::{self, Start};
use crate::analysis::network::internet::proxied;
use crate::analysis::network::rules::Peer;
use crate::analysis::network::things::{Presence, Thing};
use crate::analysis::network::world::World;
use crate::model::{Hop, NetworkPath};

/// The path of a service's connection to a thing, from the internet.
pub fn path(
    world: &World<'_>,
    entry: &ServiceEntry<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
) -> NetworkPath {
    let text = format!("{} {}", entry.what, World::name_of(entry.resource));
    let internet = Hop { resource: None, path: None, description: "the internet".to_owned() };
    let own = Hop {
        resource: Some(entry.resource.reference()),
        path: Some(entry.attribute.to_owned()),
        description: text,
    };
    let rest = onward(world, entry, thing, presence, witness);
    NetworkPath {
        from: None,
        from_label: "internet".to_owned(),
        packet: String::new(),
        hops: [internet, own].into_iter().chain(rest.hops).collect(),
        ..rest
    }
}

/// The rest of a path, from the service to a presence.
fn onward(
    world: &World<'_>,
    entry: &ServiceEntry<'_>,
    thing: &Thing<'_>,
    presence: &Presence<'_>,
    witness: &Witness,
) -> NetworkPath {
    if let Source::Interfaces(sources) = &entry.source {
        let at = world.thing_index.get(&(entry.resource.collection(), entry.resource.id()));
        let own = at.and_then(|at| world.things.get(*at));
        let from = sources.iter().find(|source| {
            let own = source.addresses.get(witness.family as usize);
            own.is_some_and(|own| own.contains(witness.source))
        });
        if let (Some(own), Some(from)) = (own, from) {
            let mut whole = hops::path(world, Start::Thing(own, from), thing, presence, witness);
            whole.hops = whole.hops.split_off(whole.hops.len().min(1));
            return whole;
        }
    }
    hops::from_service(world, thing, presence, witness, |group, rule| {
        names_cloudfront(world, group, rule.index)
            || match &rule.peer {
                Peer::Group(at) => {
                    world.groups.get(*at).is_some_and(|group| is_cloudfront_group(group.group))
                }
                Peer::Addresses([own, _]) => own.contains(witness.source),
                Peer::Foreign(_) | Peer::Unknown => false,
            }
    })
}

/// What a load balancer that keeps the client's address hands on to a target
/// of what a service sent it.
pub fn handed_on(
    world: &World<'_>,
    through: Through,
    balancer: &Thing<'_>,
    node: &Presence<'_>,
    target: (&Thing<'_>, &Presence<'_>),
    query: Query<'_>,
) -> Result<Option<NetworkPath>, String> {
    let Some(entry) = world.service_entries.get(through.0) else { return Ok(None) };
    if matches!(entry.source, Source::PrivateLink) {
        // PrivateLink always has the load balancer's address.
        let (thing, presence) = target;
        return proxied(world, balancer, node, thing, presence, query);
    }
    let (thing, presence) = target;
    match enter(world, entry, presence, query, &node.groups) {
        Flow::Yes(witness) => {
            let rest = onward(world, entry, thing, presence, &witness);
            let own = Hop {
                resource: Some(balancer.resource.reference()),
                path: None,
                description: World::name_of(balancer.resource).to_owned(),
            };
            Ok(Some(NetworkPath { hops: std::iter::once(own).chain(rest.hops).collect(), ..rest }))
        }
        Flow::Unknown(reason) => Err(reason),
        Flow::No(_) => Ok(None),
    }
}
