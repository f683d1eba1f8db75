//! Permissions on resources that the caller chooses or makes.

use super::verify::{Caller, Step, Verifier, best};
use crate::analysis::identity::catalogue::Catalogue;
use crate::analysis::identity::evaluate::{Context, Resource};
use crate::analysis::identity::glob;

impl Verifier<'_> {
    /// Whether a caller may do an action on some resource that it chooses.
    pub fn on_any(&self, caller: &Caller<'_>, action: &str) -> Option<Step> {
        if let Some(known) = caller.on_any.borrow().get(action) {
            return known.clone();
        }
        let found = self.on_types(caller, action, |_| true);
        caller.on_any.borrow_mut().insert(action.to_owned(), found.clone());
        found
    }

    /// What an action on an instance is about besides the instance, such as
    /// the document of a command.
    pub fn further_types(&self, caller: &Caller<'_>, action: &str) -> Option<Step> {
        let others = |arn: &str| !arn.contains(":instance/") && !arn.contains(":managed-instance/");
        let (service, known) = Catalogue::get().action(action)?;
        if !service.resource_types_of(known).any(|(of, required)| required && others(of.arn)) {
            return Some(Step::default());
        }
        let mut found = self.on_types(caller, action, others)?;
        // The action itself is told with the instance.
        found.permissions.clear();
        Some(found)
    }

    /// Whether a caller may do an action on a resource of each type that a
    /// request must name, or of one of the types if it may choose.
    fn on_types(
        &self,
        caller: &Caller<'_>,
        action: &str,
        keep: impl Fn(&str) -> bool,
    ) -> Option<Step> {
        let ask = |name: String| {
            let account = caller.principal.account.clone();
            let resource = Resource { names: vec![name], account };
            self.asked(caller, action, resource, Context::default(), None)
        };
        let Some((service, known)) = Catalogue::get().action(action) else {
            return ask("*".to_owned());
        };
        let types: Vec<(&str, bool)> = service
            .resource_types_of(known)
            .map(|(of, required)| (of.arn, required))
            .filter(|(arn, _)| keep(arn))
            .collect();
        let of_type = |arn: &str| {
            let account = caller.principal.account.as_deref().unwrap_or_default();
            let any = ask(filled(arn, account, "x"));
            if any.as_ref().is_some_and(|step| step.open.is_empty()) {
                return any;
            }
            let named = Self::choices(caller, action, arn).into_iter().map(ask);
            best(std::iter::once(any).chain(named))
        };
        if types.is_empty() {
            return ask("*".to_owned());
        }
        if !types.iter().any(|(_, required)| *required) {
            return best(types.iter().map(|(arn, _)| of_type(arn)));
        }
        let mut found = Step::default();
        for (arn, _) in types.iter().filter(|(_, required)| *required) {
            let step = of_type(arn)?;
            found.open.extend(step.open);
            if found.permissions.is_empty() {
                found.permissions = step.permissions;
            }
        }
        Some(found)
    }

    /// Resources of a type that a caller's policies name.
    fn choices(caller: &Caller<'_>, action: &str, arn: &str) -> Vec<String> {
        let account = caller.principal.account.as_deref().unwrap_or_default();
        let wide = filled(arn, "*", "*");
        let mut found = Vec::new();
        let policies = caller.policies.borrow();
        for pattern in policies.identity.resources_of(action) {
            if !pattern.starts_with("arn:") {
                continue;
            }
            let named = pattern.replace(['*', '?'], "x");
            // As far as the account and region are open, they are the caller's.
            let named = with_own(pattern, &named, account);
            if glob::matches(&wide, &named) && !found.contains(&named) {
                found.push(named);
            }
        }
        found
    }
}

/// The form of an ARN with an account and with what stands for the rest.
fn filled(form: &str, account: &str, rest: &str) -> String {
    let mut found = String::new();
    let mut left = form;
    while let Some((before, after)) = left.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        found.push_str(before);
        found.push_str(match name {
            "Partition" => "aws",
            "Account" => account,
            _ => rest,
        });
        left = after;
    }
    found + left
}

/// A named resource with the caller's account where the pattern leaves it
/// open.
fn with_own(pattern: &str, named: &str, account: &str) -> String {
    let is_open = pattern.split(':').nth(4).is_some_and(|field| field.contains('*'));
    let mut fields: Vec<&str> = named.splitn(6, ':').collect();
    if let Some(field) = fields.get_mut(4).filter(|_| is_open) {
        *field = account;
    }
    fields.join(":")
}
