//! Policies of an organization.
//!
//! Sources: the AWS Organizations user guide, "SCP syntax" and "RCP syntax". An
//! SCP has the whole language of IAM but `Principal` and `NotPrincipal`.

use super::{Effect, Kind, Reader, Statement, Yaml};

impl Reader {
    /// What every policy of an organization needs.
    pub(super) fn organization(&mut self, root: &Yaml) {
        let is_one = matches!(self.kind, Kind::ServiceControl | Kind::ResourceControl);
        if is_one && !self.has_variables {
            let at = root.get("Version").map_or(&root.span, |version| &version.span);
            let message = format!("{} is of Version 2012-10-17", self.kind.words());
            self.error(at, message, "write \"Version\": \"2012-10-17\"");
        }
    }

    pub(super) fn resource_control(&mut self, node: &Yaml, statement: &Statement) {
        if self.kind != Kind::ResourceControl {
            return;
        }
        let everyone = statement.principals.iter().all(|principal| principal.value == "*");
        if !statement.not_principals.is_empty() || !everyone {
            let help = "write \"Principal\": \"*\" and tell principals apart by a Condition";
            self.error(&node.span, "a resource control policy names every principal", help);
        }
        // RCPFullAWSAccess itself.
        let everything = statement.actions == ["*"]
            && statement.resources == ["*"]
            && statement.conditions.is_empty();
        if statement.effect == Effect::Allow && !everything {
            self.error(
                &node.span,
                "a resource control policy of your own cannot allow",
                "write \"Effect\": \"Deny\"; RCPFullAWSAccess allows the rest",
            );
        }
        if statement.effect == Effect::Deny
            && let Some(action) = node.get("Action")
            && statement.actions.iter().any(|found| matches!(found.as_str(), "*" | "*:*"))
        {
            self.error(
                &action.span,
                "a resource control policy of your own names the services that it is about",
                "write \"s3:*\" for all actions of S3",
            );
        }
        if !statement.not_actions.is_empty() {
            let help = "list the actions in Action";
            self.error(&node.span, "a resource control policy has no NotAction", help);
        }
    }
}
