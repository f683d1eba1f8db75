//! Resources with their policies.

use std::borrow::Cow;

use super::super::evaluate::pattern::{Cover, cover, literal, pieces};
use super::super::evaluate::{
    Formula, Layer, OWN_ACCOUNT, OWN_REGION, Place, Policy, PolicySet, Resource,
};
use super::super::resource_policies::{self, Kind};
use super::{Subjects, given_name, own, place, role, user};
use crate::model::{Reason, ResourceRef};

/// A resource with its policy.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// Its key in the model, where it is in it.
    pub reference: Option<ResourceRef>,
    /// Its names and account.
    pub resource: Resource,
    /// Its policy, where it has one.
    pub policy: Option<Layer>,
}

impl Subjects<'_> {
    /// The resource of the model at a reference; `below` follows its name, such
    /// as `/key` for an object of a bucket.
    pub fn object(&self, reference: &ResourceRef, below: &str) -> Option<Object> {
        let found = self.model.get(reference)?;
        let account = found.account().map_or_else(|| OWN_ACCOUNT.to_owned(), own);
        let named = |name: &str| format!("ref:{}/{name}{below}", reference.collection);
        let arn = found.arn().map(str::to_owned).or_else(|| self.arn(reference));
        let arn = match arn {
            Some(arn) => format!("{arn}{below}"),
            // An ARN of which nothing is known.
            None => "arn:*:*:*:*:*".to_owned(),
        };
        let policy = self.policy_of(reference, below);
        Some(Object {
            reference: Some(reference.clone()),
            resource: Resource { names: vec![arn, named(&reference.id)], account: Some(account) },
            policy,
        })
    }

    /// The ARN of a resource that has none yet, with `*` and `?` for what AWS
    /// makes up.
    fn arn(&self, reference: &ResourceRef) -> Option<String> {
        let found = self.model.get(reference)?;
        let account = found.account().map_or_else(|| OWN_ACCOUNT.to_owned(), own);
        let region = found.region().map_or_else(|| OWN_REGION.to_owned(), str::to_owned);
        let name = given_name(found.id(), found.name());
        let or_any = |name: Option<Cow<'_, str>>| name.unwrap_or(Cow::Borrowed("*")).into_owned();
        Some(match reference.collection.as_str() {
            "s3_buckets" => format!("arn:aws:s3:::{}", or_any(name)),
            "secrets" => match name {
                Some(name) => {
                    format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????")
                }
                None => format!("arn:aws:secretsmanager:{region}:{account}:secret:*"),
            },
            "kms_keys" => format!("arn:aws:kms:{region}:{account}:key/*"),
            "iam_roles" => self.model.iam_roles.get(&reference.id).map(role)?.arn,
            "iam_users" => self.model.iam_users.get(&reference.id).map(user)?.arn,
            "sqs_queues" => format!("arn:aws:sqs:{region}:{account}:{}", or_any(name)),
            "sns_topics" => format!("arn:aws:sns:{region}:{account}:{}", or_any(name)),
            "lambda_functions" => {
                format!("arn:aws:lambda:{region}:{account}:function:{}", or_any(name))
            }
            "log_groups" => format!("arn:aws:logs:{region}:{account}:log-group:{}", or_any(name)),
            _ => return None,
        })
    }

    /// The policy of a resource, or of the version or alias of a function that
    /// `below` names.
    fn policy_of(&self, reference: &ResourceRef, below: &str) -> Option<Layer> {
        let id = &reference.id;
        let qualified = reference.collection == "lambda_functions" && !below.is_empty();
        let held = match resource_policies::of_collection(&reference.collection)? {
            Kind::Held(held) if !qualified => held,
            _ => return Some(not_held(&format!("{id}{below}"))),
        };
        let mut policy = resource_policies::policy(self.model, reference).map(|document| {
            let place = place(&reference.collection, id, held.path);
            Layer::of([Policy::new(format!("policy of {id}"), place, &document)])
        });
        if let Some(reason) = self.gap(&reference.collection, id, held.path) {
            let words = format!("the policy of {id} ({reason})");
            policy.get_or_insert_default().unknown.push(words);
        }
        policy
    }

    /// The version or alias of a function that a text names, by the key or the
    /// ARN of the one or the other: the function, and what follows its name.
    pub fn qualified(&self, text: &str) -> Option<(ResourceRef, String)> {
        let functions = &self.model.lambda_functions;
        let found = |id: &str, below: &str| {
            Some((ResourceRef::new("lambda_functions", id), below.to_owned()))
        };
        let (function, qualifier) = match text.match_indices(':').nth(6) {
            Some((end, _)) if text.starts_with("arn:") => text.split_at(end),
            _ => (text, ""),
        };
        if let Some(id) = functions
            .values()
            .find(|one| !qualifier.is_empty() && one.arn.as_deref() == Some(function))
            .map(|one| &one.id)
        {
            return found(id, qualifier);
        }
        let of = functions.values().find(|one| one.qualified.iter().any(|known| known == text))?;
        found(&of.id, if qualifier.is_empty() { ":*" } else { qualifier })
    }

    /// The resource whose policy the model holds and that is called by this ARN,
    /// though the source does not tell its ARN.
    pub fn by_arn(&self, arn: &str) -> Option<ResourceRef> {
        let Some(Kind::Held(held)) = resource_policies::of_arn(arn) else { return None };
        let asked = literal(arn);
        let is_called = |reference: &ResourceRef| {
            let known = self.model.get(reference).and_then(|found| found.arn().map(str::to_owned));
            let own = known.or_else(|| self.arn(reference)).filter(|own| !own.contains('*'));
            own.is_some_and(|own| cover(&pieces(&own), &asked) == Cover::Whole)
        };
        let ids = self.model.ids(held.collection).into_iter();
        let mut found =
            ids.map(|id| ResourceRef::new(held.collection, id)).filter(|one| is_called(one));
        found.next().filter(|_| found.next().is_none())
    }

    /// Why the policy of a resource that is not in the model could not be read,
    /// by its ARN; see [`Self::unread`].
    pub fn unread_policy(&self, arn: &str) -> Option<&Reason> {
        let region = arn.split(':').nth(3)?;
        match resource_policies::of_arn(arn)? {
            Kind::Held(held) => self.unread(held.collection, held.path, region),
            Kind::NotHeld => None,
        }
    }

    /// Adds the policies on the resource's side.
    pub fn add_object(&self, object: &Object, set: &mut PolicySet) {
        set.resource.clone_from(&object.policy);
        set.restricts_public_buckets =
            object.reference.as_ref().and_then(|found| self.restricts_public(found));
        let owner = object.resource.account.as_deref().unwrap_or_default();
        if let Some(levels) =
            self.organizations.get(owner).and_then(|found| found.resource_control.clone())
        {
            set.resource_control = levels;
        }
    }

    /// What S3 Block Public Access says of a bucket: the stricter of its own
    /// setting and its account's counts.
    fn restricts_public(&self, reference: &ResourceRef) -> Option<Formula> {
        const OWN: &str = "/restrict_public_buckets";
        const WHOLE: &str = "/s3_restrict_public_buckets";
        let bucket = self.model.s3_buckets.get(&reference.id)?;
        if reference.collection != "s3_buckets" {
            return None;
        }
        let setting = |value: Option<bool>, gap: Option<String>, whose: &str| match (value, gap) {
            (Some(value), _) => Some(Formula::constant(value)),
            (None, Some(reason)) => {
                Some(Formula::other(format!("RestrictPublicBuckets of {whose} is on ({reason})")))
            }
            (None, None) => None,
        };
        let id = &reference.id;
        let own =
            setting(bucket.restrict_public_buckets, self.gap(&reference.collection, id, OWN), id);
        // A template whose account is not named has one entry for it.
        let mut accounts = self.model.accounts.values();
        let account = match &bucket.account {
            Some(account) => self.model.accounts.get(account),
            None => accounts.next().filter(|_| accounts.next().is_none()),
        };
        let whole = account.and_then(|account| {
            let whose = match &bucket.account {
                Some(account) => format!("account {account}"),
                None => "its account".to_owned(),
            };
            let gap = self.gap("accounts", &account.id, WHOLE);
            setting(account.s3_restrict_public_buckets, gap, &whose)
        });
        match (own, whole) {
            (None, None) => None,
            (own, whole) => Some(Formula::any(own.into_iter().chain(whole))),
        }
    }
}

/// The policy of a resource for which the model has no place.
pub fn not_held(name: &str) -> Layer {
    let words = format!("the policy of {name} (policies of its kind are not read)");
    Layer { policies: Vec::new(), unknown: vec![words] }
}

/// A policy that lets the identity policies of an account decide.
pub fn delegating_policy(account: &str) -> Layer {
    let document = resource_policies::delegating(account, "*");
    Layer::of([Policy::new("policy", Place::Nowhere, &document)])
}
