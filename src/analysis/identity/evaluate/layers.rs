//! What the policies of one kind say of a request.

use std::collections::BTreeMap;

use super::decision::{Deciding, LayerKind};
use super::formula::Formula;
use super::policy::Layer;
use super::principal::Naming;
use super::request::Request;
use super::statement;
use crate::model::Effect;

/// What the policies of one kind say.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// On what it depends that they allow.
    pub allow: Formula,
    /// On what it depends that they deny.
    pub deny: Formula,
    /// Of policies that name principals: on what each way of naming allows.
    pub by_naming: BTreeMap<Naming, Formula>,
    /// The statements that have a part in it.
    pub statements: Vec<Deciding>,
    /// Allow statements about the action that come to nothing.
    pub near: Vec<Deciding>,
}

impl Said {
    /// What is said where there are no policies.
    pub fn nothing() -> Self {
        Self {
            allow: Formula::False,
            deny: Formula::False,
            by_naming: BTreeMap::new(),
            statements: Vec::new(),
            near: Vec::new(),
        }
    }

    /// On what it depends that one of these ways of naming allows.
    pub fn by(&self, namings: &[Naming]) -> Formula {
        Formula::any(namings.iter().filter_map(|naming| self.by_naming.get(naming)).cloned())
    }
}

/// Holds every statement of a layer against a request.
pub(super) fn say(kind: LayerKind, layer: &Layer, request: &Request, has_boundary: bool) -> Said {
    use LayerKind as Kind;
    let with_principals = matches!(kind, Kind::Resource | Kind::ResourceControl | Kind::Endpoint);
    let mut said = Said::nothing();
    let (mut allow, mut deny) = (Vec::new(), Vec::new());
    let mut by_naming: BTreeMap<Naming, Vec<Formula>> = BTreeMap::new();
    for policy in &layer.policies {
        for found in policy.statements.iter() {
            let held = statement::hold(found, request, with_principals, has_boundary);
            let when = held.formula(with_principals);
            let deciding = || Deciding {
                layer: kind,
                policy: policy.clone(),
                index: found.index,
                sid: found.sid.clone(),
                effect: found.effect,
                when: when.clone(),
                miss: held.miss,
            };
            if when.is_false() {
                if found.effect == Effect::Allow
                    && held.miss.is_some_and(|miss| miss != statement::Miss::Action)
                {
                    said.near.push(deciding());
                }
                continue;
            }
            said.statements.push(deciding());
            match found.effect {
                Effect::Deny => deny.push(when),
                Effect::Allow => {
                    for (naming, named) in held.namings {
                        let granted = named.and(held.rest.clone());
                        by_naming.entry(naming).or_default().push(granted);
                    }
                    allow.push(when);
                }
            }
        }
    }
    for unknown in &layer.unknown {
        allow.push(Formula::other(format!("{unknown} allows it")));
        deny.push(Formula::other(format!("{unknown} denies it")));
        if with_principals {
            let granted = Formula::other(format!("{unknown} allows it"));
            by_naming.entry(Naming::Everyone).or_default().push(granted);
        }
    }
    said.allow = Formula::any(allow);
    said.deny = Formula::any(deny);
    said.by_naming =
        by_naming.into_iter().map(|(naming, parts)| (naming, Formula::any(parts))).collect();
    said
}
