//! What principals may effectively do, and what policies grant.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use crate::model::{
    BroadGrant, Effect, EffectivePermissions, GrantedAction, Model, PolicyDocument, PolicyGrants,
    Reason, ResourceRef, Snapshot, Statement, StatementRef,
};

use super::effective::{Common, Effective, READ_SECRET};
use super::secrets::Secrets;
use super::subjects::Subjects;
use super::{Documents, broad, catalogue, statement};

pub(super) fn derive(snapshot: &mut Snapshot) {
    grants(snapshot);
    let found = of_principals(snapshot);
    for (principal, effective, reason) in found {
        if let Some(reason) = reason {
            super::gap(snapshot, &principal, "/effective", reason);
        }
        let model = &mut snapshot.model;
        let id = principal.id.as_str();
        let field = match principal.collection.as_str() {
            "iam_roles" => model.iam_roles.get_mut(id).map(|found| &mut found.effective),
            "iam_users" => model.iam_users.get_mut(id).map(|found| &mut found.effective),
            _ => model.iam_groups.get_mut(id).map(|found| &mut found.effective),
        };
        if let Some(field) = field {
            *field = Some(effective);
        }
    }
}

/// What each user, role and group may do, and why that may not be all.
fn of_principals(snapshot: &Snapshot) -> Vec<(ResourceRef, EffectivePermissions, Option<Reason>)> {
    let model = &snapshot.model;
    let common = Common::new(model, Subjects::new(snapshot));
    let secrets = Secrets::new(model);
    let managed = managed(model);
    let principals: Vec<ResourceRef> = ["iam_roles", "iam_users", "iam_groups"]
        .into_iter()
        .flat_map(|collection| {
            let ids = model.ids(collection).into_iter();
            ids.map(move |id| ResourceRef::new(collection, id))
        })
        .collect();
    principals
        .into_par_iter()
        .map(|principal| {
            let (mut documents, attached) = documents(model, &principal);
            let mut reasons: Vec<&Reason> =
                ["/inline_policies", "/attached_policies", "/groups", "/permissions_boundary"]
                    .into_iter()
                    .filter_map(|path| common.subjects.reason(&principal, path))
                    .collect();
            let mut missing = None;
            for (holder, path, name) in attached {
                match (model.iam_policies.contains_key(name), managed.get(name)) {
                    (true, _) => {
                        let policy = ResourceRef::new("iam_policies", name);
                        reasons.extend(common.subjects.reason(&policy, "/document"));
                    }
                    (false, Some(document)) => drop(documents.insert((holder, path), document)),
                    (false, None) => {
                        let target = name.to_owned();
                        missing = missing.or(Some(Reason::UnresolvedReference { target }));
                    }
                }
            }
            let account = model.get(&principal).and_then(|found| found.account());
            let by_effect = Effective::new(&common, &principal, account);
            let effective = effective(&documents, &by_effect, &secrets);
            let reason = reasons.into_iter().next().cloned().or(missing);
            (principal, effective, reason)
        })
        .collect()
}

/// AWS's managed policies that some principal carries, by their ARNs.
fn managed(model: &Model) -> HashMap<&str, PolicyDocument> {
    let roles = model.iam_roles.values().flat_map(|role| &role.attached_policies);
    let users = model.iam_users.values().flat_map(|user| &user.attached_policies);
    let groups = model.iam_groups.values().flat_map(|group| &group.attached_policies);
    let names: HashSet<&str> = roles
        .chain(users)
        .chain(groups)
        .map(String::as_str)
        .filter(|name| name.contains(':') && !model.iam_policies.contains_key(*name))
        .collect();
    let known = names.into_iter().map(|name| Some((name, catalogue::managed_policy(name)?)));
    known.flatten().collect()
}

/// A policy attached by name: who holds it, where, and its key or ARN.
type Attached<'m> = Vec<(ResourceRef, String, &'m str)>;

/// The documents of a principal, its groups' among them.
fn documents<'m>(model: &'m Model, principal: &ResourceRef) -> (Documents<'m>, Attached<'m>) {
    let mut found = Documents::new();
    let mut attached = Attached::new();
    let mut holders = vec![principal.clone()];
    if let Some(user) =
        model.iam_users.get(&principal.id).filter(|_| principal.collection == "iam_users")
    {
        holders.extend(user.groups.iter().map(|group| ResourceRef::new("iam_groups", group)));
    }
    for holder in holders {
        let (inline, names) = match holder.collection.as_str() {
            "iam_roles" => match model.iam_roles.get(&holder.id) {
                Some(role) => (&role.inline_policies, &role.attached_policies),
                None => continue,
            },
            "iam_users" => match model.iam_users.get(&holder.id) {
                Some(user) => (&user.inline_policies, &user.attached_policies),
                None => continue,
            },
            _ => match model.iam_groups.get(&holder.id) {
                Some(group) => (&group.inline_policies, &group.attached_policies),
                None => continue,
            },
        };
        for (index, policy) in inline.iter().enumerate() {
            let path = format!("/inline_policies/{index}/document");
            found.insert((holder.clone(), path), &policy.document);
        }
        for (index, name) in names.iter().enumerate() {
            attached.push((holder.clone(), format!("/attached_policies/{index}"), name.as_str()));
            if let Some(document) = model.iam_policies.get(name).and_then(|p| p.document.as_ref()) {
                let policy = ResourceRef::new("iam_policies", name);
                found.insert((policy, "/document".to_owned()), document);
            }
        }
    }
    (found, attached)
}

/// Statements that allow, with their places.
pub(super) fn allowing<'m>(
    documents: &Documents<'m>,
) -> impl Iterator<Item = (StatementRef, &'m Statement)> {
    documents.iter().flat_map(|((holder, path), document)| {
        let document: &'m PolicyDocument = document;
        document
            .statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| statement.effect == Effect::Allow)
            .map(move |(index, statement)| {
                let place = StatementRef {
                    collection: holder.collection.clone(),
                    id: holder.id.clone(),
                    // One of AWS's stands nowhere; its name does.
                    path: match path.starts_with("/attached_policies/") {
                        true => path.clone(),
                        false => format!("{path}/statements/{index}"),
                    },
                };
                (place, statement)
            })
    })
}

fn is_admin(found: &Statement) -> bool {
    statement::covers_nearly_all(found)
        && statement::covers_all_resources(found)
        && found.conditions.is_empty()
}

fn effective(
    documents: &Documents<'_>,
    by_effect: &Effective<'_>,
    secrets: &Secrets<'_>,
) -> EffectivePermissions {
    let admin = by_effect.administrator().map(|together| {
        let alone: Vec<StatementRef> = allowing(documents)
            .filter(|(_, found)| is_admin(found))
            .map(|(place, _)| place)
            .collect();
        if alone.is_empty() { together } else { alone }
    });
    EffectivePermissions {
        admin: Some(admin.is_some()),
        admin_statements: admin.unwrap_or_default(),
        escalations: Vec::new(),
        readable_secrets: secrets.readable(documents, by_effect),
        excessive: excessive(documents),
    }
}

/// Rights that no task needs: everything, changes to IAM, and every secret.
fn excessive(documents: &Documents<'_>) -> Vec<GrantedAction> {
    const NEVER: &[&str] = &[
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:CreateAccessKey",
        "iam:UpdateAssumeRolePolicy",
    ];
    let mut found = Vec::new();
    for (place, allowed) in allowing(documents) {
        let mut add = |action: &str, resource: &str| {
            found.push(GrantedAction {
                action: action.to_owned(),
                resource: resource.to_owned(),
                statements: vec![place.clone()],
            });
        };
        if is_admin(allowed) {
            add("*", "*");
            continue;
        }
        for action in NEVER.iter().filter(|action| statement::covers_action(allowed, action)) {
            add(action, allowed.resources.first().map_or("*", String::as_str));
        }
        if statement::covers_action(allowed, READ_SECRET)
            && statement::covers_all_resources(allowed)
        {
            add(READ_SECRET, "*");
        }
        for pattern in allowed.actions.iter().filter(|pattern| is_service_wildcard(pattern)) {
            if statement::covers_all_resources(allowed) {
                add(pattern, "*");
            }
        }
    }
    found
}

/// `service:*`.
fn is_service_wildcard(pattern: &str) -> bool {
    pattern.split_once(':').is_some_and(|(service, action)| !service.contains('*') && action == "*")
}

/// What each policy grants, wherever it stands.
fn grants(snapshot: &mut Snapshot) {
    let mut finder = broad::Finder::default();
    let policies: Vec<(String, Option<PolicyDocument>)> = snapshot
        .model
        .iam_policies
        .iter()
        .map(|(id, policy)| (id.clone(), policy.document.clone()))
        .collect();
    let mut unknown = Vec::new();
    for (id, document) in policies {
        let resource = ResourceRef::new("iam_policies", &id);
        if let Some(reason) = super::open(snapshot, &resource, "/document") {
            super::gap(snapshot, &resource, "/grants", reason);
        }
        let grants = document.map(|document| {
            let (grants, reason) = of_document(&document, &resource, "/document", &mut finder);
            unknown.extend(reason.map(|reason| (resource, "/grants/broad".to_owned(), reason)));
            grants
        });
        if let Some(policy) = snapshot.model.iam_policies.get_mut(&id) {
            policy.grants = grants;
        }
    }
    let model = &mut snapshot.model;
    for (id, role) in &mut model.iam_roles {
        let holder = ResourceRef::new("iam_roles", id);
        of_inline(&mut role.inline_policies, &holder, &mut finder, &mut unknown);
    }
    for (id, user) in &mut model.iam_users {
        let holder = ResourceRef::new("iam_users", id);
        of_inline(&mut user.inline_policies, &holder, &mut finder, &mut unknown);
    }
    for (id, group) in &mut model.iam_groups {
        let holder = ResourceRef::new("iam_groups", id);
        of_inline(&mut group.inline_policies, &holder, &mut finder, &mut unknown);
    }
    for (resource, path, reason) in unknown {
        super::gap(snapshot, &resource, &path, reason);
    }
}

fn of_inline(
    policies: &mut [crate::model::InlinePolicy],
    holder: &ResourceRef,
    finder: &mut broad::Finder,
    unknown: &mut Vec<(ResourceRef, String, Reason)>,
) {
    for (index, policy) in policies.iter_mut().enumerate() {
        let path = format!("/inline_policies/{index}/document");
        let (grants, reason) = of_document(&policy.document, holder, &path, finder);
        policy.grants = Some(grants);
        let path = format!("/inline_policies/{index}/grants/broad");
        unknown.extend(reason.map(|reason| (holder.clone(), path, reason)));
    }
}

fn of_document(
    document: &PolicyDocument,
    holder: &ResourceRef,
    path: &str,
    finder: &mut broad::Finder,
) -> (PolicyGrants, Option<Reason>) {
    let one: Documents<'_> = BTreeMap::from([((holder.clone(), path.to_owned()), document)]);
    let admin_statements: Vec<StatementRef> =
        allowing(&one).filter(|(_, found)| is_admin(found)).map(|(place, _)| place).collect();
    let (found, unknown) = finder.find(document);
    let broad = found.into_iter().map(|found| BroadGrant {
        kind: found.kind.to_owned(),
        statement: StatementRef {
            collection: holder.collection.clone(),
            id: holder.id.clone(),
            path: format!("{path}/statements/{}", found.statement),
        },
        actions: found.actions,
        examples: found.examples,
    });
    let admin = Some(!admin_statements.is_empty());
    (PolicyGrants { admin, broad: broad.collect(), admin_statements }, unknown)
}
