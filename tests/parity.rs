//! The same stack gives the same verdicts as a template and as a plan, and a
//! named change to either trips the control that is meant to see it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "parity_network/mod.rs"]
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use audit::analysis;
use audit::model::link;
use audit::policy::bundle::Bundle;
use audit::policy::evaluate::{Settings, evaluate};
use audit::policy::verdict::{Results, Status};
use audit::source::{Loaded, TemplateOptions, TextFile, cloudformation, terraform};

fn judged(loaded: Loaded) -> Results {
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    judged_with_gaps(loaded)
}

fn judged_with_gaps(mut loaded: Loaded) -> Results {
    loaded.snapshot.model.collected_at = "2026-11-23T00:00:00Z".to_owned();
    link::link(&mut loaded.snapshot);
    analysis::derive(&mut loaded.snapshot);
    let results = evaluate(&loaded.snapshot, &Bundle::embedded(), &Settings::default());
    assert_eq!(results.errors, []);
    results
}

fn file(path: &str, text: String) -> TextFile {
    TextFile { name: path.into(), path: Path::new(path).to_path_buf(), text }
}

fn template(change: impl Fn(String) -> String) -> Results {
    let path = "stack-reference/cloudformation/orders.yaml";
    let text = change(std::fs::read_to_string(path).unwrap());
    judged(cloudformation::read(&[file(path, text)], &TemplateOptions::default()))
}

fn plan(change: impl Fn(String) -> String) -> Results {
    let path = "stack-reference/terraform/plan.json";
    let text = change(std::fs::read_to_string(path).unwrap());
    judged(terraform::read(&file(path, text), &TemplateOptions::default()))
}

fn statuses(results: &Results) -> BTreeMap<&str, BTreeSet<Status>> {
    let mut found: BTreeMap<&str, BTreeSet<Status>> = BTreeMap::new();
    for verdict in &results.verdicts {
        found.entry(&verdict.control).or_default().insert(verdict.status);
    }
    found
}

fn failing(results: &Results) -> BTreeSet<&str> {
    results
        .verdicts
        .iter()
        .filter(|verdict| verdict.status == Status::Fail)
        .map(|verdict| verdict.control.as_str())
        .collect()
}

#[test]
fn template_and_plan_give_the_same_verdicts() {
    let (template, plan) = (template(|text| text), plan(|text| text));
    let (template, plan) = (statuses(&template), statuses(&plan));
    for (control, found) in &template {
        if let Some(other) = plan.get(control) {
            assert_eq!(found, other, "{control}");
        }
    }
}

/// A change to the template, and the controls that it trips.
const TEMPLATE_CHANGES: &[(&str, &str, &[&str])] = &[
    ("      PubliclyAccessible: false", "      PubliclyAccessible: true", &["rds-private"]),
    ("      MultiAZ: true", "      MultiAZ: false", &["rds-multi-az"]),
    ("BackupRetentionPeriod: 14", "BackupRetentionPeriod: 1", &["rds-backups"]),
    ("      StorageEncrypted: true", "      StorageEncrypted: false", &["rds-encrypted"]),
    (
        "      DeletionProtection: true",
        "      DeletionProtection: false",
        &["rds-deletion-protection"],
    ),
    ("require_secure_transport: \"1\"", "require_secure_transport: \"0\"", &["rds-tls"]),
    (
        "EnableCloudwatchLogsExports: [error, slowquery, audit]",
        "EnableCloudwatchLogsExports: [error]",
        &["rds-log-exports"],
    ),
    (
        "PreferredMaintenanceWindow: sun:03:00-sun:03:30",
        "PreferredMaintenanceWindow: sun:01:00-sun:01:30",
        &["rds-maintenance"],
    ),
    ("EngineVersion: \"8.4.7\"", "EngineVersion: \"5.7.44\"", &["rds-engine-supported"]),
    ("      NetworkMode: awsvpc", "      NetworkMode: bridge", &["ecs-awsvpc"]),
    ("PlatformVersion: LATEST", "PlatformVersion: 1.3.0", &["ecs-fargate-platform"]),
    ("DesiredCount: 2", "DesiredCount: 1", &["ecs-multi-az"]),
    ("AssignPublicIp: DISABLED", "AssignPublicIp: ENABLED", &["ecs-private"]),
    (
        "HealthCheckEnabled: true",
        "HealthCheckEnabled: false",
        &["alb-health-check", "ecs-behind-alb"],
    ),
    (
        "          Essential: true",
        "          Essential: true\n          Privileged: true",
        &["ecs-hardened"],
    ),
    ("{Name: nofile, ", "{Name: nproc, ", &["ecs-open-files"]),
    (
        "{Name: DATABASE_HOST, Value: !GetAtt Database.Endpoint.Address}",
        "{Name: DATABASE_PASSWORD, Value: hunter2hunter2}",
        &["secrets-not-in-env"],
    ),
    ("            LogDriver: awslogs", "            LogDriver: json-file", &["ecs-logs"]),
    (
        "      LogGroupName: !Sub /ecs/${Name}\n      RetentionInDays: 90",
        "      LogGroupName: !Sub /ecs/${Name}\n      RetentionInDays: 7",
        &["log-retention"],
    ),
    ("LogGroupName: !Sub /ecs/${Name}", "LogGroupName: logs", &["log-naming"]),
    (
        "DeploymentCircuitBreaker: {Enable: true, Rollback: true}",
        "DeploymentCircuitBreaker: {Enable: false, Rollback: false}",
        &["ecs-safe-deployment"],
    ),
    ("/${Name}:${ImageTag}", "/${Name}:latest", &["ecs-image-pinned"]),
    ("      EnableKeyRotation: true", "      EnableKeyRotation: false", &["kms-rotation"]),
    ("        BlockPublicAcls: true", "        BlockPublicAcls: false", &["s3-private"]),
    (
        "              Bool: {aws:SecureTransport: \"false\"}",
        "              Bool: {aws:SecureTransport: \"true\"}",
        &["s3-tls"],
    ),
    (
        "                Resource: [!Ref ApiKeySecret, !Ref CacheTokenSecret]",
        "                Resource: \"*\"",
        &["iam-task-role", "secrets-scoped"],
    ),
    (
        "              AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root",
        "              AWS: \"*\"",
        &["kms-policy"],
    ),
    ("      TrafficType: ALL", "      TrafficType: ACCEPT", &["vpc-flow-logs"]),
    ("      PrivateDnsEnabled: true", "      PrivateDnsEnabled: false", &["vpc-endpoints"]),
    (
        "      MapPublicIpOnLaunch: false",
        "      MapPublicIpOnLaunch: true",
        &["subnet-no-auto-public-ip"],
    ),
    (
        "      NatGatewayId: !Ref NatGatewayB",
        "      NatGatewayId: !Ref NatGatewayA",
        &["nat-per-zone"],
    ),
    ("      RuleAction: deny", "      RuleAction: allow", &["nacl-no-admin"]),
    ("Type: Custom::VpcRestrictDefaultSG", "Type: Custom::Nothing", &["default-sg-closed"]),
    (
        "      SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06",
        "      SslPolicy: ELBSecurityPolicy-2016-08",
        &["alb-https"],
    ),
    (
        "{Protocol: HTTPS, Port: \"443\", StatusCode: HTTP_301}",
        "{Protocol: HTTPS, Port: \"8443\", StatusCode: HTTP_301}",
        &["alb-redirect"],
    ),
    (
        "{Key: access_logs.s3.enabled, Value: \"true\"}",
        "{Key: access_logs.s3.enabled, Value: \"false\"}",
        &["alb-logs"],
    ),
    (
        "{Key: deletion_protection.enabled, Value: \"true\"}",
        "{Key: deletion_protection.enabled, Value: \"false\"}",
        &["alb-hardened"],
    ),
    ("EnableLogFileValidation: true", "EnableLogFileValidation: false", &["cloudtrail-integrity"]),
    (
        "                Resource: !GetAtt FlowLogGroup.Arn",
        "                Resource: \"*\"",
        &["iam-least-privilege"],
    ),
    (
        "Action: [ec2:RevokeSecurityGroupIngress, ec2:RevokeSecurityGroupEgress]",
        "Action: ec2:*",
        &["iam-least-privilege"],
    ),
    (
        "      TaskRoleArn: !GetAtt TaskRole.Arn",
        "      TaskRoleArn: !GetAtt ExecutionRole.Arn",
        &["iam-task-role"],
    ),
    // No task needs to change IAM, and on its own role it is the way up.
    (
        "                Action: [xray:PutTraceSegments, xray:PutTelemetryRecords]
                Resource: \"*\"",
        "                Action: iam:PutRolePolicy
                Resource: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Name}-task",
        &["iam-no-escalation", "iam-task-role"],
    ),
    (
        "                Action: [logs:CreateLogStream, logs:PutLogEvents]
                Resource: !GetAtt TrailLogGroup.Arn",
        "                Action: iam:AttachRolePolicy
                Resource: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*",
        &["iam-no-escalation"],
    ),
];

#[test]
fn a_change_to_the_template_trips_its_control_and_no_other() {
    let mut wrong = Vec::new();
    for (from, to, controls) in TEMPLATE_CHANGES {
        let results = template(|text| {
            assert!(text.contains(from), "the stack no longer says {from}");
            text.replacen(from, to, 1)
        });
        if failing(&results) != controls.iter().copied().collect() {
            wrong.push(format!("{from} -> {to}: {:?}", failing(&results)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A change to the plan's values, and the controls that it trips.
const PLAN_CHANGES: &[(&str, &str, &[&str])] = &[
    ("\"publicly_accessible\": false", "\"publicly_accessible\": true", &["rds-private"]),
    ("\"multi_az\": true", "\"multi_az\": false", &["rds-multi-az"]),
    ("\"backup_retention_period\": 14", "\"backup_retention_period\": 1", &["rds-backups"]),
    ("\"storage_encrypted\": true", "\"storage_encrypted\": false", &["rds-encrypted"]),
    (
        "\"deletion_protection\": true",
        "\"deletion_protection\": false",
        &["rds-deletion-protection"],
    ),
    ("\"network_mode\": \"awsvpc\"", "\"network_mode\": \"bridge\"", &["ecs-awsvpc"]),
    ("\"desired_count\": 2", "\"desired_count\": 1", &["ecs-multi-az"]),
    ("\"assign_public_ip\": false", "\"assign_public_ip\": true", &["ecs-private"]),
    ("\"rollback\": true", "\"rollback\": false", &["ecs-safe-deployment"]),
    ("orders:1.4.2", "orders:latest", &["ecs-image-pinned"]),
    ("\"enable_key_rotation\": true", "\"enable_key_rotation\": false", &["kms-rotation"]),
    ("\"block_public_policy\": true", "\"block_public_policy\": false", &["s3-private"]),
    (
        "arn:aws:logs:eu-west-1:111122223333:log-group:/vpc/orders/flow:*",
        "*",
        &["iam-least-privilege"],
    ),
    ("logs:DescribeLogStreams", "logs:*", &["iam-least-privilege"]),
    (
        "[\\\"xray:PutTraceSegments\\\",\\\"xray:PutTelemetryRecords\\\"],\\\"Effect\\\":\\\"Allow\\\",\\\"Resource\\\":\\\"*\\\"",
        "\\\"iam:PutRolePolicy\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Resource\\\":\\\"arn:aws:iam::111122223333:role/orders-task\\\"",
        &["iam-no-escalation", "iam-task-role"],
    ),
    ("\\\"ecs-tasks.amazonaws.com\\\"", "\\\"ec2.amazonaws.com\\\"", &["iam-task-role"]),
];

#[test]
fn a_change_to_the_plan_trips_its_control_and_no_other() {
    let mut wrong = Vec::new();
    for (from, to, controls) in PLAN_CHANGES {
        let results = plan(|text| {
            assert!(text.contains(from), "the plan no longer says {from}");
            text.replace(from, to)
        });
        if failing(&results) != controls.iter().copied().collect() {
            wrong.push(format!("{from} -> {to}: {:?}", failing(&results)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_plan_is_of_the_terraform_beside_it() {
    let mut declared = BTreeSet::new();
    for entry in std::fs::read_dir("stack-reference/terraform").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "tf") {
            let text = std::fs::read_to_string(path).unwrap();
            for line in text.lines().filter(|line| line.starts_with("resource ")) {
                let mut labels = line.split('"').skip(1).step_by(2);
                declared.insert(format!("{}.{}", labels.next().unwrap(), labels.next().unwrap()));
            }
        }
    }
    let plan = std::fs::read_to_string("stack-reference/terraform/plan.json").unwrap();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let planned: BTreeSet<String> = plan["planned_values"]["root_module"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| resource["address"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(planned, declared);
}
