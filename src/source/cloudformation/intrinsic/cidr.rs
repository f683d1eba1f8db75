//! `Fn::Cidr`: a list of subnets of an address range.

use ipnet::IpNet;

use super::{Scope, Yaml, malformed, unresolvable};
use crate::source::node::{Node, Value};

pub(super) fn evaluate(argument: &Yaml, scope: &Scope<'_>) -> Node {
    let [block, count, rest @ ..] = argument.items() else {
        return malformed("Fn::Cidr takes an address range and a count");
    };
    let (block, count) = (scope.evaluate(block), scope.evaluate(count));
    let (Some(text), Some(count)) = (block.text(), count.integer()) else {
        return unresolvable("Fn::Cidr", block.unknown().or(count.unknown()).cloned());
    };
    let Ok(block) = text.parse::<IpNet>() else {
        return malformed("Fn::Cidr takes an address range");
    };
    let width: u8 = if matches!(block, IpNet::V4(_)) { 32 } else { 128 };
    let host_bits =
        rest.first().map(|bits| scope.evaluate(bits).integer().unwrap_or(0)).unwrap_or(8);
    let prefix = u8::try_from(host_bits).ok().and_then(|bits| width.checked_sub(bits));
    let count = usize::try_from(count).ok().filter(|count| (1..=256).contains(count));
    match (prefix.and_then(|prefix| block.subnets(prefix).ok()), count) {
        (Some(subnets), Some(count)) => Node::new(Value::List(
            subnets.take(count).map(|subnet| Node::new(Value::Text(subnet.to_string()))).collect(),
        )),
        _ => malformed("Fn::Cidr cannot cut the range that way"),
    }
}
