//! S3 Block Public Access: what its setting `RestrictPublicBuckets` leaves of
//! the access that a public bucket policy gives.
//!
//! Of the other settings, `BlockPublicPolicy` and `BlockPublicAcls` refuse
//! writes of public policies and ACLs, and `IgnorePublicAcls` is about ACLs.
//!
//! Source: the Amazon S3 user guide, "Blocking public access to your Amazon S3
//! storage", with its section "The meaning of 'public'".

use super::formula::Formula;
use super::policy::{Compiled, Layer, PolicySet};
use super::principal::PrincipalKind;
use super::request::Request;
use crate::analysis::identity::statement;
use crate::model::{Effect, Statement};

/// What a statement has to do with whether S3 takes its policy for public.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Openness {
    /// It opens nothing.
    #[default]
    Closed,
    /// It lets everyone in but for fixed values.
    Open,
    /// It denies everyone who lacks a value, which may close others.
    MayClose,
}

/// What a statement opens to everyone.
pub(super) fn openness(found: &Statement) -> Openness {
    let everyone = !found.not_principals.is_empty()
        || found.principals.iter().any(|principal| principal.value == "*");
    match found.effect {
        _ if !everyone => Openness::Closed,
        Effect::Allow if statement::asks_fixed_values(&found.conditions) => Openness::Closed,
        Effect::Allow => Openness::Open,
        Effect::Deny if statement::may_keep_strangers_off(&found.conditions) => Openness::MayClose,
        Effect::Deny => Openness::Closed,
    }
}

/// On what it depends that S3 takes the policy of a bucket for public.
fn is_public(policy: &Layer) -> Formula {
    let found = |openness: Openness| {
        let statements = policy.policies.iter().flat_map(|policy| policy.statements.iter());
        statements.map(|statement: &Compiled| statement.openness).any(|one| one == openness)
    };
    let unknown = policy.unknown.iter().map(|one| Formula::other(format!("{one} is public")));
    let known = match (found(Openness::Open), found(Openness::MayClose)) {
        (false, _) => Formula::False,
        (true, false) => Formula::True,
        (true, true) => Formula::other("S3 takes the bucket's policy for public"),
    };
    Formula::any(unknown.chain([known]))
}

/// Whether the setting could matter to a request at all: it is one of S3's
/// about a bucket, made from outside of the owner's account, and not by a
/// service of AWS's.
fn may_matter(request: &Request) -> bool {
    let about_bucket = |name: &String| {
        name.starts_with("ref:s3_buckets/")
            || (name.starts_with("arn:") && name.contains(":s3:::"))
            || name.contains(['*', '?'])
    };
    request.service() == "s3"
        && request.principal.kind != PrincipalKind::Service
        && !request.is_same_account()
        && request.resource.names.iter().any(about_bucket)
}

/// On what it depends that S3 Block Public Access lets a request through;
/// `None` where it has no part in it.
pub(super) fn lets_through(request: &Request, policies: &PolicySet) -> Option<Formula> {
    let restricted = policies.restricts_public_buckets.clone()?;
    let policy = policies.resource.as_ref().filter(|_| may_matter(request))?;
    Some(restricted.and(is_public(policy)).negate())
}

/// What is taken for granted where nobody said whether the setting is on.
pub(super) fn assumption(request: &Request, policies: &PolicySet) -> Option<String> {
    let policy = policies.resource.as_ref()?;
    let matters = policies.restricts_public_buckets.is_none()
        && may_matter(request)
        && !is_public(policy).is_false();
    matters.then(|| {
        "S3 Block Public Access does not restrict public buckets; nothing was said of it".to_owned()
    })
}
