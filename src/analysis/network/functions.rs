//! The presences of Lambda functions.
//!
//! Source: AWS Lambda developer guide, "Giving Lambda functions access to
//! resources in an Amazon VPC" and "Enable internet access for VPC-connected
//! Lambda functions": the interfaces take no connections and have no public
//! address, so that IPv4 goes out by a NAT gateway even from a public subnet;
//! "Control access to Lambda function URLs".

use super::ports::Ports;
use super::public_endpoint::PublicEndpoint;
use super::things::{Collector, Listens, Maybe, Presence, Role, Thing};
use super::world::World;
use crate::model::LambdaFunction;

/// The port of function URLs.
const HTTPS: u16 = 443;

/// Adds every function.
pub fn collect<'a>(collector: &Collector<'_, 'a>, things: &mut Vec<Thing<'a>>) {
    let functions = collector.world.model.lambda_functions.values();
    things.extend(functions.map(|found| function(collector, found)));
}

fn function<'a>(collector: &Collector<'_, 'a>, function: &'a LambdaFunction) -> Thing<'a> {
    let mut thing = Collector::thing(function, Role::Other, "function");
    thing.accepts = false;
    match function.in_vpc {
        Some(false) => thing.outside = Some("/in_vpc"),
        Some(true) => thing.unplaced = collector.gap(function, "/subnet_ids"),
        None => {
            thing.unplaced =
                Some(collector.gap(function, "/in_vpc").unwrap_or_else(|| {
                    format!("whether {} is in a VPC", World::name_of(function))
                }));
        }
    }
    let subnets = function.subnet_ids.iter().map(String::as_str);
    thing.presences = subnets.map(|subnet| in_subnet(collector, function, subnet)).collect();
    if let Some(reason) = &thing.unplaced {
        // Somewhere: what admits its groups may be reached by it.
        let mut somewhere = in_subnet(collector, function, "");
        somewhere.groups_doubt = Some(reason.clone());
        thing.presences.push(somewhere);
    }
    thing.public_endpoint = url(collector, function);
    if thing.public_endpoint.is_some() {
        thing.listens = Listens::Tcp(Ports::one(HTTPS));
        thing.listens_at = "/urls";
    }
    thing
}

fn in_subnet<'a>(
    collector: &Collector<'_, 'a>,
    function: &'a LambdaFunction,
    subnet: &'a str,
) -> Presence<'a> {
    let mut presence = collector.in_subnet(subnet, function, &function.security_group_ids);
    presence.public_v4 = Maybe::No("a function's interfaces have no public address".into());
    let place = presence.place.and_then(|at| collector.world.places.get(at));
    let has_range =
        place.is_some_and(|place| place.addresses.get(1).is_some_and(|v6| !v6.is_empty()));
    presence.has_v6 = if has_range {
        collector.flag(
            function,
            function.ipv6_allowed_for_dual_stack,
            "/ipv6_allowed_for_dual_stack",
            "it is not allowed IPv6",
        )
    } else {
        Maybe::No("its subnet has no IPv6 range".into())
    };
    presence
}

/// The URL by which anyone may call it, without signing in.
fn url(collector: &Collector<'_, '_>, function: &LambdaFunction) -> Option<PublicEndpoint> {
    let open = function.urls.iter().position(|url| url.auth_type.as_deref() == Some("NONE"));
    let endpoint = |attribute: String, doubt: Option<String>| PublicEndpoint {
        attribute,
        description: "has a URL that asks nobody to sign in",
        clients: None,
        doubt,
        may_take: None,
    };
    if let Some(index) = open {
        return Some(endpoint(format!("/urls/{index}/auth_type"), None));
    }
    let reason = collector.world.gaps.at(function, "/urls")?;
    let doubt = format!("the URLs of {}: {reason}", World::name_of(function));
    Some(endpoint("/urls".to_owned(), Some(doubt)))
}
