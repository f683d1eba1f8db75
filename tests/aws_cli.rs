//! Saved output of the AWS CLI, read as a user reads it: what was given is
//! known, what was not is unknown and says which command prints it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::{Value, json};

const ACCOUNT: &str = "tests/aws_cli/account";
const REGION: &str = "tests/aws_cli/account/eu-west-1";
const BALANCER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/0123456789abcdef";
const DATABASE: &str = "arn:aws:rds:eu-west-1:111122223333:db:orders";

fn audit(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("RUST_LIB_BACKTRACE", "0")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The status of each verdict, by control and subject.
fn verdicts(target: &str) -> BTreeMap<(String, String), String> {
    let (_, report, errors) = audit(&["scan", target, "--format", "json"]);
    let report: Value = serde_json::from_str(&report).expect(&errors);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    verdicts
        .map(|one| {
            let key = (text(&one["control"]), text(&one["subject"]["id"]));
            (key, text(&one["status"]))
        })
        .collect()
}

fn path(from: &str, to: &str, port: &str, target: &str) -> (String, String) {
    let (_, answer, errors) =
        audit(&["path", from, to, "--port", port, "--format", "json", target]);
    let answer: Value = serde_json::from_str(&answer).expect(&errors);
    (answer["verdict"].as_str().unwrap().to_owned(), answer.to_string())
}

/// A copy of the account, to change.
fn copy() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files() {
        let to = directory.path().join(&file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(ACCOUNT).join(&file), to).unwrap();
    }
    directory
}

/// The files of the account, below its directory.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(ACCOUNT);
    let mut found = Vec::new();
    for directory in [root.clone(), root.join("eu-west-1")] {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                found.push(path.strip_prefix(&root).unwrap().to_path_buf());
            }
        }
    }
    found.sort();
    found
}

fn answer(name: &str) -> Value {
    let text =
        std::fs::read_to_string(format!("{}/{REGION}/{name}.json", env!("CARGO_MANIFEST_DIR")));
    serde_json::from_str(&text.unwrap()).unwrap()
}

#[test]
fn a_saved_account_is_judged_at_the_lines_of_its_answers() {
    let (code, report, errors) = audit(&["scan", ACCOUNT]);
    assert_eq!(code, 1, "{errors}");
    let place = format!("{REGION}/describe-network-acls.json:66:26");
    assert!(report.contains(&place), "{report}");
    // A secret is found, and not shown.
    assert!(report.contains("SMTP_PASSWORD"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
    let verdicts = verdicts(ACCOUNT);
    let failed: BTreeSet<&str> = verdicts
        .iter()
        .filter(|(_, status)| *status == "fail")
        .map(|((control, _), _)| control.as_str())
        .collect();
    let expected = [
        "iam-least-privilege",
        "nacl-data-tier",
        "nacl-no-admin",
        "nat-per-zone",
        // The interface is no service that is known.
        "net-data-only-from-service",
        "secrets-not-in-env",
        "sg-data-chain",
        "vpc-endpoints",
    ];
    assert_eq!(failed, BTreeSet::from(expected));
    for control in ["rds-encrypted", "rds-multi-az", "rds-private", "net-data-not-from-internet"] {
        let key = (control.to_owned(), DATABASE.to_owned());
        assert_eq!(verdicts.get(&key).map(String::as_str), Some("pass"), "{control}");
    }
    // What no answer tells of is open.
    let open = verdicts.iter().filter(|((control, _), _)| control.starts_with("s3-"));
    assert!(open.clone().count() > 0 && open.clone().all(|(_, status)| status == "unknown"));
}

/// The same network as a person writes it down.
fn written_down() -> Value {
    let rule = |port: u16, peer: &str, id: &str| json!({ "protocol": "tcp", "from_port": port, "to_port": port, peer: id });
    json!({ "schema_version": 1, "model": {
        "vpcs": { "vpc-0a11": { "cidr_blocks": ["10.20.0.0/16"] } },
        "subnets": {
            "subnet-0pa": { "vpc_id": "vpc-0a11", "cidr_block": "10.20.0.0/24", "availability_zone": "a" },
            "subnet-0sa": { "vpc_id": "vpc-0a11", "cidr_block": "10.20.10.0/24", "availability_zone": "a" },
            "subnet-0da": { "vpc_id": "vpc-0a11", "cidr_block": "10.20.20.0/24", "availability_zone": "a" },
        },
        "internet_gateways": { "igw-0a1": { "vpc_id": "vpc-0a11" } },
        "route_tables": { "rtb-0pub": {
            "vpc_id": "vpc-0a11",
            "subnet_ids": ["subnet-0pa"],
            "routes": [{ "destination_cidr_block": "0.0.0.0/0", "target_id": "igw-0a1" }],
        } },
        "security_groups": {
            "sg-0alb": {
                "vpc_id": "vpc-0a11",
                "ingress": [rule(443, "cidr_ipv4", "0.0.0.0/0")],
                "egress": [rule(8080, "referenced_group_id", "sg-0svc")],
            },
            "sg-0svc": {
                "vpc_id": "vpc-0a11",
                "ingress": [rule(8080, "referenced_group_id", "sg-0alb")],
                "egress": [rule(5432, "referenced_group_id", "sg-0db")],
            },
            "sg-0db": {
                "vpc_id": "vpc-0a11",
                "ingress": [rule(5432, "referenced_group_id", "sg-0svc")],
                "egress": [],
            },
        },
        "network_interfaces": { "eni-0svc": {
            "vpc_id": "vpc-0a11",
            "subnet_id": "subnet-0sa",
            "security_group_ids": ["sg-0svc"],
            "private_ip_addresses": ["10.20.10.20"],
        } },
        "load_balancers": { BALANCER: {
            "load_balancer_type": "application",
            "scheme": "internet-facing",
            "vpc_id": "vpc-0a11",
            "subnet_ids": ["subnet-0pa"],
            "security_group_ids": ["sg-0alb"],
        } },
        "listeners": { "listener": { "load_balancer": BALANCER, "port": 443, "protocol": "HTTPS" } },
        "rds_subnet_groups": { "orders": { "vpc_id": "vpc-0a11", "subnet_ids": ["subnet-0da"] } },
        "rds_instances": { DATABASE: {
            "engine": "postgres",
            "port": 5432,
            "publicly_accessible": false,
            "db_subnet_group": "orders",
            "security_group_ids": ["sg-0db"],
        } },
    } })
}

/// Questions with their answers: from, to, port, verdict.
const QUESTIONS: [(&str, &str, &str, &str); 6] = [
    ("internet", BALANCER, "443", "reachable"),
    ("internet", BALANCER, "80", "unreachable"),
    ("internet", "eni-0svc", "22", "unreachable"),
    ("internet", DATABASE, "5432", "unreachable"),
    ("eni-0svc", DATABASE, "5432", "reachable"),
    ("eni-0svc", DATABASE, "22", "unreachable"),
];

#[test]
fn paths_are_those_of_the_same_network_written_down() {
    let directory = tempfile::tempdir().unwrap();
    let written = directory.path().join("network.json");
    std::fs::write(&written, written_down().to_string()).unwrap();
    for (from, to, port, expected) in QUESTIONS {
        for target in [ACCOUNT, written.to_str().unwrap()] {
            let (verdict, answer) = path(from, to, port, target);
            assert_eq!(verdict, expected, "{from} → {to}:{port} in {target}: {answer}");
        }
    }
}

#[test]
fn permissions_come_of_documents_in_either_spelling() {
    let can = |principal: &str, action: &str, resource: &str| {
        let (_, answer, errors) =
            audit(&["can", principal, action, resource, "--format", "json", ACCOUNT]);
        let answer: Value = serde_json::from_str(&answer).expect(&errors);
        answer["decision"].as_str().unwrap().to_owned()
    };
    // Percent-encoded, and of an action with no policy of the resource.
    assert_eq!(can("mailer", "ses:SendEmail", "*"), "allowed");
    assert_eq!(can("mailer", "ec2:DescribeVpcs", "*"), "denied");
    // By the group, and by the default version of its policy alone.
    assert_eq!(can("alice", "ec2:DescribeVpcs", "*"), "allowed");
    assert_eq!(can("alice", "iam:CreateUser", "*"), "denied");
    // The secrets' own policies were not given.
    let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-x";
    assert_eq!(can("service", "secretsmanager:GetSecretValue", secret), "conditional");
}

#[test]
fn a_file_that_is_missing_turns_no_verdict_round() {
    let before = verdicts(ACCOUNT);
    for file in files() {
        let directory = copy();
        std::fs::remove_file(directory.path().join(&file)).unwrap();
        let after = verdicts(directory.path().to_str().unwrap());
        for (key, status) in &after {
            let first = before.get(key).map(String::as_str);
            let turned = match status.as_str() {
                "pass" => first == Some("fail"),
                "fail" => first == Some("pass"),
                _ => false,
            };
            assert!(!turned, "{key:?} was {first:?} and is {status} without {}", file.display());
        }
        for (key, status) in before.iter().filter(|(_, status)| *status == "fail") {
            let now = after.get(key).map(String::as_str);
            assert_ne!(now, Some("pass"), "{key:?} was {status}");
        }
    }
}

#[test]
fn what_is_missing_is_unknown_and_names_its_command() {
    for (file, command, (from, to, port)) in [
        ("describe-route-tables", "ec2 describe-route-tables", ("internet", BALANCER, "443")),
        ("describe-network-acls", "ec2 describe-network-acls", ("eni-0svc", DATABASE, "5432")),
        (
            "describe-security-groups",
            "ec2 describe-security-groups",
            ("eni-0svc", DATABASE, "5432"),
        ),
        ("describe-listeners", "elbv2 describe-listeners", ("internet", BALANCER, "443")),
    ] {
        let directory = copy();
        std::fs::remove_file(directory.path().join(format!("eu-west-1/{file}.json"))).unwrap();
        let (verdict, answer) = path(from, to, port, directory.path().to_str().unwrap());
        assert_eq!(verdict, "unknown", "without {file}: {answer}");
        let reason = format!("no output of `aws {command}` was given");
        assert!(answer.contains(&reason), "without {file}: {answer}");
        let (_, _, errors) = audit(&["scan", directory.path().to_str().unwrap()]);
        assert!(errors.contains(&format!("aws {command}")), "{errors}");
    }
}

#[test]
fn an_answer_that_goes_on_is_not_whole() {
    for (file, more) in [
        ("describe-subnets", json!({ "NextToken": "eyJ" })),
        ("describe-db-instances", json!({ "Marker": "x" })),
    ] {
        let directory = copy();
        let mut cut = answer(file);
        cut.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let changed = directory.path().join(format!("eu-west-1/{file}.json"));
        std::fs::write(changed, cut.to_string()).unwrap();
        let target = directory.path().to_str().unwrap();
        let (_, report, _) = audit(&["scan", target, "--format", "json"]);
        let expected = "that was given ends before its last page";
        assert!(report.contains(expected), "{file}");
        let report: Value = serde_json::from_str(&report).unwrap();
        let coverage = report["coverage"].as_array().unwrap();
        assert!(coverage.iter().any(|one| one["status"] == "failed"), "{coverage:?}");
    }
}

#[test]
fn a_region_without_answers_is_unknown_as_a_whole() {
    let directory = copy();
    let regions = json!({ "Regions": [
        { "RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required" },
        { "RegionName": "us-east-1", "OptInStatus": "opt-in-not-required" },
        { "RegionName": "af-south-1", "OptInStatus": "not-opted-in" },
    ] });
    let file = directory.path().join("eu-west-1/describe-regions.json");
    std::fs::write(file, regions.to_string()).unwrap();
    let (_, snapshot, _) = audit(&["snapshot", directory.path().to_str().unwrap()]);
    let snapshot: Value = serde_json::from_str(&snapshot).unwrap();
    let open: BTreeSet<&str> = snapshot["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|gap| gap["collection"] == "vpcs" && gap["id"].is_null())
        .filter_map(|gap| gap["region"].as_str())
        .collect();
    assert_eq!(open, BTreeSet::from(["us-east-1"]));
}

#[test]
fn what_cannot_be_read_is_named() {
    let directory = copy();
    let target = directory.path().to_str().unwrap();
    let file = directory.path().join("eu-west-1/describe-subnets.json");
    std::fs::write(&file, "{\n  \"Subnets\": [\n    {\"SubnetId\": }\n").unwrap();
    let (code, _, errors) = audit(&["scan", target]);
    assert_ne!(code, 0, "{errors}");
    assert!(errors.contains("describe-subnets.json:3:18"), "{errors}");
    // An answer that is not read.
    std::fs::write(&file, r#"{"DhcpOptions": []}"#).unwrap();
    let (_, _, errors) = audit(&["scan", target, "--verbose"]);
    assert!(errors.contains("describe-subnets.json"), "{errors}");
    // One beside an answer that is.
    std::fs::write(&file, r#"{"Subnets": [], "DhcpOptions": []}"#).unwrap();
    let (_, _, errors) = audit(&["scan", target, "--verbose"]);
    assert!(errors.contains("DhcpOptions is no answer that is read"), "{errors}");
    // An item that does not tell what it is.
    std::fs::write(
        &file,
        r#"{"Subnets": [{"SubnetId": "subnet-1"}, {"CidrBlock": "10.0.0.0/8"}]}"#,
    )
    .unwrap();
    let (_, _, errors) = audit(&["scan", target]);
    assert!(errors.contains("an item of the answer has no SubnetId"), "{errors}");
}

/// Writes the account's answers of its region as Batfish lays them out.
fn as_batfish(directory: &Path) {
    let of_group = |name: &str, list: &str| json!({ "TargetGroupArn": answer("describe-target-groups")["TargetGroups"][0]["TargetGroupArn"], list: answer(name)[list] });
    let health = of_group("describe-target-health-orders", "TargetHealthDescriptions");
    let attributes = json!({
        "LoadBalancerArn": BALANCER,
        "Attributes": answer("describe-load-balancer-attributes-shop")["Attributes"],
    });
    std::fs::create_dir_all(directory).unwrap();
    let write = |name: &str, answer: Value| {
        std::fs::write(directory.join(format!("{name}.json")), answer.to_string()).unwrap();
    };
    for (file, key) in [
        ("describe-vpcs", "Vpcs"),
        ("describe-subnets", "Subnets"),
        ("describe-route-tables", "RouteTables"),
        ("describe-internet-gateways", "InternetGateways"),
        ("describe-nat-gateways", "NatGateways"),
        ("describe-network-acls", "NetworkAcls"),
        ("describe-security-groups", "SecurityGroups"),
        ("describe-network-interfaces", "NetworkInterfaces"),
        ("describe-instances", "Reservations"),
        ("describe-load-balancers", "LoadBalancers"),
        ("describe-target-groups", "TargetGroups"),
        ("describe-vpc-endpoints", "VpcEndpoints"),
        ("describe-vpc-peering-connections", "VpcPeeringConnections"),
        ("describe-transit-gateways", "TransitGateways"),
    ] {
        write(key, json!({ key: answer(file)[key] }));
    }
    write(
        "LoadBalancerListeners",
        json!({ "LoadBalancerListeners": answer("describe-listeners")["Listeners"] }),
    );
    write("LoadBalancerTargetHealth", json!({ "LoadBalancerTargetHealth": [health] }));
    write("LoadBalancerAttributes", json!({ "LoadBalancerAttributes": [attributes] }));
    write("RdsInstances", json!({ "DBInstances": answer("describe-db-instances")["DBInstances"] }));
    write(
        "PrefixLists",
        json!({ "PrefixLists": [
        { "PrefixListId": "pl-6da54004", "PrefixListName": "s3", "Cidrs": ["198.51.100.0/24"] },
    ] }),
    );
}

/// The model that is read of a target.
fn model(target: &Path) -> Value {
    let (_, model, errors) = audit(&["snapshot", target.to_str().unwrap(), "--model-only"]);
    let mut model: Value = serde_json::from_str(&model).expect(&errors);
    model.as_object_mut().unwrap().remove("collected_at");
    model
}

#[test]
fn batfish_directories_are_read_as_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("aws_configs/accounts/111122223333");
    as_batfish(&root.join("eu-west-1"));
    let model = model(directory.path());
    let group = model["target_groups"].as_object().unwrap().values().next().unwrap();
    assert_eq!(group["targets"][0]["target_id"], "10.20.10.20");
    assert_eq!(model["load_balancers"][BALANCER]["access_logs_enabled"], true);
    assert_eq!(model["prefix_lists"]["pl-6da54004"]["cidrs"], json!(["198.51.100.0/24"]));
    assert_eq!(model["subnets"]["subnet-0pa"]["region"], "eu-west-1");
    assert_eq!(model["subnets"]["subnet-0pa"]["account"], "111122223333");
    assert_eq!(model["subnets"]["subnet-0pa"]["public"], true);
    assert_eq!(path("eni-0svc", DATABASE, "5432", directory.path().to_str().unwrap()).0, "unknown");
}

#[test]
fn one_file_of_several_answers_is_all_of_them() {
    let directory = tempfile::tempdir().unwrap();
    as_batfish(directory.path());
    let apart = model(directory.path());
    let mut whole = serde_json::Map::new();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        whole.extend(serde_json::from_str::<serde_json::Map<String, Value>>(&text).unwrap());
    }
    let one = tempfile::tempdir().unwrap();
    let file = one.path().join("aws.json");
    std::fs::write(&file, Value::Object(whole).to_string()).unwrap();
    assert!(apart == model(&file));
}

#[test]
fn rules_of_groups_may_be_told_by_themselves() {
    let directory = copy();
    let mut groups = answer("describe-security-groups");
    for group in groups["SecurityGroups"].as_array_mut().unwrap() {
        group.as_object_mut().unwrap().retain(|key, _| !key.starts_with("IpPermissions"));
    }
    let at = |name: &str| directory.path().join(format!("eu-west-1/{name}.json"));
    std::fs::write(at("describe-security-groups"), groups.to_string()).unwrap();
    let target = directory.path().to_str().unwrap();
    // A group whose rules are missing may have any.
    let (verdict, answer) = path("eni-0svc", DATABASE, "5432", target);
    assert_eq!(verdict, "unknown", "{answer}");
    let rule = |id: &str, group: &str, is_egress: bool, port: u16, peer: (&str, Value)| {
        json!({
            "SecurityGroupRuleId": id, "GroupId": group, "IsEgress": is_egress,
            "IpProtocol": "tcp", "FromPort": port, "ToPort": port, peer.0: peer.1,
        })
    };
    let group = |id: &str| ("ReferencedGroupInfo", json!({ "GroupId": id }));
    let rules = json!({ "SecurityGroupRules": [
        rule("sgr-1", "sg-0alb", false, 443, ("CidrIpv4", json!("0.0.0.0/0"))),
        rule("sgr-2", "sg-0alb", true, 8080, group("sg-0svc")),
        rule("sgr-3", "sg-0svc", false, 8080, group("sg-0alb")),
        rule("sgr-4", "sg-0svc", true, 5432, group("sg-0db")),
        rule("sgr-5", "sg-0db", false, 5432, group("sg-0svc")),
    ] });
    std::fs::write(at("describe-security-group-rules"), rules.to_string()).unwrap();
    for (from, to, port, expected) in QUESTIONS {
        let (verdict, answer) = path(from, to, port, target);
        assert_eq!(verdict, expected, "{from} → {to}:{port}: {answer}");
    }
}
