//! What principals may effectively do, and what policies grant.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::model::{
    BroadGrant, Effect, EffectivePermissions, GrantedAction, InlinePolicy, Model, PolicyDocument,
    PolicyGrants, Reason, ResourceRef, Snapshot, Statement, StatementRef,
};

use super::effective::{Administrator, Bearer, Common, Effective, READ_SECRET};
use super::evaluate::Fact;
use super::secrets::Secrets;
use super::subjects::Subjects;
use super::{Documents, broad, catalogue, statement};

pub(super) fn derive(snapshot: &mut Snapshot) {
    grants(snapshot);
    let found = of_principals(snapshot);
    for Found { principal, effective, reason, conditional } in found {
        if let Some(reason) = reason {
            super::gap(snapshot, &principal, "/effective", reason);
        }
        if let Some(reason) = conditional {
            super::gap(snapshot, &principal, "/effective/admin", reason);
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

/// What a user, role or group may do.
struct Found {
    principal: ResourceRef,
    effective: EffectivePermissions,
    /// Why that may not be all.
    reason: Option<Reason>,
    /// What it depends on whether it is an administrator.
    conditional: Option<Reason>,
}

/// What each user, role and group may do.
fn of_principals(snapshot: &Snapshot) -> Vec<Found> {
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
            let (effective, conditional) = effective(&documents, &by_effect, &secrets);
            let reason = reasons.into_iter().next().cloned().or(missing);
            Found { principal, effective, reason, conditional }
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
        .filter(|name| name.contains(':') && !model.iam_policies.contains_key(name))
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
) -> (EffectivePermissions, Option<Reason>) {
    let (admin, mut admin_statements, conditional) = told(by_effect.administrator());
    if admin == Some(true) {
        let alone: Vec<StatementRef> = allowing(documents)
            .filter(|(_, found)| is_admin(found))
            .map(|(place, _)| place)
            .collect();
        if !alone.is_empty() {
            admin_statements = alone;
        }
    }
    let effective = EffectivePermissions {
        admin,
        admin_statements,
        escalations: Vec::new(),
        readable_secrets: secrets.readable(documents, by_effect),
        excessive: excessive(documents, by_effect),
    };
    (effective, conditional)
}

/// Whether someone is an administrator, by which statements, and what it
/// depends on.
fn told(found: Administrator) -> (Option<bool>, Vec<StatementRef>, Option<Reason>) {
    match found {
        Administrator::No => (Some(false), Vec::new(), None),
        Administrator::Yes(statements) => (Some(true), statements, None),
        // What is not known of the policies themselves is a gap already.
        Administrator::Perhaps(_, depends)
            if depends.facts().iter().any(|fact| matches!(fact, Fact::Other(_))) =>
        {
            (Some(false), Vec::new(), None)
        }
        Administrator::Perhaps(statements, depends) => {
            let reason = Reason::Unresolvable {
                expression: "every action on every resource".to_owned(),
                detail: format!("it is allowed if {depends}"),
            };
            (None, statements, Some(reason))
        }
    }
}

/// Rights that no task needs: everything, changes to IAM, and every secret.
fn excessive(documents: &Documents<'_>, by_effect: &Effective<'_>) -> Vec<GrantedAction> {
    const NEVER: &[&str] = &[
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:CreateAccessKey",
        "iam:UpdateAssumeRolePolicy",
    ];
    let mut found = Vec::new();
    for (place, allowed) in allowing(documents) {
        let mut add = |action: &str, resource: &str| {
            // What is denied, or past a boundary, is no right.
            if !by_effect.may_take(action, resource) {
                return;
            }
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
    let policies: Vec<(String, Option<String>, Option<PolicyDocument>)> = snapshot
        .model
        .iam_policies
        .iter()
        .map(|(id, policy)| (id.clone(), policy.account.clone(), policy.document.clone()))
        .collect();
    let mut unknown: Vec<Unknown> = Vec::new();
    for (id, account, document) in policies {
        let resource = ResourceRef::new("iam_policies", &id);
        if let Some(reason) = super::open(snapshot, &resource, "/document") {
            super::gap(snapshot, &resource, "/grants", reason);
        }
        let grants = document.map(|document| {
            let at = At { holder: &resource, account: account.as_deref(), path: "/document" };
            of_document(&document, &at, "/grants", &mut finder, &mut unknown)
        });
        if let Some(policy) = snapshot.model.iam_policies.get_mut(&id) {
            policy.grants = grants;
        }
    }
    let Model { iam_roles, iam_users, iam_groups, .. } = &mut snapshot.model;
    let roles = iam_roles.iter_mut().map(|(id, role)| {
        (ResourceRef::new("iam_roles", id), role.account.as_deref(), &mut role.inline_policies)
    });
    let users = iam_users.iter_mut().map(|(id, user)| {
        (ResourceRef::new("iam_users", id), user.account.as_deref(), &mut user.inline_policies)
    });
    let groups = iam_groups.iter_mut().map(|(id, group)| {
        (ResourceRef::new("iam_groups", id), group.account.as_deref(), &mut group.inline_policies)
    });
    let holders: Vec<_> = roles.chain(users).chain(groups).collect();
    let of_principals: Vec<Vec<Unknown>> = holders
        .into_par_iter()
        .map_init(broad::Finder::default, |finder, (holder, account, policies)| {
            let mut unknown = Vec::new();
            of_inline(policies, &holder, account, finder, &mut unknown);
            unknown
        })
        .collect();
    unknown.extend(of_principals.into_iter().flatten());
    for (resource, path, reason) in unknown {
        super::gap(snapshot, &resource, &path, reason);
    }
}

/// A fact that is not known: of which resource, where, and why.
type Unknown = (ResourceRef, String, Reason);

/// Where a document stands.
struct At<'a> {
    holder: &'a ResourceRef,
    account: Option<&'a str>,
    path: &'a str,
}

fn of_inline(
    policies: &mut [InlinePolicy],
    holder: &ResourceRef,
    account: Option<&str>,
    finder: &mut broad::Finder,
    unknown: &mut Vec<Unknown>,
) {
    for (index, policy) in policies.iter_mut().enumerate() {
        let path = format!("/inline_policies/{index}/document");
        let grants = format!("/inline_policies/{index}/grants");
        let at = At { holder, account, path: &path };
        policy.grants = Some(of_document(&policy.document, &at, &grants, finder, unknown));
    }
}

/// What a document grants; what is not known of it, below the path of `grants`.
fn of_document(
    document: &PolicyDocument,
    at: &At<'_>,
    grants: &str,
    finder: &mut broad::Finder,
    unknown: &mut Vec<Unknown>,
) -> PolicyGrants {
    let place = StatementRef {
        collection: at.holder.collection.clone(),
        id: at.holder.id.clone(),
        path: at.path.to_owned(),
    };
    let (found, not_in_catalogue) = finder.find(document);
    let broad = found.into_iter().map(|found| BroadGrant {
        kind: found.kind.to_owned(),
        statement: StatementRef {
            path: format!("{}/statements/{}", at.path, found.statement),
            ..place.clone()
        },
        actions: found.actions,
        examples: found.examples,
    });
    let broad = broad.collect();
    let (admin, admin_statements, conditional) =
        told(Bearer::of_policy(document, place, at.account).administrator());
    let mut open = |path: &str, reason: Option<Reason>| {
        let path = format!("{grants}/{path}");
        unknown.extend(reason.map(|reason| (at.holder.clone(), path, reason)));
    };
    open("broad", not_in_catalogue);
    open("admin", conditional);
    PolicyGrants { admin, broad, admin_statements }
}
