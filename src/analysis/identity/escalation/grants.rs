//! What principals are allowed at most, for finding out quickly what cannot
//! be: Allow statements alone, conditions taken as met.

use std::collections::HashMap;
use std::sync::Arc;

use super::bits::Bits;
use super::methods::{Method, On, is_assume};
use super::nodes::{Kind, Nodes};
use crate::analysis::identity::catalogue;
use crate::analysis::identity::glob::matches_action;
use crate::model::{Effect, InlinePolicy, Model, PolicyDocument, Statement};

/// The actions of all methods, by number.
#[derive(Debug, Default)]
pub(super) struct Actions {
    names: Vec<String>,
    /// Those that are about nodes.
    about_nodes: Vec<bool>,
}

impl Actions {
    pub fn of(methods: &[Method]) -> Self {
        let mut found = Self::default();
        for permission in methods.iter().flat_map(|method| &method.permissions) {
            let number = found.number(&permission.action).unwrap_or_else(|| {
                found.names.push(permission.action.clone());
                found.about_nodes.push(false);
                found.names.len() - 1
            });
            if matches!(permission.on, On::Target | On::Policy | On::Group)
                && let Some(about) = found.about_nodes.get_mut(number)
            {
                *about = true;
            }
        }
        found
    }

    pub fn number(&self, action: &str) -> Option<usize> {
        self.names.iter().position(|name| name == action)
    }

    /// The actions that a caller must be allowed by its own policies, or by a
    /// function's, for a method; a role may be assumed by its trust policy alone.
    pub fn required(&self, method: &Method) -> Bits {
        let mut found = Bits::none(self.names.len());
        for permission in &method.permissions {
            if let Some(number) = self.number(&permission.action)
                && !is_assume(&permission.action)
            {
                found.insert(number);
            }
        }
        found
    }

    fn matching(&self, covers: impl Fn(&str) -> bool) -> Bits {
        let mut found = Bits::none(self.names.len());
        for (number, name) in self.names.iter().enumerate() {
            if covers(name) {
                found.insert(number);
            }
        }
        found
    }
}

/// What a principal is allowed at most.
#[derive(Debug, Clone)]
pub(super) struct Grants {
    /// Actions that some statement allows on something.
    pub actions: Bits,
    /// The nodes that an action is allowed on, for actions about nodes.
    on: Vec<Option<Bits>>,
}

impl Grants {
    /// The nodes that an action is allowed on.
    pub fn on(&self, action: usize) -> Option<&Bits> {
        self.on.get(action)?.as_ref()
    }
}

/// An Allow statement that is about an action of a method.
#[derive(Debug, Clone)]
struct Allow {
    actions: Bits,
    /// `None` for every node.
    nodes: Option<Arc<Bits>>,
}

type Compiled = Arc<Vec<Allow>>;

/// Compiles documents; keeps what it learns of patterns.
pub(super) struct Compiler<'a> {
    model: &'a Model,
    nodes: &'a Nodes,
    actions: &'a Actions,
    of_patterns: HashMap<String, Bits>,
    of_resources: HashMap<String, Arc<Bits>>,
    managed: HashMap<String, Compiled>,
    /// What policies of functions let any principal do.
    functions: Option<Compiled>,
}

impl<'a> Compiler<'a> {
    pub fn new(model: &'a Model, nodes: &'a Nodes, actions: &'a Actions) -> Self {
        Self {
            model,
            nodes,
            actions,
            of_patterns: HashMap::new(),
            of_resources: HashMap::new(),
            managed: HashMap::new(),
            functions: None,
        }
    }

    /// What policies of functions let some principal do: one that is not a
    /// service.
    fn functions(&mut self) -> Compiled {
        if let Some(known) = &self.functions {
            return known.clone();
        }
        let model = self.model;
        let policies = model.lambda_functions.values().filter_map(|one| one.policy.as_ref());
        let allowing = policies.flat_map(|policy| &policy.statements).filter(|statement| {
            let mut named = statement.principals.iter().chain(&statement.not_principals);
            statement.effect == Effect::Allow && named.any(|one| one.kind != "Service")
        });
        let compiled: Compiled = Arc::new(allowing.filter_map(|one| self.statement(one)).collect());
        self.functions = Some(compiled.clone());
        compiled
    }

    /// What a user or role is allowed at most; `None` for other nodes.
    pub fn grants(&mut self, number: usize) -> Option<Grants> {
        let model = self.model;
        let node = self.nodes.all.get(number)?;
        let id = node.reference.id.as_str();
        let mut compiled: Vec<Compiled> = Vec::new();
        match node.kind {
            Kind::User => {
                let user = model.iam_users.get(id)?;
                self.holder(&user.inline_policies, &user.attached_policies, &mut compiled);
                for group in user.groups.iter().filter_map(|group| model.iam_groups.get(group)) {
                    self.holder(&group.inline_policies, &group.attached_policies, &mut compiled);
                }
            }
            Kind::Role => {
                let role = model.iam_roles.get(id)?;
                self.holder(&role.inline_policies, &role.attached_policies, &mut compiled);
            }
            Kind::Group | Kind::Policy => return None,
        }
        compiled.push(self.functions());
        Some(self.joined(&compiled))
    }

    fn joined(&self, compiled: &[Compiled]) -> Grants {
        let count = self.actions.names.len();
        let mut grants = Grants { actions: Bits::none(count), on: vec![None; count] };
        for allow in compiled.iter().flat_map(|statements| statements.iter()) {
            grants.actions.extend(&allow.actions);
            for action in allow.actions.iter() {
                if self.actions.about_nodes.get(action) != Some(&true) {
                    continue;
                }
                let Some(on) = grants.on.get_mut(action) else { continue };
                match &allow.nodes {
                    Some(nodes) => {
                        on.get_or_insert_with(|| Bits::none(self.nodes.len())).extend(nodes);
                    }
                    None => *on = Some(Bits::all(self.nodes.len())),
                }
            }
        }
        grants
    }

    fn holder(&mut self, inline: &[InlinePolicy], attached: &[String], found: &mut Vec<Compiled>) {
        for policy in inline {
            found.push(self.document(&policy.document));
        }
        for name in attached {
            if let Some(known) = self.managed.get(name) {
                found.push(known.clone());
                continue;
            }
            let compiled = match self.model.iam_policies.get(name) {
                Some(policy) => policy.document.as_ref().map(|document| self.document(document)),
                None => catalogue::managed_policy(name)
                    .filter(|_| name.contains(':'))
                    .map(|document| self.document(&document)),
            }
            .unwrap_or_default();
            self.managed.insert(name.clone(), compiled.clone());
            found.push(compiled);
        }
    }

    fn document(&mut self, document: &PolicyDocument) -> Compiled {
        let allowing = document.statements.iter().filter(|found| found.effect == Effect::Allow);
        Arc::new(allowing.filter_map(|found| self.statement(found)).collect())
    }

    fn statement(&mut self, found: &Statement) -> Option<Allow> {
        let mut actions = Bits::none(self.actions.names.len());
        if found.not_actions.is_empty() {
            for pattern in &found.actions {
                actions.extend(self.covered(pattern));
            }
        } else {
            let not = &found.not_actions;
            actions = self
                .actions
                .matching(|name| !not.iter().any(|pattern| matches_action(pattern, name)));
        }
        if actions.is_empty() {
            return None;
        }
        let about_nodes =
            actions.iter().any(|action| self.actions.about_nodes.get(action) == Some(&true));
        let everything = !found.not_resources.is_empty()
            || found.resources.iter().any(|pattern| pattern.chars().all(|c| c == '*'));
        if everything {
            return Some(Allow { actions, nodes: None });
        }
        let mut nodes = Bits::none(self.nodes.len());
        if about_nodes {
            for pattern in &found.resources {
                if let Some(known) = self.of_resources.get(pattern) {
                    nodes.extend(known);
                    continue;
                }
                let matching = Arc::new(self.nodes.matching(pattern));
                nodes.extend(&matching);
                self.of_resources.insert(pattern.clone(), matching);
            }
        }
        Some(Allow { actions, nodes: Some(Arc::new(nodes)) })
    }

    /// The actions that a pattern covers.
    fn covered(&mut self, pattern: &str) -> &Bits {
        let actions = self.actions;
        self.of_patterns
            .entry(pattern.to_owned())
            .or_insert_with(|| actions.matching(|name| matches_action(pattern, name)))
    }
}
