//! The shortest ways to administrator rights, over several principals.

use rayon::prelude::*;

use super::bits::Bits;
use super::grants::{Actions, Grants};
use super::methods::{Gains, Method, On, Target, is_assume};
use super::nodes::{Kind, Nodes};
use super::prerequisites::Prerequisites;
use super::verify::{Caller, Step, Verifier};

/// How many targets of one method are tried for a caller before the search
/// leaves it open whether another would do.
const MOST_TRIES: usize = 512;

/// The next step of a principal on its way.
#[derive(Debug, Clone)]
pub(super) struct Next {
    pub method: usize,
    /// The principal whose rights it gains; `None` for administrator rights.
    pub to: Option<usize>,
    /// The principal that the step turns to.
    pub target: Option<usize>,
    pub step: Step,
}

/// What the search is over.
pub(super) struct Search<'a> {
    pub methods: &'a [Method],
    pub nodes: &'a Nodes,
    pub actions: &'a Actions,
    /// By node; `None` for what makes no requests.
    pub grants: &'a [Option<Grants>],
    pub prerequisites: &'a Prerequisites,
    /// By method: the actions that the caller's own policies must allow.
    pub required: Vec<Bits>,
    pub verifier: &'a Verifier<'a>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// By node: the next step; `None` where there is no way, or no need of one.
    pub next: Vec<Option<Next>>,
    /// Callers whose targets were too many to try all.
    pub cut: Bits,
}

/// What one look at a caller gave.
enum Look {
    Nothing,
    Cut,
    Way(Box<Next>),
}

impl Search<'_> {
    /// The way of every principal to one of `ends`, or to administrator rights
    /// where `to_administrator`: first over steps that are certain, then over
    /// others.
    pub fn run(&self, ends: &Bits, to_administrator: bool) -> Found {
        let mut found = Found { next: vec![None; self.nodes.len()], cut: self.none() };
        // Nodes by their distance from the end.
        let mut settled = ends.clone();
        let mut levels: Vec<Bits> = vec![ends.clone()];
        for certain_only in [true, false] {
            let mut distance = 0;
            while let Some(level) = levels.get(distance).cloned() {
                let reached = self.reaching(
                    &level,
                    &settled,
                    certain_only,
                    to_administrator && distance == 0,
                    &mut found,
                );
                distance += 1;
                if levels.len() == distance && reached.is_empty() {
                    break;
                }
                settled.extend(&reached);
                match levels.get_mut(distance) {
                    Some(level) => level.extend(&reached),
                    None => levels.push(reached),
                }
            }
        }
        found
    }

    fn none(&self) -> Bits {
        Bits::none(self.nodes.len())
    }

    /// The principals, not settled yet, that reach a node of `level` in one
    /// step; their steps are noted.
    fn reaching(
        &self,
        level: &Bits,
        settled: &Bits,
        certain_only: bool,
        to_administrator: bool,
        found: &mut Found,
    ) -> Bits {
        let ways: Vec<(usize, Look)> = (0..self.nodes.len())
            .into_par_iter()
            .filter(|number| !settled.has(*number))
            .filter_map(|number| {
                let grants = self.grants.get(number)?.as_ref()?;
                let look = self.look(number, grants, level, certain_only, to_administrator);
                (!matches!(look, Look::Nothing)).then_some((number, look))
            })
            .collect();
        let mut reached = self.none();
        for (number, look) in ways {
            match look {
                Look::Way(next) => {
                    if let Some(place) = found.next.get_mut(number) {
                        *place = Some(*next);
                        reached.insert(number);
                    }
                }
                Look::Cut => found.cut.insert(number),
                Look::Nothing => {}
            }
        }
        reached
    }

    fn look(
        &self,
        number: usize,
        grants: &Grants,
        level: &Bits,
        certain_only: bool,
        to_administrator: bool,
    ) -> Look {
        let mut caller: Option<Caller<'_>> = None;
        let mut is_cut = false;
        for (index, method) in self.methods.iter().enumerate() {
            let to_end = method.gains == Gains::Administrator;
            if (to_end && !to_administrator) || (certain_only && method.is_never_certain()) {
                continue;
            }
            let Some(mut targets) = self.candidates(number, grants, index, method) else {
                continue;
            };
            if !to_end {
                targets.keep(level);
            }
            if method.target != Target::None && targets.is_empty() {
                continue;
            }
            if caller.is_none() {
                caller = self.verifier.caller(number);
            }
            let Some(caller) = &caller else { return Look::Nothing };
            self.keep_possible(caller, method, &mut targets);
            if method.target != Target::None && targets.is_empty() {
                continue;
            }
            let usable = |step: &Step| !certain_only || step.open.is_empty();
            // What does not rest on the target, before targets are tried.
            let alone = self.verifier.free_choices(caller, method).filter(usable);
            if alone.is_none() {
                continue;
            }
            if method.target == Target::None {
                if let Some(step) = self.verifier.step_alone(caller, method).filter(usable) {
                    return way(index, None, None, step);
                }
                continue;
            }
            for (tries, target) in targets.iter().enumerate() {
                if tries == MOST_TRIES {
                    is_cut = true;
                    break;
                }
                if let Some(step) = self.verifier.step(caller, method, target).filter(usable) {
                    return way(index, (!to_end).then_some(target), Some(target), step);
                }
            }
        }
        if is_cut { Look::Cut } else { Look::Nothing }
    }

    /// Drops targets that a caller cannot turn to because something stops it
    /// for all of them: a boundary, a Deny, an organization's policy.
    fn keep_possible(&self, caller: &Caller<'_>, method: &Method, targets: &mut Bits) {
        for permission in &method.permissions {
            if !matches!(permission.on, On::Target | On::Policy | On::Group)
                || self.verifier.may(caller, method, &permission.action)
            {
                continue;
            }
            if permission.on == On::Target && is_assume(&permission.action) {
                // Roles that let it in by itself do not ask its own policies.
                let (itself, _) = self.prerequisites.trusting(caller.number, None);
                targets.keep(&itself);
            } else {
                *targets = self.none();
            }
        }
    }

    /// The nodes that a caller may be able to turn to by a method; `None`
    /// where it cannot for want of a permission.
    fn candidates(
        &self,
        number: usize,
        grants: &Grants,
        index: usize,
        method: &Method,
    ) -> Option<Bits> {
        if !grants.actions.covers(self.required.get(index)?) {
            return None;
        }
        let node = self.nodes.all.get(number)?;
        let mut targets = self.prerequisites.targets.get(index)?.clone();
        match method.target {
            Target::None => {}
            Target::Caller | Target::SelfRole | Target::SelfUser => {
                if !targets.has(number) {
                    return None;
                }
                targets = self.none();
                targets.insert(number);
            }
            Target::User | Target::Role | Target::Group => targets.remove(number),
        }
        if method.needs.contains(&super::methods::Need::CallerIsUser) && node.kind != Kind::User {
            return None;
        }
        for permission in &method.permissions {
            let action = self.actions.number(&permission.action)?;
            let assumes = permission.on == On::Target && is_assume(&permission.action);
            match permission.on {
                On::Target if assumes => {
                    let account = node.account.as_deref();
                    let (itself, by_account) = self.prerequisites.trusting(number, account);
                    let mut assumable = by_account.clone();
                    match grants.on(action) {
                        Some(allowed) => assumable.keep(allowed),
                        None => assumable = self.none(),
                    }
                    assumable.extend(&itself);
                    targets.keep(&assumable);
                }
                On::Target => targets.keep(grants.on(action)?),
                On::Policy | On::Group => {
                    targets.keep(&self.prerequisites.holders_of(grants.on(action)?));
                }
                On::Any | On::Instance | On::Function | On::Provider => {}
            }
        }
        Some(targets)
    }
}

fn way(method: usize, to: Option<usize>, target: Option<usize>, step: Step) -> Look {
    Look::Way(Box::new(Next { method, to, target, step }))
}
