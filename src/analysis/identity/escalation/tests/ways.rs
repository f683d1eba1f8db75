//! Ways over several principals, and what stops or hides them.

use super::*;

/// A user with these statements, and roles with the policies they carry and
/// whom they trust.
fn account(statements: Value, roles: &[(&str, Value, Value)]) -> Value {
    let mut model =
        json!({"iam_users": {"caller": {"inline_policies": policy(statements)}}, "iam_roles": {}});
    for (name, attached, principal) in roles {
        model["iam_roles"][*name] = json!({
            "attached_policies": attached, "assume_role_policy": trust(principal.clone())
        });
    }
    model
}

fn methods_of(escalations: &[Escalation]) -> Vec<&str> {
    escalations
        .iter()
        .flat_map(|found| found.steps.iter().map(|step| step.method.as_str()))
        .collect()
}

#[test]
fn the_way_over_several_principals_is_found_and_is_the_shortest() {
    let mut model = account(
        json!([allow("sts:AssumeRole", "*")]),
        &[
            ("first", json!([]), root()),
            ("second", json!([]), json!({"AWS": arn("role", "first")})),
            ("passed", json!([ADMIN]), json!({"Service": "lambda.amazonaws.com"})),
        ],
    );
    model["iam_roles"]["second"]["inline_policies"] =
        policy(json!([allow("iam:PassRole", &arn("role", "passed")), allow("lambda:*", "*"),]));
    let snapshot = derived(model.clone(), methods());
    let found = of_user(&snapshot, "caller");
    assert_eq!(
        methods_of(&found),
        ["sts-assume-role", "sts-assume-role", "lambda-create-function-and-invoke"]
    );
    let froms: Vec<&str> = found[0].steps.iter().map(|step| step.from.id.as_str()).collect();
    assert_eq!(froms, ["caller", "first", "second"]);
    assert!(!found[0].conditional);
    assert_eq!(of_role(&snapshot, "passed"), [], "it is an administrator already");
    // A shorter one.
    model["iam_roles"]["other"] =
        json!({"attached_policies": [ADMIN], "assume_role_policy": trust(root())});
    let found = of_user(&derived(model, methods()), "caller");
    assert_eq!(methods_of(&found), ["sts-assume-role"]);
}

#[test]
fn a_certain_way_goes_before_a_shorter_one_that_depends() {
    let statements = json!([
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn("role", "admin"),
         "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        allow("sts:AssumeRole", &arn("role", "middle")),
    ]);
    let mut model =
        account(statements, &[("admin", json!([ADMIN]), root()), ("middle", json!([]), root())]);
    let found = of_user(&derived(model.clone(), methods()), "caller");
    assert_eq!((methods_of(&found), found[0].conditional), (vec!["sts-assume-role"], true));
    model["iam_roles"]["middle"]["inline_policies"] =
        policy(json!([allow("sts:AssumeRole", &arn("role", "admin"))]));
    let snapshot = derived(model, methods());
    let found = of_user(&snapshot, "caller");
    assert_eq!((found[0].steps.len(), found[0].conditional), (2, false));
    assert!(!is_open(&snapshot, "caller"));
}

#[test]
fn explicit_denies_boundaries_and_service_control_policies_stop_a_way() {
    let admin = [("admin", json!([ADMIN]), root())];
    let open = json!([allow("sts:AssumeRole", "*")]);
    let model = account(open.clone(), &admin);
    assert_eq!(of_user(&derived(model.clone(), methods()), "caller").len(), 1);

    let deny = json!({"Effect": "Deny", "Action": "sts:*", "Resource": "*"});
    let denied = account(json!([allow("sts:AssumeRole", "*"), deny.clone()]), &admin);
    assert_eq!(of_user(&derived(denied, methods()), "caller"), []);

    let mut bounded = model.clone();
    bounded["iam_policies"] = json!({"b": {"document": document(json!([allow("s3:*", "*")]))}});
    bounded["iam_users"]["caller"]["permissions_boundary"] = json!("b");
    assert_eq!(of_user(&derived(bounded, methods()), "caller"), []);

    let mut governed = model;
    governed["accounts"] = json!({ACCOUNT: {
        "service_control_policies": [[document(json!([allow("*", "*"), deny]))]]
    }});
    assert_eq!(of_user(&derived(governed, methods()), "caller"), []);
}

#[test]
fn a_role_that_names_the_caller_needs_no_permission_of_it() {
    let model =
        account(json!([]), &[("admin", json!([ADMIN]), json!({"AWS": arn("user", "caller")}))]);
    let snapshot = derived(model, methods());
    let found = of_user(&snapshot, "caller");
    let place = &found[0].steps[0].permissions[0].statements[0];
    assert_eq!(
        (place.id.as_str(), place.path.as_str()),
        ("admin", "/assume_role_policy/statements/0")
    );
}

#[test]
fn the_service_that_a_role_may_be_passed_to_counts() {
    let pass = |service: &str| {
        json!([
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
             "Condition": {"StringEquals": {"iam:PassedToService": service}}},
            allow("lambda:*", "*"), allow("ecs:*", "*"),
        ])
    };
    let admin = [("admin", json!([ADMIN]), json!({"Service": "lambda.amazonaws.com"}))];
    let found =
        of_user(&derived(account(pass("lambda.amazonaws.com"), &admin), methods()), "caller");
    assert_eq!(methods_of(&found), ["lambda-create-function-and-invoke"]);
    // Functions that run as the role already may be there.
    let found = of_user(&derived(account(pass("ecs.amazonaws.com"), &admin), methods()), "caller");
    assert_eq!((methods_of(&found), found[0].conditional), (vec!["lambda-update-code"], true));
}

#[test]
fn a_policy_of_awss_own_leads_as_its_document_says() {
    let mut model = account(json!([]), &[("admin", json!([ADMIN]), root())]);
    model["iam_users"]["caller"]["attached_policies"] =
        json!(["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/IAMFullAccess"]);
    let found = of_user(&derived(model, methods()), "caller");
    assert_eq!(found[0].steps.len(), 1);
    let place = &found[0].steps[0].permissions[0].statements[0];
    assert_eq!((place.id.as_str(), place.path.as_str()), ("caller", "/attached_policies/1"));
}

#[test]
fn a_policy_that_aws_wrote_cannot_be_rewritten() {
    let mut model = account(json!([allow("iam:CreatePolicyVersion", "*")]), &[]);
    model["iam_users"]["caller"]["attached_policies"] =
        json!(["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
    assert_eq!(of_user(&derived(model.clone(), methods()), "caller"), []);
    model["iam_policies"] = json!({"own": {"document": document(json!([allow("s3:Get*", "*")]))}});
    model["iam_users"]["caller"]["attached_policies"] = json!(["own"]);
    let found = of_user(&derived(model, methods()), "caller");
    assert_eq!(methods_of(&found), ["iam-create-policy-version"]);
}

#[test]
fn what_a_target_may_do_and_is_not_known_is_a_gap() {
    let model = account(
        json!([allow("sts:AssumeRole", "*")]),
        &[("dark", json!(["arn:aws:iam::111122223333:policy/elsewhere"]), root())],
    );
    let snapshot = derived(model, methods());
    assert_eq!(of_user(&snapshot, "caller"), []);
    assert!(is_open(&snapshot, "caller") && !is_open(&snapshot, "dark"));
}

#[test]
fn roles_that_could_not_be_listed_are_a_gap_for_who_may_assume_some() {
    let with = |statements: Value| {
        let mut snapshot = read(account(statements, &[]));
        snapshot.gaps.insert(Gap {
            collection: "iam_roles".to_owned(),
            id: None,
            path: String::new(),
            account: None,
            region: None,
            reason: Reason::Denied { operation: "x".to_owned(), permission: "x".to_owned() },
        });
        crate::analysis::identity::derive(&mut snapshot);
        is_open(&snapshot, "caller")
    };
    assert!(with(json!([allow("sts:AssumeRole", "*")])));
    assert!(!with(json!([allow("s3:GetObject", "*")])));
}

#[test]
fn roles_of_another_account_are_taken_over_only_where_both_sides_let() {
    let mut model = account(
        json!([allow("sts:AssumeRole", "*"), allow("iam:*", "arn:aws:iam::444455556666:*")]),
        &[("far", json!([ADMIN]), root())],
    );
    let mut snapshot = read(model.clone());
    snapshot.model.iam_roles.get_mut("far").unwrap().account = Some("444455556666".to_owned());
    snapshot.model.iam_roles.get_mut("far").unwrap().arn =
        Some("arn:aws:iam::444455556666:role/far".to_owned());
    crate::analysis::identity::derive(&mut snapshot);
    assert_eq!(methods_of(&of_user(&snapshot, "caller")), ["sts-assume-role"]);
    model["iam_roles"]["far"]["assume_role_policy"] =
        trust(json!({"AWS": "arn:aws:iam::777788889999:root"}));
    let mut snapshot = read(model);
    snapshot.model.iam_roles.get_mut("far").unwrap().account = Some("444455556666".to_owned());
    snapshot.model.iam_roles.get_mut("far").unwrap().arn =
        Some("arn:aws:iam::444455556666:role/far".to_owned());
    crate::analysis::identity::derive(&mut snapshot);
    assert_eq!(of_user(&snapshot, "caller"), []);
}
