#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::methods::{Gains, Method, Need, On, Permission, Target, methods};
use super::*;

mod ways;

const ACCOUNT: &str = "111122223333";

fn arn(kind: &str, name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{kind}/{name}")
}

/// A snapshot of these collections, with the facts that escalation rests on.
fn read(mut model: Value) -> Snapshot {
    for (collection, resources) in model.as_object_mut().unwrap() {
        let kind = match collection.as_str() {
            "iam_users" => "user",
            "iam_roles" => "role",
            "iam_groups" => "group",
            "iam_policies" => "policy",
            _ => "",
        };
        for (id, resource) in resources.as_object_mut().unwrap() {
            resource["id"] = json!(id);
            resource["account"] = json!(ACCOUNT);
            if !kind.is_empty() && resource["arn"].is_null() {
                resource["arn"] = json!(arn(kind, id));
            }
        }
    }
    Snapshot { model: serde_json::from_value(model).unwrap(), ..Snapshot::default() }
}

/// The snapshot with all facts, escalation by these methods only.
fn derived(model: Value, methods: &[Method]) -> Snapshot {
    let mut snapshot = read(model);
    crate::analysis::identity::derive(&mut snapshot);
    snapshot.gaps.retain(|gap| gap.path != PATH);
    Escalations::by(methods, &snapshot).record(&mut snapshot);
    snapshot
}

fn of_user(snapshot: &Snapshot, id: &str) -> Vec<Escalation> {
    snapshot.model.iam_users.get(id).unwrap().effective.clone().unwrap().escalations
}

fn of_role(snapshot: &Snapshot, id: &str) -> Vec<Escalation> {
    snapshot.model.iam_roles.get(id).unwrap().effective.clone().unwrap().escalations
}

fn is_open(snapshot: &Snapshot, id: &str) -> bool {
    snapshot.gaps.iter().any(|gap| gap.path == PATH && gap.id.as_deref() == Some(id))
}

/// An inline policy with these statements.
fn policy(statements: Value) -> Value {
    json!([{"name": "p", "document": document(statements)}])
}

fn document(statements: Value) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    serde_json::to_value(super::super::catalogue::document(&policy).unwrap()).unwrap()
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn trust(principal: Value) -> Value {
    let actions = json!(["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]);
    document(json!([{"Effect": "Allow", "Principal": principal, "Action": actions}]))
}

fn root() -> Value {
    json!({"AWS": arn("root", "").replace("root/", "root")})
}

const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const SAML: &str = "arn:aws:iam::111122223333:saml-provider/corp";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
const INSTANCE: &str = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";

/// What a method needs, with nothing more: a caller with its permissions but
/// for one that is left out, and a target.
fn model_for(method: &Method, left_out: Option<usize>) -> Value {
    let is_role = method.target == Target::SelfRole;
    let target_kind = match method.target {
        Target::User => "user",
        Target::Group => "group",
        _ => "role",
    };
    let is_self = matches!(method.target, Target::Caller | Target::SelfRole | Target::SelfUser);
    let target = match is_self {
        true => arn(if is_role { "role" } else { "user" }, "caller"),
        false => arn(target_kind, "target"),
    };
    let statements: Vec<Value> = method
        .permissions
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != left_out)
        .map(|(_, Permission { action, on })| match on {
            On::Any => allow(action, "*"),
            On::Target => allow(action, &target),
            On::Policy => allow(action, &arn("policy", "own")),
            On::Group => allow(action, &arn("group", "team")),
            On::Provider => allow(action, SAML),
            On::Function => allow(action, FUNCTION),
            On::Instance => json!({
                "Effect": "Allow", "Action": action,
                "Resource": [
                    INSTANCE, "arn:aws:ssm:*::document/AWS-RunShellScript",
                    "arn:aws:ssm:*:111122223333:association/*",
                ]
            }),
        })
        .collect();
    let attached = if method.gains == Gains::Target { json!([ADMIN]) } else { json!([]) };
    let carried = match method.permissions.iter().any(|found| found.on == On::Policy) {
        true => json!([arn("policy", "own")]),
        false => attached.clone(),
    };
    let mut caller = json!({"inline_policies": policy(json!(statements))});
    if is_self && carried != attached {
        caller["attached_policies"] = json!(["own"]);
    }
    let mut model = json!({
        "iam_policies": {"own": {"document": document(json!([allow("s3:GetObject", "*")]))}},
        "iam_users": {},
        "iam_roles": {},
        "iam_groups": {"team": {}},
    });
    if is_role {
        caller["assume_role_policy"] = trust(json!({"Service": "ec2.amazonaws.com"}));
        model["iam_roles"]["caller"] = caller;
    } else {
        caller["groups"] = json!(["team"]);
        model["iam_users"]["caller"] = caller;
    }
    let carried = if carried == attached { attached } else { json!(["own"]) };
    match method.target {
        Target::User => {
            let has_password = method.needs.contains(&Need::Password);
            model["iam_users"]["target"] =
                json!({"attached_policies": carried, "password_enabled": has_password});
        }
        Target::Group => model["iam_groups"]["target"] = json!({"attached_policies": carried}),
        Target::Role => {
            let principal = match &method.service {
                _ if method.needs.contains(&Need::SamlProvider) => json!({"Federated": SAML}),
                Some(service) if method.needs.contains(&Need::CognitoFederation) => {
                    json!({"Federated": service})
                }
                Some(service) => json!({"Service": service}),
                None => root(),
            };
            model["iam_roles"]["target"] =
                json!({"attached_policies": carried, "assume_role_policy": trust(principal)});
        }
        _ => {}
    }
    // What carries the role, whether the method needs it or not.
    model["iam_instance_profiles"] = json!({"profile": {"roles": ["target"]}});
    model["instances"] =
        json!({"i-1": {"arn": INSTANCE, "region": "eu-west-1", "iam_instance_profile": "profile"}});
    model["lambda_functions"] = json!({"f": {"arn": FUNCTION, "role": "target"}});
    model["launch_templates"] = json!({"lt-1": {"iam_instance_profile": "profile"}});
    model["ecs_clusters"] = json!({"c": {}});
    model["ecs_task_definitions"] = json!({"d": {"task_role": "target"}});
    model["ecs_services"] = json!({"s": {"task_definition": "d", "enable_execute_command": true}});
    model
}

fn found(model: Value, method: &Method) -> Vec<Escalation> {
    let is_role = method.target == Target::SelfRole;
    let snapshot = derived(model, std::slice::from_ref(method));
    let found = match is_role {
        true => of_role(&snapshot, "caller"),
        false => of_user(&snapshot, "caller"),
    };
    let conditional = found.iter().any(|found| found.conditional);
    assert_eq!(is_open(&snapshot, "caller"), conditional, "{}", method.id);
    found
}

/// Whether a method rests on something that no model holds.
fn is_conditional(method: &Method) -> bool {
    method.needs.iter().any(|need| {
        matches!(
            need,
            Need::Carrier
                | Need::JobQueue
                | Need::OlderVersion
                | Need::ManagedInstance
                | Need::OnAnInstance
                | Need::LaunchTemplate
        )
    })
}

#[test]
fn every_method_is_found_with_what_it_needs_and_not_without_any_one_permission() {
    for method in methods() {
        let all = found(model_for(method, None), method);
        assert_eq!(all.len(), 1, "{}", method.id);
        let [step] = all[0].steps.as_slice() else { panic!("{}", method.id) };
        assert_eq!(step.method, method.id);
        assert_eq!(all[0].conditional, is_conditional(method), "{}", method.id);
        assert_eq!(step.to.is_some(), method.gains == Gains::Target, "{}", method.id);
        let asked: Vec<&str> = method.permissions.iter().map(|p| p.action.as_str()).collect();
        let used: Vec<&str> = step.permissions.iter().map(|p| p.action.as_str()).collect();
        assert_eq!(used, asked, "{}", method.id);
        for (index, permission) in step.permissions.iter().enumerate() {
            let places: Vec<&str> = permission.statements.iter().map(|p| p.path.as_str()).collect();
            let own = format!("/inline_policies/0/document/statements/{index}");
            // The trust policy has a say in who assumes.
            match permission.action.as_str() {
                "sts:AssumeRole" => {
                    assert_eq!(places, [own.as_str(), "/assume_role_policy/statements/0"]);
                }
                _ => assert_eq!(places, [own], "{}", method.id),
            }
        }
        for left_out in 0..method.permissions.len() {
            let without = found(model_for(method, Some(left_out)), method);
            assert_eq!(without, [], "{} without {left_out}", method.id);
        }
    }
}

#[test]
fn a_functions_own_policy_lets_a_caller_change_it() {
    let on_function = |method: &&Method| method.permissions.iter().all(|p| p.on == On::Function);
    let methods: Vec<&Method> = methods().iter().filter(on_function).collect();
    assert!(!methods.is_empty());
    for method in methods {
        for (principal, ways) in [(arn("user", "caller"), 1), (arn("user", "another"), 0)] {
            let mut model = model_for(method, None);
            model["iam_users"]["caller"]["inline_policies"] = json!([]);
            let actions: Vec<&str> = method.permissions.iter().map(|p| p.action.as_str()).collect();
            model["lambda_functions"]["f"]["policy"] = document(json!([{"Effect": "Allow",
                "Principal": {"AWS": principal}, "Action": actions, "Resource": FUNCTION}]));
            let found = found(model, method);
            assert_eq!(found.len(), ways, "{} {principal}", method.id);
            for permission in found.iter().flat_map(|found| &found.steps[0].permissions) {
                assert_eq!(permission.statements[0].collection, "lambda_functions");
                assert_eq!(permission.statements[0].path, "/policy/statements/0");
            }
        }
    }
}

#[test]
fn a_function_that_is_not_known_leaves_its_ways_open() {
    let on_function = |method: &&Method| method.permissions.iter().any(|p| p.on == On::Function);
    let methods: Vec<&Method> = methods().iter().filter(on_function).collect();
    assert_eq!(methods.len(), 4);
    for method in methods {
        let mut model = model_for(method, None);
        model["lambda_functions"]["f"]["role"] = json!("other");
        let open = found(model, method);
        assert!(open.iter().all(|found| found.conditional), "{}", method.id);
        assert_eq!(open.len(), 1, "{}", method.id);
    }
}

#[test]
fn no_method_is_found_without_what_it_needs_of_the_model() {
    for method in methods() {
        let without = |change: &dyn Fn(&mut Value)| {
            let mut model = model_for(method, None);
            change(&mut model);
            assert_eq!(found(model, method), [], "{}", method.id);
        };
        if method.target == Target::Role && method.service.is_some() {
            // It trusts another service.
            without(&|model| {
                let other = json!({"Service": "other.amazonaws.com"});
                model["iam_roles"]["target"]["assume_role_policy"] = trust(other);
            });
        }
        if method.assumes() {
            without(&|model| {
                let other = json!({"AWS": "arn:aws:iam::444455556666:root"});
                model["iam_roles"]["target"]["assume_role_policy"] = trust(other);
            });
        }
        if method.gains == Gains::Target {
            without(&|model| {
                let kind = match method.target {
                    Target::User => "iam_users",
                    Target::Group => "iam_groups",
                    _ => "iam_roles",
                };
                model[kind]["target"]["attached_policies"] = json!([]);
            });
        } else if method.target != Target::None {
            without(&|model| {
                for kind in ["iam_users", "iam_roles"] {
                    for holder in model[kind].as_object_mut().unwrap().values_mut() {
                        holder["permissions_boundary"] = json!("own");
                    }
                }
            });
        }
        for need in &method.needs {
            match need {
                Need::InstanceProfile | Need::Instance => without(&|model| {
                    model["iam_instance_profiles"]["profile"]["roles"] = json!([]);
                }),
                Need::LaunchTemplate => without(&|model| model["launch_templates"] = json!({})),
                Need::ExecService => without(&|model| {
                    model["ecs_services"]["s"]["enable_execute_command"] = json!(false);
                }),
                Need::EcsCluster => without(&|model| model["ecs_clusters"] = json!({})),
                Need::EcsService => without(&|model| model["ecs_services"] = json!({})),
                Need::TaskDefinition => without(&|model| {
                    model["ecs_task_definitions"] = json!({});
                }),
                Need::FreeAccessKey => without(&|model| {
                    let key = json!({"user": "target"});
                    model["iam_access_keys"] = json!({"a": key, "b": key});
                }),
                Need::NoPassword | Need::Password => without(&|model| {
                    let has = *need == Need::NoPassword;
                    model["iam_users"]["target"]["password_enabled"] = json!(has);
                }),
                Need::SamlProvider => without(&|model| {
                    model["iam_roles"]["target"]["assume_role_policy"] = trust(root());
                }),
                _ => {}
            }
        }
    }
}
