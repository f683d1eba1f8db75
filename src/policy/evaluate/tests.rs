use super::*;
use crate::model::{
    Collection, Gap, Identity, Origin, RdsInstance, RdsSubnetGroup, Reason, ResourceOrigin,
    ResourceRef, Subnet,
};
use crate::policy::bundle::Module;
use crate::policy::metadata::SourceKind;
use crate::policy::verdict::{Status, Verdict};

fn identity(id: &str) -> Identity {
    Identity { id: id.to_owned(), name: Some(id.to_owned()), ..Identity::default() }
}

fn database(publicly_accessible: Option<bool>, subnet_public: Option<bool>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut database = RdsInstance::new(identity("db"));
    database.publicly_accessible = publicly_accessible;
    database.db_subnet_group = Some("group".to_owned());
    snapshot.model.insert(database);
    let mut group = RdsSubnetGroup::new(identity("group"));
    group.subnet_ids = vec!["subnet".to_owned()];
    snapshot.model.insert(group);
    let mut subnet = Subnet::new(identity("subnet"));
    subnet.public = subnet_public;
    snapshot.model.insert(subnet);
    snapshot
}

fn gap(snapshot: &mut Snapshot, collection: &str, id: Option<&str>, path: &str) {
    snapshot.gaps.insert(Gap {
        collection: collection.to_owned(),
        id: id.map(str::to_owned),
        path: path.to_owned(),
        account: None,
        region: None,
        reason: Reason::KnownAfterApply { expression: None },
    });
}

fn status(snapshot: &Snapshot) -> Vec<(String, Status)> {
    let settings = Settings { only: ["rds-private".to_owned()].into(), ..Settings::default() };
    let results = evaluate(snapshot, &Bundle::embedded(), &settings);
    assert_eq!(results.errors, []);
    results.verdicts.into_iter().map(|v| (v.subject.id.clone(), v.status)).collect()
}

#[test]
fn known_facts_pass_or_fail() {
    assert_eq!(status(&database(Some(false), Some(false))), [("db".into(), Status::Pass)]);
    assert_eq!(status(&database(Some(true), Some(false))), [("db".into(), Status::Fail)]);
    assert_eq!(status(&database(Some(false), Some(true))), [("db".into(), Status::Fail)]);
}

#[test]
fn a_gap_in_the_subject_is_unknown() {
    let mut snapshot = database(None, Some(false));
    gap(&mut snapshot, "rds_instances", Some("db"), "/publicly_accessible");
    assert_eq!(status(&snapshot), [("db".into(), Status::Unknown)]);
}

#[test]
fn a_gap_in_what_the_subject_depends_on_is_unknown() {
    let mut snapshot = database(Some(false), None);
    gap(&mut snapshot, "subnets", Some("subnet"), "/public");
    assert_eq!(status(&snapshot), [("db".into(), Status::Unknown)]);
}

#[test]
fn a_gap_in_an_unrelated_resource_changes_nothing() {
    let mut snapshot = database(Some(false), Some(false));
    snapshot.model.insert(Subnet::new(identity("other")));
    gap(&mut snapshot, "subnets", Some("other"), "/public");
    assert_eq!(status(&snapshot), [("db".into(), Status::Pass)]);
}

#[test]
fn a_violation_on_known_facts_stands_beside_a_gap() {
    let mut snapshot = database(Some(true), None);
    gap(&mut snapshot, "subnets", Some("subnet"), "/public");
    assert_eq!(status(&snapshot), [("db".into(), Status::Fail)]);
}

#[test]
fn what_could_not_be_listed_is_unknown() {
    let mut snapshot = Snapshot::default();
    gap(&mut snapshot, "rds_instances", None, "");
    assert_eq!(status(&snapshot), [(String::new(), Status::Unknown)]);
}

/// The bundle with one policy, `rds-private` with other rules.
fn judged(snapshot: &Snapshot, rules: &str, change: impl Fn(&mut Policy)) -> Results {
    let mut bundle = Bundle::embedded();
    let mut policy = bundle.policies["rds-private"].clone();
    let text = format!("package audit.rds_private\n\n{rules}\n");
    policy.module = Module { file: "x.rego".to_owned(), text };
    change(&mut policy);
    bundle.policies = [(policy.control.id.clone(), policy)].into();
    evaluate(snapshot, &bundle, &Settings::default())
}

#[test]
fn a_policy_without_deny_passes_nothing() {
    let rules = "violation contains 1";
    let results = judged(&database(Some(false), Some(false)), rules, |_| ());
    assert_eq!(results.verdicts, []);
    assert_eq!(results.errors.len(), 1, "{:?}", results.errors);
}

#[test]
fn a_finding_about_nothing_is_the_controls_error() {
    let rules =
        r#"deny contains {"subject": ["rds_instances", "x"], "message": "m", "evidence": []}"#;
    let results = judged(&database(Some(false), None), rules, |_| ());
    assert!(results.errors[0].message.contains("rds_instances/x, which is no subject"));
    assert_eq!(results.verdicts, []);
}

#[test]
fn evidence_that_is_not_there_is_the_controls_error() {
    for evidence in [r#"["rds_instanzes", "db", "/engine"]"#, r#"["rds_instances", "x"]"#, "[]"] {
        let rules = format!(
            r#"deny contains {{"subject": ["rds_instances", "db"], "message": "m", "evidence": [{evidence}]}}"#
        );
        let results = judged(&database(Some(false), None), &rules, |_| ());
        assert!(results.errors[0].message.contains("names no attribute"), "{evidence}");
    }
}

#[test]
fn evidence_that_no_such_resource_can_have_is_the_controls_error() {
    let of = |path: &str| {
        let rules = format!(
            r#"deny contains {{"subject": ["rds_instances", "db"], "message": "m", "evidence": [["rds_instances", "db", {path:?}]]}}"#
        );
        judged(&database(Some(false), None), &rules, |_| ())
    };
    for wrong in ["/enginee", "/engine/x", "engine"] {
        let results = of(wrong);
        assert_eq!(results.verdicts, [], "{wrong}");
        assert!(results.errors[0].message.contains("names no attribute"), "{wrong}");
    }
    // Of a list that is shorter than that.
    let results = of("/security_group_ids/7");
    assert_eq!((results.errors.len(), results.verdicts.len()), (0, 1));
}

#[test]
fn a_finding_about_what_is_not_applicable_is_the_controls_error() {
    let rules = r#"deny contains {"subject": ["rds_instances", "db"], "message": "m", "evidence": []}

applicable contains ["rds_instances", "other"]"#;
    let results = judged(&database(Some(false), None), rules, |_| ());
    assert_eq!(results.verdicts, []);
    let message = &results.errors[0].message;
    assert!(message.contains("rds_instances/db, which the policy does not list"), "{message}");
}

#[test]
fn a_rule_that_fails_is_an_error_and_no_pass() {
    let rules = "deny contains x if {\n\tsome x in input.rds_instances\n\tto_number(x.id) == 1\n}";
    let results = judged(&database(Some(false), None), rules, |_| ());
    assert_eq!((results.errors.len(), results.verdicts.len()), (1, 0));
    assert!(results.errors[0].message.contains("x.rego:5"), "{}", results.errors[0].message);
}

#[test]
fn subjects_of_other_sources_are_not_judged() {
    let mut snapshot = database(Some(true), None);
    let resource = Origin::Api { operation: "rds:DescribeDBInstances".into(), span: None };
    snapshot.origins.insert(
        &ResourceRef::new("rds_instances", "db"),
        ResourceOrigin { resource, attributes: BTreeMap::new() },
    );
    let rules = r#"deny contains {"subject": ["rds_instances", "db"], "message": "m", "evidence": [["rds_instances", "db", "/engine"]]}"#;
    let live = judged(&snapshot, rules, |_| ());
    assert_eq!(live.verdicts.len(), 1);
    let templates = judged(&snapshot, rules, |policy| {
        policy.control.sources = vec![SourceKind::Cloudformation];
    });
    assert_eq!((templates.verdicts.len(), templates.errors.len()), (0, 0));
}

#[test]
fn absence_is_no_failure_while_the_collection_is_not_known() {
    let rules = r#"deny contains {"subject": ["rds_instances", "db"], "message": "m", "evidence": [["log_groups"]]} if count(input.log_groups) == 0"#;
    let mut snapshot = database(Some(false), None);
    let status = |snapshot: &Snapshot| judged(snapshot, rules, |_| ()).verdicts[0].status;
    assert_eq!(status(&snapshot), Status::Fail);
    gap(&mut snapshot, "log_groups", None, "");
    assert_eq!(status(&snapshot), Status::Unknown);
}

#[test]
fn a_denial_elsewhere_does_not_matter() {
    let mut snapshot = database(Some(false), Some(false));
    let mut database = RdsInstance::new(identity("here"));
    database.account = Some("111111111111".to_owned());
    database.publicly_accessible = Some(false);
    database.db_subnet_group = Some("group".to_owned());
    snapshot.model.rds_instances = Collection::default();
    snapshot.model.rds_instances.insert("here".to_owned(), database);
    let denied = |account: &str| Gap {
        collection: "subnets".to_owned(),
        id: None,
        path: String::new(),
        account: Some(account.to_owned()),
        region: None,
        reason: Reason::Denied { operation: "o".to_owned(), permission: "p".to_owned() },
    };
    snapshot.gaps.insert(denied("222222222222"));
    assert_eq!(status(&snapshot), [("here".into(), Status::Pass)]);
    snapshot.gaps.insert(denied("111111111111"));
    assert_eq!(status(&snapshot), [("here".into(), Status::Unknown)]);
}

#[test]
fn many_reasons_are_counted() {
    let rules = "deny contains finding if {\n\tfalse\n\tfinding := {}\n}";
    let mut snapshot = database(Some(false), None);
    for index in 0..100 {
        gap(&mut snapshot, "subnets", Some(&format!("subnet-{index}")), "/public");
    }
    let results = judged(&snapshot, rules, |_| ());
    let Verdict { status, reasons, .. } = &results.verdicts[0];
    assert_eq!((*status, reasons.len()), (Status::Unknown, 21));
    assert_eq!(reasons[20], "80 more attributes are not known");
}
