//! What a method needs of its target besides permissions on it.

use super::methods::{Gains, Method, Need};
use super::nodes::Node;
use super::prerequisites::COGNITO;
use super::verify::{Step, Verifier};
use crate::analysis::identity::evaluate::{
    Context, Outcome, PolicySet, Principal, PrincipalKind, Request, Value, decide,
};

impl Verifier<'_> {
    /// What a method needs of its target; `None` where it is not so.
    pub fn needs(&self, method: &Method, node: &Node, is_caller: bool) -> Option<Step> {
        let mut open = Vec::new();
        let name = &node.reference.id;
        if method.gains == Gains::Administrator && self.is_untold(node, "/permissions_boundary") {
            open.push(format!("the permissions boundary of {name} is not known"));
        }
        if let Some(service) = &method.service {
            open.extend(match method.needs.contains(&Need::CognitoFederation) {
                true => self.trusts_federation(node, COGNITO)?,
                false => self.trusts(node, service)?,
            });
        }
        let user = self.model().iam_users.get(name).filter(|_| !is_caller);
        for need in &method.needs {
            match need {
                Need::Password | Need::NoPassword
                    if user.is_some_and(|user| user.password_enabled.is_none()) =>
                {
                    open.push(format!("whether {name} has a console password is not known"));
                }
                Need::OlderVersion => {
                    open.push("what older versions of the policy say is not known".to_owned());
                }
                Need::ManagedInstance => open.push(format!(
                    "whether Systems Manager manages the instance of {name} is not known"
                )),
                Need::OnAnInstance => {
                    open.push("on which instances it can run commands is not known".to_owned());
                }
                Need::LaunchTemplate => open.push(format!(
                    "what starts instances from the launch template of {name} is not known"
                )),
                Need::JobQueue => {
                    open.push("whether there is a job queue is not known".to_owned());
                }
                Need::Carrier => {
                    open.push(format!("whether something of that kind runs as {name} is not known"))
                }
                Need::ExecService
                    if !self
                        .model()
                        .ecs_services
                        .values()
                        .any(|service| service.enable_execute_command == Some(true)) =>
                {
                    open.push("whether the service has ECS Exec is not known".to_owned());
                }
                _ => {}
            }
        }
        Some(Step { permissions: Vec::new(), open })
    }

    fn let_in(
        &self,
        node: &Node,
        principal: Principal,
        action: &str,
        who: &str,
    ) -> Option<Vec<String>> {
        let number = self.nodes.number(&node.reference.collection, &node.reference.id)?;
        let key = (number, who.to_owned());
        let known = self.trusts.read().ok().and_then(|known| known.get(&key).cloned());
        if let Some(known) = known {
            return known;
        }
        let found = self.let_in_anew(node, principal, action, who);
        if let Ok(mut known) = self.trusts.write() {
            known.insert(key, found.clone());
        }
        found
    }

    /// Whether a role lets a service assume it for this account; `None` if it
    /// does not, else what that depends on.
    fn trusts(&self, node: &Node, service: &str) -> Option<Vec<String>> {
        let principal = Principal {
            kind: PrincipalKind::Service,
            arn: service.to_owned(),
            ..Principal::default()
        };
        self.let_in(node, principal, "sts:AssumeRole", service)
    }

    fn trusts_federation(&self, node: &Node, provider: &str) -> Option<Vec<String>> {
        let principal = Principal {
            kind: PrincipalKind::Identity,
            arn: provider.to_owned(),
            ..Principal::default()
        };
        self.let_in(node, principal, "sts:AssumeRoleWithWebIdentity", provider)
    }

    fn let_in_anew(
        &self,
        node: &Node,
        principal: Principal,
        action: &str,
        who: &str,
    ) -> Option<Vec<String>> {
        let object = self.subjects.object(&node.reference, "")?;
        let mut policies = PolicySet::default();
        self.subjects.add_object(&object, &mut policies);
        let mut context = Context::default();
        if let Some(account) = &node.account {
            context.set("aws:SourceAccount", Value::one(account));
        }
        let request = Request::new(principal, action, object.resource, context);
        match decide(&request, &policies).outcome {
            Outcome::Allowed => Some(Vec::new()),
            Outcome::Conditional(formula) => {
                Some(vec![format!("{} trusts {who} if {formula}", node.reference.id)])
            }
            Outcome::Denied { .. } => None,
        }
    }

    fn is_untold(&self, node: &Node, path: &str) -> bool {
        crate::analysis::identity::open(self.snapshot, &node.reference, path).is_some()
    }
}
