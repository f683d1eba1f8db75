//! Whether a caller can take a step, exactly: by the evaluation of every
//! policy that has a say in it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::RwLock;

use super::methods::{Method, On, Permission, is_assume};
use super::nodes::{Node, Nodes};
use super::prerequisites::federated;
use crate::analysis::identity::evaluate::{
    Context, Outcome, PolicySet, Principal, Request, Resource, Value, decide,
};
use crate::analysis::identity::subjects::{Object, Subjects};
use crate::model::{GrantedAction, LambdaFunction, Model, Resource as _, Snapshot};

/// The policy that a caller attaches where it may choose.
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A step that a caller can take.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Step {
    /// The permissions that it uses.
    pub permissions: Vec<GrantedAction>,
    /// What it depends on and is not known, in words; nothing for a step that
    /// is certain.
    pub open: Vec<String>,
}

impl Step {
    /// Takes in a part of the step.
    pub fn join(&mut self, other: Self) {
        self.permissions.extend(other.permissions);
        self.open.extend(other.open);
    }
}

/// The facts that steps are held against.
pub(super) struct Verifier<'a> {
    pub snapshot: &'a Snapshot,
    pub subjects: &'a Subjects<'a>,
    pub nodes: &'a Nodes,
    /// What was found of who trusts a service or provider.
    pub trusts: Trusts,
    /// The functions that run with a role, by its key.
    pub functions: HashMap<&'a str, Vec<&'a LambdaFunction>>,
}

/// The functions of the model by the keys of their roles.
pub(super) fn functions(model: &Model) -> HashMap<&str, Vec<&LambdaFunction>> {
    let mut found: HashMap<&str, Vec<&LambdaFunction>> = HashMap::new();
    for function in model.lambda_functions.values() {
        if let Some(role) = &function.role {
            found.entry(role).or_default().push(function);
        }
    }
    found
}

/// By node and service: on what it depends that the node lets the service in;
/// `None` where it does not.
pub(super) type Trusts = RwLock<HashMap<(usize, String), Option<Vec<String>>>>;

/// A caller, with what was found out of it.
pub(super) struct Caller<'a> {
    pub number: usize,
    pub node: &'a Node,
    pub principal: Principal,
    pub policies: RefCell<PolicySet>,
    /// Permissions on any resource, by action.
    pub on_any: RefCell<HashMap<String, Option<Step>>>,
    /// Whether an action may be allowed on anything of IAM, by action and
    /// service.
    pub may: RefCell<HashMap<(String, Option<String>), bool>>,
}

impl<'a> Verifier<'a> {
    pub fn caller(&self, number: usize) -> Option<Caller<'a>> {
        let node = self.nodes.all.get(number)?;
        let principal = self.subjects.principal(&node.reference)?;
        let policies = self.subjects.policies(Some(&node.reference), &principal);
        Some(Caller {
            number,
            node,
            principal,
            policies: RefCell::new(policies),
            on_any: RefCell::default(),
            may: RefCell::default(),
        })
    }

    /// Whether a caller's own policies may allow an action on something of IAM.
    pub fn may(&self, caller: &Caller<'_>, method: &Method, action: &str) -> bool {
        let key = (action.to_owned(), method.service.clone());
        if let Some(known) = caller.may.borrow().get(&key) {
            return *known;
        }
        let resource = Resource {
            names: vec!["arn:*:iam::*:*".to_owned(), "ref:*".to_owned()],
            account: caller.principal.account.clone(),
        };
        let mut policies = caller.policies.borrow_mut();
        policies.resource = None;
        policies.resource_control.clear();
        let request =
            Request::new(caller.principal.clone(), action, resource, context(method, action));
        let found = decide(&request, &policies).outcome.may_be_allowed();
        caller.may.borrow_mut().insert(key, found);
        found
    }

    pub fn model(&self) -> &'a Model {
        &self.snapshot.model
    }

    /// The step of a method by which a caller turns to a target; `None` where
    /// it cannot.
    pub fn step(&self, caller: &Caller<'_>, method: &Method, target: usize) -> Option<Step> {
        let node = self.nodes.all.get(target)?;
        let mut step = self.needs(method, node, target == caller.number)?;
        for permission in &method.permissions {
            step.join(self.permission(caller, method, permission, Some(node))?);
        }
        Some(step)
    }

    /// What a method asks for on resources that the caller chooses; `None`
    /// where it is not allowed.
    pub fn free_choices(&self, caller: &Caller<'_>, method: &Method) -> Option<Step> {
        let mut step = Step::default();
        for permission in method.permissions.iter().filter(|found| found.on == On::Any) {
            step.join(self.on_any(caller, &permission.action)?);
        }
        Some(step)
    }

    /// The step of a method that turns to nobody.
    pub fn step_alone(&self, caller: &Caller<'_>, method: &Method) -> Option<Step> {
        let mut step = Step::default();
        for permission in &method.permissions {
            step.join(self.permission(caller, method, permission, None)?);
        }
        Some(step)
    }

    fn permission(
        &self,
        caller: &Caller<'_>,
        method: &Method,
        permission: &Permission,
        target: Option<&Node>,
    ) -> Option<Step> {
        let action = permission.action.as_str();
        match (permission.on, target) {
            (On::Any, _) => self.on_any(caller, action),
            (_, None) => None,
            (On::Target, Some(node)) => {
                let resource = Resource { names: node.names.clone(), account: owner(caller, node) };
                self.asked(caller, action, resource, context(method, action), Some(node))
            }
            (On::Policy, Some(node)) => best(self.policies_of(node).into_iter().map(|policy| {
                let resource =
                    Resource { names: policy.names.clone(), account: owner(caller, node) };
                self.asked(caller, action, resource, context(method, action), None)
            })),
            (On::Group, Some(node)) => best(self.groups_of(node).into_iter().map(|group| {
                let resource =
                    Resource { names: group.names.clone(), account: owner(caller, node) };
                self.asked(caller, action, resource, context(method, action), None)
            })),
            (On::Instance, Some(node)) => best(self.instances_of(node).into_iter().map(|names| {
                let resource = Resource { names, account: caller.principal.account.clone() };
                let mut step = self.asked(caller, action, resource, Context::default(), None)?;
                step.join(self.further_types(caller, action)?);
                Some(step)
            })),
            (On::Function, Some(node)) => {
                let known = best(
                    self.functions_of(node)
                        .into_iter()
                        .map(|function| self.asked_of(caller, action, &function)),
                );
                known.or_else(|| {
                    let mut step = self.on_any(caller, action)?;
                    let name = &node.reference.id;
                    step.open.push(format!("whether another function runs as {name} is not known"));
                    Some(step)
                })
            }
            (On::Provider, Some(node)) => {
                let role = self.model().iam_roles.get(&node.reference.id)?;
                let providers: Vec<&str> =
                    federated(role).filter(|found| found.contains(":saml-provider/")).collect();
                best(providers.into_iter().map(|provider| {
                    let resource =
                        Resource { names: vec![provider.to_owned()], account: owner(caller, node) };
                    self.asked(caller, action, resource, Context::default(), None)
                }))
            }
        }
    }

    /// Asks for one action on one resource.
    pub fn asked(
        &self,
        caller: &Caller<'_>,
        action: &str,
        resource: Resource,
        context: Context,
        trusting: Option<&Node>,
    ) -> Option<Step> {
        let object = trusting
            .filter(|_| is_assume(action))
            .and_then(|node| self.subjects.object(&node.reference, ""));
        let named = match trusting {
            Some(node) => node.reference.id.clone(),
            None => resource.names.first().cloned().unwrap_or_default(),
        };
        self.decided(caller, action, resource, context, object.as_ref(), named)
    }

    /// Asks for one action on a function, whose policy counts. Permissions that
    /// are not known of may let more in; what others let in, they do not undo.
    fn asked_of(&self, caller: &Caller<'_>, action: &str, function: &Object) -> Option<Step> {
        let mut resource = function.resource.clone();
        resource.account.clone_from(&caller.principal.account);
        let named = resource.names.first().cloned().unwrap_or_default();
        let decided = |object: &Object| {
            let (resource, named) = (resource.clone(), named.clone());
            self.decided(caller, action, resource, Context::default(), Some(object), named)
        };
        let mut known = function.clone();
        let open = known.policy.as_mut().map(|policy| std::mem::take(&mut policy.unknown));
        let certain = decided(&known);
        match open.is_some_and(|open| !open.is_empty()) {
            true => best([certain, decided(function)]),
            false => certain,
        }
    }

    fn decided(
        &self,
        caller: &Caller<'_>,
        action: &str,
        resource: Resource,
        context: Context,
        object: Option<&Object>,
        named: String,
    ) -> Option<Step> {
        let mut policies = caller.policies.borrow_mut();
        policies.resource = None;
        policies.resource_control.clear();
        if let Some(object) = object {
            self.subjects.add_object(object, &mut policies);
        }
        let request = Request::new(caller.principal.clone(), action, resource, context);
        let decision = decide(&request, &policies);
        let open = match &decision.outcome {
            Outcome::Allowed => Vec::new(),
            Outcome::Conditional(formula) => vec![format!("{action} is allowed if {formula}")],
            Outcome::Denied { .. } => return None,
        };
        let granted = GrantedAction {
            action: action.to_owned(),
            resource: named,
            statements: self.statements(caller, &decision),
        };
        Some(Step { permissions: vec![granted], open })
    }

    fn policies_of(&self, node: &Node) -> Vec<&'a Node> {
        super::carried::carried(self.model(), &node.reference)
            .into_iter()
            .filter(|id| {
                let policy = self.model().iam_policies.get(id);
                policy.is_some_and(|policy| policy.aws_managed != Some(true))
            })
            .filter_map(|id| self.nodes.all.get(self.nodes.number("iam_policies", id)?))
            .collect()
    }

    fn groups_of(&self, node: &Node) -> Vec<&'a Node> {
        let groups = self.model().iam_users.get(&node.reference.id).map(|user| &user.groups);
        groups
            .into_iter()
            .flatten()
            .filter_map(|id| self.nodes.all.get(self.nodes.number("iam_groups", id)?))
            .collect()
    }

    /// The functions that run with a role, with their policies.
    fn functions_of(&self, node: &Node) -> Vec<Object> {
        let found = self.functions.get(node.reference.id.as_str()).into_iter().flatten();
        found.filter_map(|function| self.subjects.object(&function.reference(), "")).collect()
    }

    /// The names of the instances that run with a role.
    fn instances_of(&self, node: &Node) -> Vec<Vec<String>> {
        let model = self.model();
        let runs = |profile: &Option<String>| {
            let profile = profile.as_ref().and_then(|id| model.iam_instance_profiles.get(id));
            profile.is_some_and(|profile| profile.roles.contains(&node.reference.id))
        };
        model
            .instances
            .values()
            .filter(|instance| runs(&instance.iam_instance_profile))
            .map(|instance| {
                let arn = instance.arn.clone().unwrap_or_else(|| {
                    let region = instance.region.as_deref().unwrap_or("*");
                    let account = node.account.as_deref().unwrap_or("*");
                    let id = if instance.id.starts_with("i-") { &instance.id } else { "*" };
                    format!("arn:aws:ec2:{region}:{account}:instance/{id}")
                });
                vec![arn, format!("ref:instances/{}", instance.id)]
            })
            .collect()
    }
}

/// What is said of the context of a step.
fn context(method: &Method, action: &str) -> Context {
    let mut context = Context::default();
    context.set("aws:SecureTransport", Value::one("true"));
    match action {
        "iam:PassRole" => {
            if let Some(service) = &method.service {
                context.set("iam:PassedToService", Value::one(service));
            }
        }
        "iam:AttachRolePolicy" | "iam:AttachUserPolicy" | "iam:AttachGroupPolicy" => {
            context.set("iam:PolicyARN", Value::one(ADMINISTRATOR));
            context.set("iam:PermissionsBoundary", Value::Absent);
        }
        // Targets have no boundary, else they would give nothing.
        "iam:PutRolePolicy" | "iam:PutUserPolicy" | "iam:CreateUser" | "iam:CreateRole" => {
            context.set("iam:PermissionsBoundary", Value::Absent);
        }
        _ => {}
    }
    context
}

fn owner(caller: &Caller<'_>, node: &Node) -> Option<String> {
    node.account.clone().or_else(|| caller.principal.account.clone())
}

/// The first certain step, else the first.
pub(super) fn best(steps: impl IntoIterator<Item = Option<Step>>) -> Option<Step> {
    let mut found: Option<Step> = None;
    for step in steps.into_iter().flatten() {
        if step.open.is_empty() {
            return Some(step);
        }
        found.get_or_insert(step);
    }
    found
}
