//! Endpoints on the internet, outside every VPC: no route, no network ACL and no
//! security group judges what they take, only the addresses they name.

use super::entry::Entry;
use super::facts::Asked;
use super::ranges::{Family, Ranges};
use super::things::Thing;
use super::world::World;
use crate::model::{Hop, NetworkPath};

/// An endpoint of a thing on the internet.
#[derive(Debug, Clone)]
pub struct PublicEndpoint {
    /// The attribute that says that it is there.
    pub attribute: String,
    /// What it is, to follow the thing's name.
    pub description: &'static str,
    /// The clients that it takes; everyone where it names none.
    pub clients: Option<Vec<Clients>>,
    /// Why it may not be there.
    pub doubt: Option<String>,
    /// Why it may take others too.
    pub may_take: Option<String>,
}

/// Addresses that an endpoint takes connections from.
#[derive(Debug, Clone)]
pub struct Clients {
    /// The attribute that names them.
    pub attribute: String,
    /// Their CIDR block, as it is written.
    pub text: String,
    /// Their family.
    pub family: Family,
    /// The addresses.
    pub addresses: Ranges,
}

impl PublicEndpoint {
    /// The addresses of a family that it takes connections from.
    pub fn addresses(&self, family: Family) -> Ranges {
        match &self.clients {
            None => Ranges::all(family),
            Some(clients) => clients
                .iter()
                .filter(|own| own.family == family)
                .fold(Ranges::empty(), |sum, own| sum.union(&own.addresses)),
        }
    }

    /// The path from the clients of the internet that are asked about, or what
    /// stops them.
    pub fn from_internet(
        &self,
        world: &World<'_>,
        thing: &Thing<'_>,
        asked: &Asked,
    ) -> Result<NetworkPath, Entry> {
        let name = World::name_of(thing.resource);
        let mut open = None;
        for family in Family::ALL {
            let questions = asked.questions(thing, family);
            let Some((protocol, ports)) = questions.first() else { continue };
            let mut clients = world.internet.get(family as usize).cloned().unwrap_or_default();
            if let Some(wanted) = asked.clients(family) {
                clients = clients.intersect(wanted.addresses);
            }
            let taken = clients.intersect(&self.addresses(family));
            if taken.is_empty() {
                continue;
            }
            if let Some(reason) = &self.doubt {
                return Err(Entry::Unknown(reason.clone()));
            }
            if asked.is_one_client && taken != clients {
                open.get_or_insert(format!(
                    "{name} takes some addresses of the internet, and the client's is not known"
                ));
                continue;
            }
            let (from_port, to_port) = ports.ranges().last().unwrap_or((443, 443));
            let mut hops =
                vec![Hop { resource: None, path: None, description: "the internet".to_owned() }];
            hops.extend(self.hops(thing, family, &taken));
            return Ok(NetworkPath {
                from_label: "internet".to_owned(),
                protocol: protocol.name(),
                from_port: i64::from(from_port),
                to_port: i64::from(to_port),
                hops,
                ..NetworkPath::default()
            });
        }
        Err(match open.or_else(|| self.may_take.clone()) {
            Some(reason) => Entry::Unknown(reason),
            None => Entry::No(format!("{name} does not take connections from there")),
        })
    }

    /// The endpoint, and the block that lets the clients in.
    fn hops(&self, thing: &Thing<'_>, family: Family, taken: &Ranges) -> Vec<Hop> {
        let name = World::name_of(thing.resource);
        let hop = |path: &str, description: String| Hop {
            resource: Some(thing.resource.reference()),
            path: Some(path.to_owned()),
            description,
        };
        let mut hops = vec![hop(&self.attribute, format!("{name} {}", self.description))];
        let by = self
            .clients
            .iter()
            .flatten()
            .find(|own| own.family == family && own.addresses.overlaps(taken));
        hops.extend(by.map(|by| hop(&by.attribute, format!("takes {}", by.text))));
        hops
    }
}
