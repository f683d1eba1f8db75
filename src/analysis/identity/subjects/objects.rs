//! Resources with their policies.

use std::borrow::Cow;

use super::super::evaluate::{
    Formula, Layer, OWN_ACCOUNT, OWN_REGION, Place, Policy, PolicySet, Resource,
};
use super::{Subjects, given_name, own, place, role, user};
use crate::model::{PolicyDocument, Reason, ResourceRef};

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
        let (path, document) = self.policy_of(reference);
        let mut policy = document.map(|document| {
            let name = format!("policy of {}", reference.id);
            Layer::of([Policy::new(
                name,
                place(&reference.collection, &reference.id, path),
                &document,
            )])
        });
        if let Some(reason) = self.gap(&reference.collection, &reference.id, path) {
            let words = format!("the policy of {} ({reason})", reference.id);
            policy.get_or_insert_default().unknown.push(words);
        }
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
            "log_groups" => format!("arn:aws:logs:{region}:{account}:log-group:{}", or_any(name)),
            _ => return None,
        })
    }

    /// Where the policy of a resource stands, and what it says.
    fn policy_of(&self, reference: &ResourceRef) -> (&'static str, Option<PolicyDocument>) {
        let id = &reference.id;
        let model = self.model;
        match reference.collection.as_str() {
            "s3_buckets" => {
                ("/policy", model.s3_buckets.get(id).and_then(|found| found.policy.clone()))
            }
            "secrets" => ("/policy", model.secrets.get(id).and_then(|found| found.policy.clone())),
            "kms_keys" => (
                "/policy",
                model.kms_keys.get(id).map(|found| {
                    found.policy.clone().unwrap_or_else(|| {
                        default_key_policy(found.account.as_deref().unwrap_or(OWN_ACCOUNT))
                    })
                }),
            ),
            "opensearch_domains" => (
                "/access_policy",
                model.opensearch_domains.get(id).and_then(|found| found.access_policy.clone()),
            ),
            "iam_roles" => (
                "/assume_role_policy",
                model.iam_roles.get(id).and_then(|found| found.assume_role_policy.clone()),
            ),
            _ => ("/policy", None),
        }
    }

    /// Why the policy of a resource that is not in the model could not be read,
    /// by its ARN; see [`Self::unread`].
    pub fn unread_policy(&self, arn: &str) -> Option<&Reason> {
        let mut fields = arn.splitn(6, ':').skip(2);
        let (service, region, name) = (fields.next()?, fields.next()?, fields.nth(1)?);
        let (collection, path) = match service {
            "s3" => ("s3_buckets", "/policy"),
            "secretsmanager" => ("secrets", "/policy"),
            "kms" => ("kms_keys", "/policy"),
            "es" => ("opensearch_domains", "/access_policy"),
            "iam" if name.starts_with("role/") => ("iam_roles", "/assume_role_policy"),
            _ => return None,
        };
        self.unread(collection, path, region)
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

/// A policy that lets the identity policies of an account decide.
pub fn delegating_policy(account: &str) -> Layer {
    Layer::of([Policy::new("policy", Place::Nowhere, &delegating(account, "*"))])
}

/// What a key says that was given no policy.
///
/// Source: the AWS KMS developer guide, "Default key policy".
fn default_key_policy(account: &str) -> PolicyDocument {
    delegating(account, "kms:*")
}

fn delegating(account: &str, action: &str) -> PolicyDocument {
    use crate::model::{Effect, Principal as Named, Statement};
    PolicyDocument {
        version: Some("2012-10-17".to_owned()),
        statements: vec![Statement {
            effect: Effect::Allow,
            principals: vec![Named { kind: "AWS".to_owned(), value: account.to_owned() }],
            actions: vec![action.to_owned()],
            resources: vec!["*".to_owned()],
            ..Statement::default()
        }],
    }
}
