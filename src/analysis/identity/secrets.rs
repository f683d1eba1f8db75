//! Which secrets principals may read.

use std::collections::{BTreeMap, HashMap};

use super::effective::{Effective, READ_SECRET};
use super::{Documents, glob, permissions, statement};
use crate::model::{GrantedAction, Model, StatementRef};

/// The random characters that AWS appends to a secret's name in its ARN, as
/// patterns leave them open.
const OPEN_END: &str = "-??????";

/// The secrets of a model, by what policies may call them.
#[derive(Debug)]
pub(super) struct Secrets<'m> {
    model: &'m Model,
    by_name: HashMap<&'m str, &'m str>,
    /// By ARN, also without the random characters.
    by_arn: HashMap<&'m str, &'m str>,
}

impl<'m> Secrets<'m> {
    pub fn new(model: &'m Model) -> Self {
        let mut found = Self { model, by_name: HashMap::new(), by_arn: HashMap::new() };
        for (id, secret) in &model.secrets {
            if let Some(name) = &secret.name {
                found.by_name.entry(name).or_insert(id);
            }
            if let Some(arn) = &secret.arn {
                found.by_arn.entry(arn).or_insert(id);
                let stem = arn.len().checked_sub(OPEN_END.len()).and_then(|end| arn.get(..end));
                if let Some(stem) = stem {
                    found.by_arn.entry(stem).or_insert(id);
                }
            }
        }
        found
    }

    /// Secrets that statements let read: keys, or patterns that reach beyond
    /// the secrets of the model. What is denied, or past a boundary, is left
    /// out; what secrets' own policies let read is there too.
    pub fn readable(
        &self,
        documents: &Documents<'_>,
        by_effect: &Effective<'_>,
    ) -> Vec<GrantedAction> {
        let mut found: BTreeMap<String, Vec<StatementRef>> = BTreeMap::new();
        for (place, allowed) in permissions::allowing(documents) {
            if !statement::covers_action(allowed, READ_SECRET) {
                continue;
            }
            if !allowed.not_resources.is_empty() {
                found.entry("*".to_owned()).or_default().push(place.clone());
            }
            for pattern in &allowed.resources {
                let named = self.named(pattern).unwrap_or(pattern);
                if self.is_about_secrets(named) {
                    found.entry(named.to_owned()).or_default().push(place.clone());
                }
            }
        }
        found.retain(|secret, _| by_effect.may_read(secret));
        for (secret, statements) in by_effect.named_by_secrets() {
            found.entry(secret).or_default().extend(statements);
        }
        let granted = |(resource, statements)| GrantedAction {
            action: READ_SECRET.to_owned(),
            resource,
            statements,
        };
        found.into_iter().map(granted).collect()
    }

    /// The one secret that a pattern names: by reference, by ARN, or by ARN
    /// with AWS's six random characters left open.
    fn named(&self, pattern: &str) -> Option<&'m str> {
        if let Some(id) = pattern.strip_prefix("ref:secrets/") {
            return self.model.secrets.get_key_value(id).map(|(id, _)| id.as_str());
        }
        let name = pattern.split(":secret:").nth(1)?;
        let stem = name.strip_suffix(OPEN_END).unwrap_or(name);
        let arn = pattern.strip_suffix(OPEN_END).unwrap_or(pattern);
        let known = self.by_arn.get(pattern).or_else(|| self.by_name.get(stem));
        if let Some(id) = known.or_else(|| self.by_arn.get(arn).filter(|_| arn != pattern)) {
            return Some(id);
        }
        // Wildcards elsewhere; the name up to the first must be in the ARN.
        let start = name.split(['*', '?']).next().unwrap_or_default();
        let wild = !stem.contains('*') && pattern.contains(['*', '?']);
        let arns = self.model.secrets.iter().filter(|_| wild);
        arns.filter_map(|(id, secret)| Some((id, secret.arn.as_deref()?)))
            .find(|(_, arn)| arn.contains(start) && glob::matches(pattern, arn))
            .map(|(id, _)| id.as_str())
    }

    /// Whether a pattern can match a secret at all.
    fn is_about_secrets(&self, pattern: &str) -> bool {
        if self.model.secrets.contains_key(pattern) || pattern.starts_with("ref:secrets/") {
            return true;
        }
        if pattern.starts_with("ref:") {
            return false;
        }
        // Up to its first wildcard it must go with the ARN of a secret.
        let named = pattern.split(['*', '?']).next().unwrap_or_default();
        let goes_with = |partition: &&str| {
            let beginning = format!("arn:{partition}:secretsmanager:");
            beginning.starts_with(named) || named.starts_with(&beginning)
        };
        ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc", "${AWS::Partition}"]
            .iter()
            .any(goes_with)
            || !pattern.starts_with("arn:")
    }
}
