//! The evaluation of IAM policies: may a principal do an action on a resource,
//! and by which statements.
//!
//! The answer is exact in what is known and open in what is not: a condition
//! key that is not known gives a conditional answer with the formula that it
//! depends on, unless nothing depends on it.
//!
//! Source: the IAM user guide, "Policy evaluation logic" with its pages on one
//! account and on several; the AWS Organizations user guide, "SCP evaluation"
//! and "RCP evaluation".

pub mod condition;
pub mod context;
pub mod decision;
pub mod formula;
mod layers;
pub mod pattern;
pub mod policy;
pub mod principal;
mod public_access;
pub mod request;
mod special;
pub mod statement;
#[cfg(test)]
mod tests;
pub mod variables;

pub use context::{Context, Value};
pub use decision::{Deciding, Decision, LayerKind, Outcome};
pub use formula::{Fact, Formula};
pub use policy::{Layer, Place, Policy, PolicySet, Shared};
pub use principal::{Naming, Principal, PrincipalKind};
pub use request::{Request, Resource};

use layers::{Said, say};

/// Stands in ARNs for the account that templates are deployed to, where its
/// number is not given.
pub const OWN_ACCOUNT: &str = "<account>";
/// Stands in ARNs for the region that templates are deployed to.
pub const OWN_REGION: &str = "<region>";

/// How both begin; no name of AWS's has it.
const OWN_PREFIX: char = '<';

/// Decides a request.
pub fn decide(request: &Request, policies: &PolicySet) -> Decision {
    let mut assumptions = policies.assumptions.clone();
    if let (None, Some(account)) = (&request.resource.account, &request.principal.account) {
        assumptions.push(format!("the resource belongs to the principal's account, {account}"));
    }
    assumptions.extend(public_access::assumption(request, policies));
    let settled = |outcome, reason: &str| Decision {
        outcome,
        reason: reason.to_owned(),
        statements: Vec::new(),
        near: Vec::new(),
        assumptions: assumptions.clone(),
    };
    if special::needs_no_permission(request) {
        return settled(Outcome::Allowed, "the action needs no permission and cannot be denied");
    }
    let mut decision = conclude(gates(request, policies), grant(request, policies));
    let denied = matches!(decision.outcome, Outcome::Denied { explicit: true, .. });
    if special::is_owned_by_aws(request) && !denied {
        let outcome = Outcome::Denied { explicit: false, layer: LayerKind::AwsOwned };
        return settled(outcome, "the resource is AWS's own, which nobody can change");
    }
    if special::is_kept_within_account(request) && !denied {
        let outcome = Outcome::Denied { explicit: false, layer: LayerKind::Resource };
        return settled(outcome, "the service lets nobody of another account do it");
    }
    decision.assumptions = assumptions;
    decision
}

/// Both sides of a decision, before they are weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sides {
    /// On what it depends that the request is granted.
    pub granted: Formula,
    /// On what it depends that a statement denies it.
    pub denied: Formula,
    /// Every statement that has a part in it.
    pub statements: Vec<Deciding>,
}

/// Both sides of a decision, for who asks what could be denied.
pub fn sides(request: &Request, policies: &PolicySet) -> Sides {
    let (gates, grant) = (gates(request, policies), grant(request, policies));
    let allow = gates.iter().map(|(_, said)| said.allow.clone());
    let granted = Formula::all(allow).and(grant.granted);
    let layers: Vec<Said> = gates.into_iter().chain(grant.said).map(|(_, said)| said).collect();
    Sides {
        granted,
        denied: Formula::any(layers.iter().map(|said| said.deny.clone())),
        statements: layers.into_iter().flat_map(|said| said.statements).collect(),
    }
}

/// On what it depends that the policy of a resource lets a principal in,
/// whatever other policies say.
pub fn lets_in(request: &Request, policy: &Layer) -> Formula {
    let said = say(LayerKind::Resource, policy, request, false);
    said.allow.and(said.deny.negate())
}

/// Policies that must let a request through, whoever grants it.
fn gates(request: &Request, policies: &PolicySet) -> Vec<(LayerKind, Said)> {
    let principal = &request.principal;
    let exempt = |account: &Option<String>| {
        account.as_ref().is_some_and(|account| policies.management_accounts.contains(account))
    };
    let mut found = Vec::new();
    // Service control policies bind the account's users, roles and root.
    if principal.account.is_some() && !exempt(&principal.account) && !principal.is_service_linked()
    {
        for level in &policies.service_control {
            found.push((
                LayerKind::ServiceControl,
                say(LayerKind::ServiceControl, level, request, false),
            ));
        }
    }
    let owner = request.resource.account.as_ref().or(principal.account.as_ref()).cloned();
    if special::is_resource_controlled(request) && !exempt(&owner) && !principal.is_service_linked()
    {
        for level in &policies.resource_control {
            let mut said = say(LayerKind::ResourceControl, level, request, false);
            // RCPFullAWSAccess is attached to every level and cannot be taken
            // off.
            said.allow = Formula::True;
            said.statements.retain(|found| found.effect == crate::model::Effect::Deny);
            found.push((LayerKind::ResourceControl, said));
        }
    }
    if let Some(endpoint) = &policies.endpoint {
        found.push((LayerKind::Endpoint, say(LayerKind::Endpoint, endpoint, request, false)));
    }
    if let Some(allow) = public_access::lets_through(request, policies) {
        found.push((LayerKind::PublicAccessBlock, Said { allow, ..Said::nothing() }));
    }
    found
}

/// What grants a request: the layers that have a part in it, on what it
/// depends, and where an Allow is missing if it is not granted.
struct Grant {
    said: Vec<(LayerKind, Said)>,
    granted: Formula,
    missing: LayerKind,
}

fn grant(request: &Request, policies: &PolicySet) -> Grant {
    use LayerKind as Kind;
    let principal = &request.principal;
    let has_boundary = policies.boundary.is_some();
    let resource =
        policies.resource.as_ref().map(|layer| say(Kind::Resource, layer, request, has_boundary));
    let on_resource = resource.clone().unwrap_or_else(Said::nothing);
    let direct = on_resource.by(&[Naming::Itself, Naming::Everyone]);
    let with_resource = |said: Vec<(Kind, Said)>| {
        resource.into_iter().map(|found| (Kind::Resource, found)).chain(said).collect()
    };
    match principal.kind {
        PrincipalKind::Service | PrincipalKind::Identity | PrincipalKind::Anonymous => {
            return Grant {
                said: with_resource(Vec::new()),
                granted: direct,
                missing: Kind::Resource,
            };
        }
        _ => {}
    }
    let mut said = Vec::new();
    let mut limit = |kind, layer: &Option<Layer>| match layer {
        Some(layer) => {
            let found = say(kind, layer, request, false);
            let allow = found.allow.clone();
            said.push((kind, found));
            allow
        }
        None => Formula::True,
    };
    let boundary = limit(Kind::Boundary, &policies.boundary);
    let session = limit(Kind::Session, &policies.session);
    let limits = boundary.clone().and(session.clone());
    let own = say(Kind::Identity, &policies.identity, request, false);
    let identity = match principal.kind {
        // Root may do everything that nothing denies.
        PrincipalKind::Root => Formula::True,
        _ => own.allow.clone(),
    };
    said.insert(0, (Kind::Identity, own));
    let own_side = identity.clone().and(limits.clone());
    let by_role = on_resource.by(&[Naming::Role]);
    let by_account = on_resource.by(&[Naming::Account]);
    let must = special::must_be_allowed_by_resource(request);
    let granted = if !request.is_same_account() {
        let any = Formula::any([direct.clone(), by_role.clone(), by_account.clone()]);
        own_side.clone().and(any)
    } else if must {
        Formula::any([
            direct.clone(),
            by_role.clone().and(limits.clone()),
            by_account.clone().and(own_side.clone()),
        ])
    } else {
        Formula::any([direct.clone(), by_role.clone().and(limits.clone()), own_side.clone()])
    };
    let on_resource_side = Formula::any([direct, by_role, by_account]);
    let missing = if (must || !request.is_same_account()) && on_resource_side.is_false() {
        Kind::Resource
    } else if identity.is_false() {
        Kind::Identity
    } else if boundary.is_false() {
        Kind::Boundary
    } else if session.is_false() {
        Kind::Session
    } else {
        Kind::Identity
    };
    Grant { said: with_resource(said), granted, missing }
}

fn conclude(gates: Vec<(LayerKind, Said)>, grant: Grant) -> Decision {
    let blocked = gates.iter().find(|(_, said)| said.allow.is_false()).map(|(kind, _)| *kind);
    let granted = Formula::all(gates.iter().map(|(_, said)| said.allow.clone())).and(grant.granted);
    let layers: Vec<(LayerKind, Said)> = gates.into_iter().chain(grant.said).collect();
    let denied = Formula::any(layers.iter().map(|(_, said)| said.deny.clone()));
    let allowed = granted.clone().and(denied.clone().negate());
    let statements = |keep: &dyn Fn(&Deciding) -> bool| -> Vec<Deciding> {
        let all = layers.iter().flat_map(|(_, said)| &said.statements);
        all.filter(|found| keep(found)).cloned().collect()
    };
    let is_deny = |found: &Deciding| found.effect == crate::model::Effect::Deny;
    let (outcome, reason, statements, near) = if denied.is_true() {
        let found = statements(&|found| is_deny(found) && found.when.is_true());
        let layer = found.first().map_or(grant.missing, |found| found.layer);
        let reason = format!("a statement of {} denies it", layer.with_article());
        (Outcome::Denied { explicit: true, layer }, reason, found, Vec::new())
    } else if granted.is_false() {
        let layer = blocked.unwrap_or(grant.missing);
        let near = layers
            .iter()
            .filter(|(kind, _)| *kind == layer)
            .flat_map(|(_, said)| said.near.iter().cloned())
            .collect();
        let reason = match layer {
            LayerKind::PublicAccessBlock => "S3 Block Public Access restricts the bucket, whose policy is public, to its owner's account and services of AWS".to_owned(),
            layer => format!("no statement of {} allows it", layer.with_article()),
        };
        (Outcome::Denied { explicit: false, layer }, reason, Vec::new(), near)
    } else if allowed.is_true() {
        let found = statements(&|found| !is_deny(found) && found.when.is_true());
        (Outcome::Allowed, "statements allow it and none denies it".to_owned(), found, Vec::new())
    } else if allowed.is_false() {
        let found = statements(&is_deny);
        let layer = found.first().map_or(grant.missing, |found| found.layer);
        let reason = "wherever statements allow it, others deny it".to_owned();
        (Outcome::Denied { explicit: true, layer }, reason, found, Vec::new())
    } else {
        let reason = "it depends on what is not known".to_owned();
        (Outcome::Conditional(allowed), reason, statements(&|_| true), Vec::new())
    };
    Decision { outcome, reason, statements, near, assumptions: Vec::new() }
}
