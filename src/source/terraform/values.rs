//! Planned values as nodes: unknowns with reasons or references, sensitive
//! values hidden, places from the source.

use serde_json::Value as Json;

use super::configuration::{Referred, Scope};
use super::instance::Instance;
use super::source::Places;
use crate::model::{Origin, Reason};
use crate::source::default_resources;
use crate::source::node::{Node, Reference, Value};

/// Builds the nodes of one instance.
pub(super) struct Builder<'a> {
    pub instance: &'a Instance<'a>,
    pub scope: &'a Scope<'a>,
    pub places: &'a Places,
    /// Put before addresses.
    pub prefix: &'a str,
    pub origin: &'a Origin,
}

/// How the source writes a value.
#[derive(Clone, Copy)]
enum Written<'a> {
    /// Not at all: what is unknown then is for the provider to compute.
    Not,
    /// As an expression.
    Expression(&'a Json),
    /// Within the expression of the whole list, which a plan gives for blocks
    /// that the provider's schema calls an attribute (`ingress`, `route`).
    Within(&'a Json),
    /// As a block with attributes of its own.
    Block(&'a Json),
    /// As blocks of one name.
    Blocks(&'a [Json]),
    /// The plan does not tell, as for dynamic blocks.
    Somehow,
}

impl<'a> Written<'a> {
    fn of(written: Option<&'a Json>) -> Self {
        match written {
            None | Some(Json::Null) => Self::Not,
            Some(Json::Array(blocks)) => Self::Blocks(blocks),
            Some(object) => {
                let leaf =
                    ["references", "constant_value"].iter().any(|key| object.get(key).is_some());
                let empty = object.as_object().is_some_and(serde_json::Map::is_empty);
                if leaf || empty { Self::Expression(object) } else { Self::Block(object) }
            }
        }
    }

    /// How an attribute of a value that is written so is written.
    fn attribute(self, name: &str) -> Self {
        match self {
            Self::Block(block) => Self::of(block.get(name)),
            Self::Expression(whole) | Self::Within(whole) => Self::Within(whole),
            // Partly known, so written in a way that the plan does not show.
            Self::Not | Self::Blocks(_) | Self::Somehow => Self::Somehow,
        }
    }

    /// How the item with these known values is written. Blocks of a set stand
    /// in another order in the plan than in the source.
    fn item(self, index: usize, value: &Json) -> Self {
        match self {
            Self::Blocks(blocks) => {
                let mut fitting = blocks.iter().filter(|block| fits(block, value));
                let block = match (fitting.next(), fitting.next()) {
                    (Some(only), None) => Some(only),
                    _ => blocks.get(index),
                };
                block.map_or(Self::Somehow, Self::Block)
            }
            Self::Expression(whole) | Self::Within(whole) => Self::Within(whole),
            Self::Block(_) | Self::Not | Self::Somehow => Self::Somehow,
        }
    }

    fn expression(self) -> &'a Json {
        match self {
            Self::Expression(expression) | Self::Within(expression) => expression,
            _ => &Json::Null,
        }
    }
}

/// Whether the constants of a block are the values.
fn fits(block: &Json, values: &Json) -> bool {
    block.as_object().into_iter().flatten().all(|(name, expression)| {
        match (expression.get("constant_value"), values.get(name)) {
            (Some(constant), Some(value)) => {
                Node::from(constant).text() == Node::from(value).text()
            }
            _ => true,
        }
    })
}

/// The types of resource whose id an attribute of a rule or route takes.
fn takes(attribute: &str) -> &'static [&'static str] {
    match attribute {
        "security_groups" => &["aws_security_group", "aws_default_security_group"],
        "prefix_list_ids" => &["aws_ec2_managed_prefix_list", "aws_vpc_endpoint"],
        "gateway_id" => &["aws_internet_gateway", "aws_vpn_gateway"],
        "nat_gateway_id" => &["aws_nat_gateway"],
        "egress_only_gateway_id" => &["aws_egress_only_internet_gateway"],
        "transit_gateway_id" => &["aws_ec2_transit_gateway"],
        "vpc_peering_connection_id" => &["aws_vpc_peering_connection"],
        "vpc_endpoint_id" => &["aws_vpc_endpoint"],
        "network_interface_id" => &["aws_network_interface"],
        "instance_id" => &["aws_instance"],
        _ => &[],
    }
}

impl Builder<'_> {
    /// All attributes of the instance.
    pub(super) fn build(&self) -> Node {
        let written = self
            .scope
            .resource(self.instance)
            .map_or(Written::Somehow, |resource| Written::Block(&resource.expressions));
        self.node(self.instance.values, self.instance.unknown, self.instance.sensitive, written, "")
    }

    fn node(
        &self,
        value: &Json,
        unknown: &Json,
        sensitive: &Json,
        written: Written<'_>,
        path: &str,
    ) -> Node {
        let origin = Some(self.places.origin(path, self.origin));
        if sensitive == &Json::Bool(true) {
            return Node::at(Value::Secret, origin);
        }
        if unknown == &Json::Bool(true) {
            return Node::at(self.referred(written, path), origin);
        }
        let value = match value {
            Json::Object(entries) => {
                let mut names: Vec<&String> = entries.keys().collect();
                if let Json::Object(more) = unknown {
                    names.extend(more.keys().filter(|key| !entries.contains_key(*key)));
                }
                Value::Map(
                    names
                        .into_iter()
                        .map(|name| {
                            let step = crate::source::draft::escape(name);
                            let node = self.node(
                                entries.get(name).unwrap_or(&Json::Null),
                                unknown.get(name).unwrap_or(&Json::Null),
                                sensitive.get(name).unwrap_or(&Json::Null),
                                written.attribute(name),
                                &format!("{path}/{step}"),
                            );
                            (name.clone(), node)
                        })
                        .collect(),
                )
            }
            Json::Array(items) => self.list(items, unknown, sensitive, written, path),
            Json::Null => match unknown {
                // A block whose every attribute is unknown has no values.
                Json::Object(_) => {
                    return self.node(
                        &Json::Object(serde_json::Map::new()),
                        unknown,
                        sensitive,
                        written,
                        path,
                    );
                }
                _ => Value::Absent,
            },
            plain => Node::from(plain).value,
        };
        Node::at(value, origin)
    }

    fn list(
        &self,
        items: &[Json],
        unknown: &Json,
        sensitive: &Json,
        written: Written<'_>,
        path: &str,
    ) -> Value {
        let unknowns = unknown.as_array().map(Vec::as_slice).unwrap_or_default();
        let count = items.len().max(unknowns.len());
        // An attribute, not blocks: unknown items are told by the references,
        // where there are as many.
        if unknowns.contains(&Json::Bool(true))
            && let Written::Expression(expression) = written
        {
            let named = self.scope.referred(expression, self.instance).named;
            let missing = unknowns.iter().filter(|item| **item == Json::Bool(true)).count();
            if named.len() == missing {
                let known = items.iter().zip(unknowns).filter(|(_, u)| **u != Json::Bool(true));
                let known = known.map(|(item, _)| Node::from(item));
                let referred = named.into_iter().map(|named| Node::new(self.reference(named)));
                return Value::List(known.chain(referred).collect());
            }
        }
        Value::List(
            (0..count)
                .map(|index| {
                    let null = &Json::Null;
                    let value = items.get(index).unwrap_or(null);
                    self.node(
                        value,
                        unknowns.get(index).unwrap_or(null),
                        sensitive.get(index).unwrap_or(null),
                        written.item(index, value),
                        &format!("{path}/{index}"),
                    )
                })
                .collect(),
        )
    }

    /// What an unknown attribute will be of.
    fn referred(&self, written: Written<'_>, path: &str) -> Value {
        let expression = written.expression();
        let Referred { mut named, rest } = self.scope.referred(expression, self.instance);
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Written::Within(_) = written {
            // Of the references of all blocks, those that can stand here; which
            // of several, the plan does not tell.
            let types = takes(name);
            named.retain(|named| types.contains(&named.kind.as_str()));
            named.truncate(if named.len() == 1 { 1 } else { 0 });
        }
        match named.len() {
            0 if matches!(written, Written::Not)
                && self.instance.created
                && !self.places.wrote(path) =>
            {
                Value::Unknown(Reason::KnownAfterApply { expression: None })
            }
            0 => Value::Unknown(Reason::KnownAfterApply {
                expression: Some(words(expression).unwrap_or_else(|| {
                    path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
                })),
            }),
            // One value is of the one resource: of a condition's branches, the
            // plan would know any other. Lists have names in the plural.
            1 if rest.is_none()
                || !name.ends_with('s')
                || matches!(written, Written::Within(_)) =>
            {
                self.reference(named.swap_remove(0))
            }
            _ => {
                let rest = rest.map(|rest| {
                    Node::new(Value::Unknown(Reason::KnownAfterApply { expression: Some(rest) }))
                });
                let named = named.into_iter().map(|named| Node::new(self.reference(named)));
                Value::List(named.chain(rest).collect())
            }
        }
    }

    fn reference(&self, named: super::configuration::Named) -> Value {
        let resource = format!("{}{}", self.prefix, named.address);
        // What AWS makes with a VPC is an attribute of it.
        let id = match (named.kind.as_str(), named.attribute.as_str()) {
            ("aws_vpc" | "aws_default_vpc", "default_security_group_id") => {
                default_resources::security_group_id(&resource)
            }
            ("aws_vpc" | "aws_default_vpc", "default_network_acl_id") => {
                default_resources::network_acl_id(&resource)
            }
            ("aws_vpc" | "aws_default_vpc", "default_route_table_id" | "main_route_table_id") => {
                default_resources::route_table_id(&resource)
            }
            _ => resource,
        };
        Value::Reference(Reference { id, attribute: named.attribute, resource_type: named.kind })
    }
}

/// The references of an expression, for messages.
fn words(expression: &Json) -> Option<String> {
    expression.get("references")?.as_array()?.first()?.as_str().map(str::to_owned)
}
