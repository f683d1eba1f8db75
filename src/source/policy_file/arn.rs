//! ARNs in `Resource` and `NotResource`.
//!
//! Sources: the IAM user guide, "IAM JSON policy elements: Resource", and
//! "IAM policy validation check reference" (invalid ARN prefix, invalid
//! partition, missing ARN field, ARN Region not allowed).

use std::rc::Rc;

use super::{Kind, Reader, Yaml};
use crate::model::Effect;

impl Reader {
    pub(super) fn resources(
        &mut self,
        node: Option<&Rc<Yaml>>,
        what: &str,
        effect: Effect,
    ) -> Vec<String> {
        let Some(node) = node else { return Vec::new() };
        let found = self.strings(node, what);
        for (resource, at) in &found {
            self.resource(resource, at, what, effect);
        }
        found.into_iter().map(|(resource, _)| resource).collect()
    }

    fn resource(&mut self, resource: &str, at: &Yaml, what: &str, effect: Effect) {
        self.variables_in(resource, at);
        let free = matches!(self.kind, Kind::Resource | Kind::Endpoint);
        let arn = resource.starts_with("arn:");
        if resource.is_empty() || !(free || arn || resource.chars().all(|c| c == '*')) {
            let help = "write an ARN, which begins with arn:, or \"*\"";
            self.error(&at.span, format!("{what} is neither an ARN nor \"*\""), help);
        } else if arn {
            match wrong_arn(resource) {
                Some((message, help)) => self.error(&at.span, message, help),
                None if fields(resource).len() < 6 => self.short_arn(at, effect),
                None => self.early_variable(resource, at),
            }
        }
    }

    /// An ARN that leaves out fields at its end: AWS completes it in policies
    /// of identities and refuses it in those of sessions.
    fn short_arn(&mut self, at: &Yaml, effect: Effect) {
        let help = "write arn:partition:service:region:account:resource";
        match self.kind {
            Kind::Session => self.error(&at.span, "the ARN has fewer than six fields", help),
            Kind::Resource | Kind::Trust | Kind::ResourceControl | Kind::Endpoint => {
                if effect == Effect::Allow {
                    let message = "the ARN has fewer than six fields and matches nothing";
                    self.warning(&at.span, message, help);
                }
            }
            Kind::Identity | Kind::ServiceControl => {
                let message = "the ARN has fewer than six fields; AWS takes * for the rest";
                self.warning(&at.span, message, help);
            }
        }
    }

    fn early_variable(&mut self, resource: &str, at: &Yaml) {
        let before = fields(resource);
        if self.has_variables && before.iter().take(5).any(|field| field.contains("${")) {
            self.warning(
                &at.span,
                "a policy variable before the fifth colon of an ARN matches nothing",
                "write variables in the last field only",
            );
        }
    }
}

/// The six fields of an ARN, or as many as it has. The colons of variables
/// divide nothing.
fn fields(arn: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut inside) = (0, false);
    let mut before = ' ';
    for (at, character) in arn.char_indices() {
        match character {
            '{' if before == '$' => inside = true,
            '}' => inside = false,
            ':' if !inside && found.len() < 5 => {
                found.push(arn.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
        before = character;
    }
    found.push(arn.get(start..).unwrap_or_default());
    found
}

/// What is wrong with the ARN of a resource, and what to do.
fn wrong_arn(arn: &str) -> Option<(String, &'static str)> {
    let fields = fields(arn);
    let field = |number: usize| fields.get(number).copied().unwrap_or_default();
    let (partition, service, region) = (field(1), field(2), field(3));
    if !is_partition(partition) {
        return Some((
            format!("the ARN {arn} has no partition of AWS's"),
            "write aws, aws-cn, aws-us-gov or *",
        ));
    }
    if service.is_empty() {
        return Some((
            format!("the ARN {arn} names no service"),
            "write arn:partition:service:region:account:resource",
        ));
    }
    if service.contains(['*', '?']) {
        return Some((
            format!("the service of the ARN {arn} has a wildcard"),
            "name the service, or write \"*\" for every resource",
        ));
    }
    let plain = !region.is_empty() && !region.contains(['*', '?', '$']);
    (service == "iam" && plain).then(|| {
        (
            format!("the ARN {arn} names a region, and IAM has none"),
            "leave the region empty: arn:aws:iam::account:resource",
        )
    })
}

/// Whether a field may be a partition: all begin with `aws`.
fn is_partition(field: &str) -> bool {
    field.starts_with("aws") || field.contains(['*', '?', '$'])
}
