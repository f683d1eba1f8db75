//! Policies of queues, topics and functions: what templates and plans say of
//! them, and what follows for who may do what.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod facts;

use std::path::Path;
use std::sync::Arc;

use assert_cmd::Command;
use audit::model::{Snapshot, link};
use audit::source::{Loaded, TemplateOptions, TextFile, cloudformation, terraform};
use serde_json::{Value, json};

use facts::fact;

const ACCOUNT: &str = "111122223333";
const OTHER: &str = "444455556666";

/// A role that may do nothing, one that may do all of three services, and what
/// follows.
fn template(resources: &str) -> String {
    let role = |name: &str, policies: &str| {
        format!(
            r#"  {name}:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {name}
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Action: "sts:AssumeRole", Principal: {{Service: ec2.amazonaws.com}}}}]
      Policies: {policies}
"#
        )
    };
    let all = r#"[{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["sqs:*", "sns:*", "lambda:*"], Resource: "*"}]}}]"#;
    format!(
        "Parameters: {{Late: {{Type: String}}}}\nResources:\n{}{}{resources}",
        role("Nobody", "[]"),
        role("Worker", all)
    )
}

fn audit(arguments: &[&str]) -> String {
    let output = Command::cargo_bin("audit")
        .unwrap()
        .env_clear()
        .env("RUST_LIB_BACKTRACE", "0")
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Questions about one template of the account.
struct Asked {
    directory: tempfile::TempDir,
}

impl Asked {
    fn of(resources: &str) -> Self {
        Self::text(&template(resources))
    }

    fn text(text: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("stack.yaml"), text).unwrap();
        Self { directory }
    }

    fn arguments<'a>(&self, words: &[&'a str], path: &'a str) -> Vec<&'a str> {
        let more = [path, "--account", ACCOUNT, "--region", "eu-west-1", "--format", "json"];
        [words, &more].concat()
    }

    /// The decision, and the condition where there is one.
    fn can(&self, principal: &str, action: &str, resource: &str) -> (String, String) {
        let path = self.directory.path().join("stack.yaml").display().to_string();
        let text = audit(&self.arguments(&["can", principal, action, resource], &path));
        let answer: Value = serde_json::from_str(&text).unwrap();
        let field = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        (field("decision"), field("condition"))
    }

    /// Every principal that is allowed, or may be, with how.
    fn who(&self, action: &str, resource: &str) -> Vec<(String, String)> {
        let path = self.directory.path().join("stack.yaml").display().to_string();
        let text = audit(&self.arguments(&["who", action, resource], &path));
        let answer: Value = serde_json::from_str(&text).unwrap();
        let all = answer["principals"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        all.filter(|one| one["decision"] != "denied")
            .map(|one| (text(&one["principal"]), text(&one["decision"])))
            .collect()
    }
}

fn plain(decision: &str) -> (String, String) {
    (decision.to_owned(), String::new())
}

const QUEUE: &str = r#"
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: orders}
"#;

fn queue_policy(statement: &str) -> String {
    format!(
        r#"{QUEUE}
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument: {{Version: "2012-10-17", Statement: [{statement}]}}
"#
    )
}

#[test]
fn a_queue_without_a_policy_is_its_accounts_alone() {
    let asked = Asked::of(QUEUE);
    let send = |principal: &str| asked.can(principal, "sqs:SendMessage", "orders");
    assert_eq!(send("Worker"), plain("allowed"));
    assert_eq!(send("Nobody"), plain("denied"));
    assert_eq!(send("sns.amazonaws.com"), plain("denied"));
    assert_eq!(send("anonymous"), plain("denied"));
    // By its ARN too, which a template does not tell.
    let arn = format!("arn:aws:sqs:eu-west-1:{ACCOUNT}:orders");
    assert_eq!(asked.can("anonymous", "sqs:SendMessage", &arn), plain("denied"));
}

#[test]
fn a_queues_policy_lets_in_and_keeps_out() {
    let topic = r#"{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: "sqs:SendMessage", Resource: !GetAtt Queue.Arn, Condition: {ArnEquals: {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t"}}}"#;
    let asked = Asked::of(&queue_policy(topic));
    let (decision, condition) = asked.can("sns.amazonaws.com", "sqs:SendMessage", "orders");
    assert_eq!(decision, "conditional");
    assert!(condition.contains("aws:SourceArn ArnLike"), "{condition}");
    assert_eq!(asked.can("sns.amazonaws.com", "sqs:ReceiveMessage", "orders"), plain("denied"));

    let role = r#"{Effect: Allow, Principal: {AWS: !GetAtt Nobody.Arn}, Action: "sqs:*", Resource: !GetAtt Queue.Arn}, {Effect: Deny, Principal: "*", Action: "sqs:PurgeQueue", Resource: "*"}"#;
    let asked = Asked::of(&queue_policy(role));
    assert_eq!(asked.can("Nobody", "sqs:SendMessage", "orders"), plain("allowed"));
    let arn = format!("arn:aws:sqs:eu-west-1:{ACCOUNT}:orders");
    assert_eq!(asked.can("Nobody", "sqs:SendMessage", &arn), plain("allowed"));
    assert_eq!(asked.can("Worker", "sqs:PurgeQueue", "orders"), plain("denied"));
    let who = asked.who("sqs:SendMessage", "orders");
    let allowed: Vec<&str> = who.iter().map(|(name, _)| name.as_str()).collect();
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    assert_eq!(allowed, ["stack/Nobody", "stack/Worker", root.as_str()]);
}

#[test]
fn a_queue_of_another_account_needs_both_sides() {
    let theirs = format!(
        r#"{{Effect: Allow, Principal: {{AWS: "{OTHER}"}}, Action: "sqs:*", Resource: "*"}}"#
    );
    let asked = Asked::of(&queue_policy(&theirs));
    let bob = format!("arn:aws:iam::{OTHER}:user/bob");
    // Bob's own policies are not known.
    assert_eq!(asked.can(&bob, "sqs:SendMessage", "orders").0, "conditional");
    let root = format!("arn:aws:iam::{OTHER}:root");
    assert_eq!(asked.can(&root, "sqs:SendMessage", "orders"), plain("allowed"));
    // The SQS developer guide, "Limitations of Amazon SQS custom policies".
    assert_eq!(asked.can(&root, "sqs:DeleteQueue", "orders"), plain("denied"));
}

#[test]
fn a_policy_that_is_not_known_leaves_the_answer_open() {
    let asked = Asked::text(
        &template(&queue_policy(""))
            .replace(r#"{Version: "2012-10-17", Statement: []}"#, "!Ref Late"),
    );
    for principal in ["Worker", "Nobody", "anonymous"] {
        let (decision, condition) = asked.can(principal, "sqs:SendMessage", "orders");
        assert_eq!(decision, "conditional", "{principal}");
        assert!(condition.contains("parameter Late"), "{principal}: {condition}");
    }
    // As does one that may be of any queue.
    let unplaced = QUEUE.to_owned()
        + r#"
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties: {Queues: [!ImportValue theirs, !Select [0, !Ref Late]], PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "*", Resource: "*"}]}}
"#;
    let text = template(&unplaced).replace("!Select [0, !Ref Late]", "!Transform {Name: Pick}");
    let (decision, _) = Asked::text(&text).can("Worker", "sqs:SendMessage", "orders");
    assert_eq!(decision, "conditional");
    // Of two policies, the last one stands; which that is, nobody can tell.
    let two = queue_policy(
        r#"{Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: "*"}"#,
    ) + r#"
  Second:
    Type: AWS::SQS::QueueInlinePolicy
    Properties: {Queue: !Ref Queue, PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "sqs:SendMessage", Resource: "*"}]}}
"#;
    let (decision, condition) = Asked::of(&two).can("Nobody", "sqs:ReceiveMessage", "orders");
    assert_eq!(decision, "conditional");
    assert!(condition.contains("several resources set it"), "{condition}");
}

const TOPIC: &str = r#"
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: news}
"#;

#[test]
fn a_topic_without_a_policy_has_the_one_that_sns_writes() {
    let asked = Asked::of(TOPIC);
    assert_eq!(asked.can("Worker", "sns:Publish", "news"), plain("allowed"));
    for principal in ["Nobody", "anonymous", "s3.amazonaws.com"] {
        let (decision, condition) = asked.can(principal, "sns:Publish", "news");
        assert_eq!(decision, "conditional", "{principal}");
        assert_eq!(condition, format!("AWS:SourceOwner StringEquals {ACCOUNT}"), "{principal}");
    }
    assert_eq!(asked.can("Nobody", "sns:PutDataProtectionPolicy", "news"), plain("denied"));
}

#[test]
fn a_topics_own_policy_stands_in_its_place() {
    for (kind, named) in
        [("TopicPolicy", "Topics: [!Ref Topic]"), ("TopicInlinePolicy", "TopicArn: !Ref Topic")]
    {
        let policy = format!(
            r#"{TOPIC}
  Policy:
    Type: AWS::SNS::{kind}
    Properties:
      {named}
      PolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{Service: s3.amazonaws.com}}, Action: "sns:Publish", Resource: !Ref Topic}}]}}
"#
        );
        let asked = Asked::of(&policy);
        assert_eq!(
            asked.can("s3.amazonaws.com", "sns:Publish", "news"),
            plain("allowed"),
            "{kind}"
        );
        assert_eq!(asked.can("Nobody", "sns:Publish", "news"), plain("denied"), "{kind}");
        assert_eq!(asked.can("anonymous", "sns:Publish", "news"), plain("denied"), "{kind}");
    }
}

fn function(permissions: &[&str]) -> String {
    let mut text = r#"
  Function:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: sync, Role: !GetAtt Worker.Arn, Runtime: python3.13, Handler: a.b, Code: {ZipFile: x}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Function, FunctionVersion: "1", Name: live}
"#
    .to_owned();
    for (index, permission) in permissions.iter().enumerate() {
        text += &format!(
            "  Permission{index}:\n    Type: AWS::Lambda::Permission\n    Properties: {{Action: \"lambda:InvokeFunction\", {permission}}}\n"
        );
    }
    text
}

#[test]
fn a_permission_is_the_statement_that_lambda_writes() {
    let asked = Asked::of(&function(&[
        r#"FunctionName: !Ref Function, Principal: s3.amazonaws.com, SourceArn: "arn:aws:s3:::b", SourceAccount: "111122223333""#,
        r#"FunctionName: !GetAtt Function.Arn, Principal: "444455556666""#,
        r#"FunctionName: sync, Principal: "*", PrincipalOrgID: o-1234567890"#,
        r#"FunctionName: "111122223333:function:sync", Principal: !GetAtt Nobody.Arn"#,
    ]));
    let invoke = |principal: &str| asked.can(principal, "lambda:InvokeFunction", "sync");
    let (decision, condition) = invoke("s3.amazonaws.com");
    assert_eq!(decision, "conditional");
    for part in ["AWS:SourceArn ArnLike arn:aws:s3:::b", "AWS:SourceAccount StringEquals"] {
        assert!(condition.contains(part), "{condition}");
    }
    assert_eq!(invoke(&format!("arn:aws:iam::{OTHER}:root")), plain("allowed"));
    assert_eq!(invoke("Nobody"), plain("allowed"));
    assert_eq!(invoke("events.amazonaws.com"), plain("denied"));
    let other = invoke("arn:aws:iam::777788889999:root");
    assert_eq!(other.0, "conditional");
    assert!(other.1.contains("aws:PrincipalOrgID StringEquals o-1234567890"), "{}", other.1);
    // None of them is about anything else.
    assert_eq!(asked.can("Nobody", "lambda:GetFunction", "sync"), plain("denied"));
}

#[test]
fn a_url_lets_in_whom_its_permission_does() {
    let url = r#"
  ByUrl:
    Type: AWS::Lambda::Permission
    Properties: {Action: "lambda:InvokeFunctionUrl", FunctionName: !Ref Function, Principal: "*", FunctionUrlAuthType: NONE}
"#;
    let via = r#"FunctionName: !Ref Function, Principal: "*", InvokedViaFunctionUrl: true"#;
    let asked = Asked::of(&(function(&[via]) + url));
    let (decision, condition) = asked.can("anonymous", "lambda:InvokeFunctionUrl", "sync");
    assert_eq!(decision, "conditional");
    assert_eq!(condition, "lambda:FunctionUrlAuthType StringEquals NONE");
    let (decision, condition) = asked.can("anonymous", "lambda:InvokeFunction", "sync");
    assert_eq!(decision, "conditional");
    assert!(condition.contains("lambda:InvokedViaFunctionUrl Bool true"), "{condition}");
}

/// The Lambda developer guide, "Using Lambda aliases in event sources and
/// permissions policies": a permission of an alias is for its ARN alone.
#[test]
fn an_alias_has_a_policy_of_its_own() {
    let of_alias = r#"FunctionName: !Ref Live, Principal: s3.amazonaws.com"#;
    let by_name = r#"FunctionName: "sync:live", Principal: s3.amazonaws.com"#;
    for permission in [of_alias, by_name] {
        let asked = Asked::of(&function(&[permission]));
        let invoke =
            |resource: &str| asked.can("s3.amazonaws.com", "lambda:InvokeFunction", resource);
        assert_eq!(invoke("sync"), plain("denied"), "{permission}");
        let arn = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:sync:live");
        for resource in ["stack/Live", arn.as_str()] {
            let (decision, condition) = invoke(resource);
            assert_eq!(decision, "conditional", "{resource}");
            assert!(condition.contains("policies of its kind are not read"), "{condition}");
        }
        assert_eq!(asked.can("Worker", "lambda:InvokeFunction", &arn).0, "conditional");
    }
    // Nor does a permission of the function count for its alias.
    let asked =
        Asked::of(&function(&[r#"FunctionName: !Ref Function, Principal: s3.amazonaws.com"#]));
    let invoke =
        |resource: &str| asked.can("s3.amazonaws.com", "lambda:InvokeFunction", resource).0;
    assert_eq!((invoke("sync"), invoke("stack/Live")), ("allowed".into(), "conditional".into()));
}

#[test]
fn what_a_caller_has_to_present_is_never_shown() {
    let token = "amzn1.ask.skill.0f7c1e22";
    let permission = format!(
        r#"FunctionName: !Ref Function, Principal: alexa-appkit.amazon.com, EventSourceToken: {token}"#
    );
    let asked = Asked::of(&function(&[&permission]));
    let (decision, condition) =
        asked.can("alexa-appkit.amazon.com", "lambda:InvokeFunction", "sync");
    assert_eq!(decision, "conditional");
    assert!(!condition.contains(token), "{condition}");
    let snapshot = of_template(&template(&function(&[&permission])));
    let text = serde_json::to_string(&snapshot.model).unwrap();
    assert!(text.contains("lambda:EventSourceToken") && !text.contains(token));
}

/// The IAM user guide, "AWS services that work with IAM", column
/// "Resource-based policies".
#[test]
fn what_may_have_a_policy_that_is_not_read_is_never_answered_plainly() {
    let all = r#"
  Admin:
    Type: AWS::IAM::Role
    Properties:
      RoleName: Admin
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: ec2.amazonaws.com}}]}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "*", Resource: "*"}, {Effect: Deny, Action: "ecr:DeleteRepository", Resource: "*"}]}}]
  Group:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /app}
"#;
    let asked = Asked::of(all);
    let arn =
        |rest: &str| format!("arn:aws:{}", rest.replace("{}", &format!("eu-west-1:{ACCOUNT}")));
    for (action, resource) in [
        ("ecr:BatchGetImage", arn("ecr:{}:repository/app")),
        ("events:PutEvents", arn("events:{}:event-bus/default")),
        ("elasticfilesystem:ClientMount", arn("elasticfilesystem:{}:file-system/fs-1")),
        ("backup:StartCopyJob", arn("backup:{}:backup-vault:v")),
        ("execute-api:Invoke", arn("execute-api:{}:abc/prod/GET/a")),
        ("dynamodb:GetItem", arn("dynamodb:{}:table/t")),
        ("kinesis:GetRecords", arn("kinesis:{}:stream/s")),
        ("s3:GetObject", arn("s3:{}:accesspoint/a/object/k")),
        ("logs:PutLogEvents", "/app".to_owned()),
        ("logs:PutLogEvents", arn("logs:{}:log-group:/other:log-stream:a")),
    ] {
        for principal in ["Admin", "Nobody"] {
            let (decision, condition) = asked.can(principal, action, &resource);
            assert_eq!(decision, "conditional", "{principal} {action} {resource}");
            assert!(condition.contains(&resource) || resource == "/app", "{condition}");
            assert!(condition.contains("policies of its kind are not read"), "{condition}");
        }
    }
    // Where it cannot matter, the answer is plain.
    let repository = arn("ecr:{}:repository/app");
    assert_eq!(asked.can("Admin", "ecr:DeleteRepository", &repository), plain("denied"));
    let instance = arn("ec2:{}:instance/i-1");
    assert_eq!(asked.can("Admin", "ec2:StopInstances", &instance), plain("allowed"));
    assert_eq!(asked.can("Nobody", "ec2:StopInstances", &instance), plain("denied"));
}

/// A snapshot of one account in which a call failed for one resource.
#[test]
fn a_call_that_was_denied_leaves_the_answer_open() {
    for (collection, id, operation, action) in [
        (
            "sqs_queues",
            "arn:aws:sqs:eu-west-1:111122223333:q",
            "sqs:GetQueueAttributes",
            "sqs:SendMessage",
        ),
        (
            "sns_topics",
            "arn:aws:sns:eu-west-1:111122223333:t",
            "sns:GetTopicAttributes",
            "sns:Publish",
        ),
        (
            "lambda_functions",
            "arn:aws:lambda:eu-west-1:111122223333:function:f",
            "lambda:GetPolicy",
            "lambda:InvokeFunction",
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("account.json").display().to_string();
        let gap = |id: Value, path: &str| {
            json!({"collection": collection, "id": id, "path": path, "account": ACCOUNT, "region": "eu-west-1",
                "reason": {"kind": "denied", "operation": operation, "permission": operation}})
        };
        for (model, gaps) in [
            // Of the resource, or of the whole list.
            (
                json!({collection: {id: {"arn": id, "account": ACCOUNT}}}),
                json!([gap(id.into(), "/policy")]),
            ),
            (json!({}), json!([gap(Value::Null, "")])),
        ] {
            let snapshot = json!({"schema_version": 1, "model": model, "gaps": gaps});
            std::fs::write(&path, snapshot.to_string()).unwrap();
            let root = format!("arn:aws:iam::{ACCOUNT}:root");
            let text = audit(&["can", &root, action, id, &path, "--format", "json"]);
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(answer["decision"], "conditional", "{answer}");
            let condition = answer["condition"].as_str().unwrap();
            assert!(condition.contains(&format!("{operation} was denied")), "{condition}");
        }
    }
}

fn finished(loaded: Loaded) -> Snapshot {
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let mut snapshot = loaded.snapshot;
    link::link(&mut snapshot);
    snapshot
}

fn options() -> TemplateOptions {
    TemplateOptions {
        account: Some(ACCOUNT.into()),
        region: Some("eu-west-1".into()),
        ..TemplateOptions::default()
    }
}

fn of_template(text: &str) -> Snapshot {
    let name = "stack.yaml";
    let file = TextFile { name: Arc::from(name), path: Path::new(name).into(), text: text.into() };
    finished(cloudformation::read(&[file], &options()))
}

/// A plan of these resources, with the attributes that refer to others.
fn of_plan(resources: &[(&str, Value, Value)]) -> Snapshot {
    let planned: Vec<Value> = resources
        .iter()
        .map(|(address, values, expressions)| {
            let (kind, name) = address.split_once('.').unwrap();
            json!({"address": address, "mode": "managed", "type": kind, "name": name,
                "values": values, "expressions": expressions, "provider_config_key": "aws"})
        })
        .collect();
    let changes: Vec<Value> = resources
        .iter()
        .map(|(address, _, expressions)| {
            let (kind, name) = address.split_once('.').unwrap();
            let refers = expressions.as_object().unwrap().iter();
            let mut unknown: serde_json::Map<String, Value> = refers
                .filter(|(_, how)| how.get("references").is_some())
                .map(|(name, _)| (name.clone(), json!(true)))
                .collect();
            unknown.extend([("id".to_owned(), json!(true)), ("arn".to_owned(), json!(true))]);
            json!({"address": address, "mode": "managed", "type": kind, "name": name,
                "change": {"actions": ["create"], "after_unknown": unknown}})
        })
        .collect();
    let plan = json!({"format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
            "root_module": {"resources": planned}}});
    let file = TextFile {
        name: "plan.json".into(),
        path: "none/plan.json".into(),
        text: plan.to_string(),
    };
    finished(terraform::read(&file, &options()))
}

fn refers(attribute: &str, to: &str) -> Value {
    let resource = to.rsplit_once('.').unwrap().0;
    json!({attribute: {"references": [to, resource]}})
}

#[test]
fn a_template_and_a_plan_give_the_same_facts() {
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "In", "Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "*", "Resource": "*"}]});
    let stack = template(&format!(
        r#"
  Dead: {{Type: AWS::SQS::Queue, Properties: {{QueueName: dead.fifo, FifoQueue: true, KmsMasterKeyId: alias/aws/sqs}}}}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: orders, MessageRetentionPeriod: 60, RedrivePolicy: {{deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}}}
  QueuePolicy: {{Type: AWS::SQS::QueuePolicy, Properties: {{Queues: [!Ref Queue], PolicyDocument: {document}}}}}
  Topic: {{Type: AWS::SNS::Topic, Properties: {{TopicName: news, KmsMasterKeyId: alias/aws/sns}}}}
  TopicPolicy: {{Type: AWS::SNS::TopicPolicy, Properties: {{Topics: [!Ref Topic], PolicyDocument: {document}}}}}
  Function:
    Type: AWS::Lambda::Function
    Properties: {{FunctionName: sync, Role: !GetAtt Worker.Arn, Runtime: python3.13, Handler: a.b, Code: {{ZipFile: x}}}}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {{Action: "lambda:InvokeFunction", FunctionName: !Ref Function, Principal: s3.amazonaws.com, SourceAccount: "{ACCOUNT}", SourceArn: "arn:aws:s3:::b"}}
"#
    ));
    let template = of_template(&stack);
    let text = document.to_string();
    let none = || json!({});
    let plan = of_plan(&[
        (
            "aws_sqs_queue.dead",
            json!({"name": "dead.fifo", "fifo_queue": true, "kms_master_key_id": "alias/aws/sqs"}),
            none(),
        ),
        (
            "aws_sqs_queue.orders",
            json!({"name": "orders", "message_retention_seconds": 60}),
            refers("redrive_policy", "aws_sqs_queue.dead.arn"),
        ),
        (
            "aws_sqs_queue_policy.orders",
            json!({"policy": text}),
            refers("queue_url", "aws_sqs_queue.orders.id"),
        ),
        (
            "aws_sns_topic.news",
            json!({"name": "news", "kms_master_key_id": "alias/aws/sns"}),
            none(),
        ),
        (
            "aws_sns_topic_policy.news",
            json!({"policy": text}),
            refers("arn", "aws_sns_topic.news.arn"),
        ),
        (
            "aws_lambda_function.sync",
            json!({"function_name": "sync", "runtime": "python3.13"}),
            none(),
        ),
        (
            "aws_lambda_permission.s3",
            json!({"action": "lambda:InvokeFunction", "principal": "s3.amazonaws.com",
            "source_account": ACCOUNT, "source_arn": "arn:aws:s3:::b"}),
            refers("function_name", "aws_lambda_function.sync.function_name"),
        ),
    ]);
    let same = [
        (
            "sqs_queues",
            "stack/Dead",
            "aws_sqs_queue.dead",
            vec![
                "/fifo",
                "/kms_key_id",
                "/sqs_managed_sse_enabled",
                "/policy",
                "/message_retention_period",
            ],
        ),
        (
            "sqs_queues",
            "stack/Queue",
            "aws_sqs_queue.orders",
            vec![
                "/fifo",
                "/kms_key_id",
                "/sqs_managed_sse_enabled",
                "/policy",
                "/message_retention_period",
            ],
        ),
        (
            "sns_topics",
            "stack/Topic",
            "aws_sns_topic.news",
            vec!["/fifo", "/kms_key_id", "/policy"],
        ),
        (
            "lambda_functions",
            "stack/Function",
            "aws_lambda_function.sync",
            vec![
                "/policy/version",
                "/policy/statements/0/principals",
                "/policy/statements/0/actions",
                "/policy/statements/0/conditions",
            ],
        ),
    ];
    for (collection, in_template, in_plan, paths) in same {
        for path in paths {
            let found = fact(&template, collection, in_template, path);
            assert_eq!(found, fact(&plan, collection, in_plan, path), "{in_template}{path}");
            assert_ne!(found, json!("nothing"), "{in_template}{path}");
        }
    }
    let dead =
        |snapshot: &Snapshot, id: &str| fact(snapshot, "sqs_queues", id, "/dead_letter_queue");
    assert_eq!(dead(&template, "stack/Queue"), "stack/Dead");
    assert_eq!(dead(&plan, "aws_sqs_queue.orders"), "aws_sqs_queue.dead");
    assert_eq!(fact(&template, "sqs_queues", "stack/Queue", "/sqs_managed_sse_enabled"), true);
    assert_eq!(fact(&template, "sqs_queues", "stack/Dead", "/sqs_managed_sse_enabled"), false);
    let statement = &template
        .model
        .lambda_functions
        .get("stack/Function")
        .unwrap()
        .policy
        .as_ref()
        .unwrap()
        .statements[0];
    assert_eq!(statement.resources, ["ref:lambda_functions/stack/Function"]);
}

#[test]
fn a_plan_keeps_the_permissions_of_aliases_apart() {
    let plan = of_plan(&[
        ("aws_lambda_function.sync", json!({"function_name": "sync"}), json!({})),
        (
            "aws_lambda_alias.live",
            json!({"name": "live"}),
            refers("function_name", "aws_lambda_function.sync.arn"),
        ),
        (
            "aws_lambda_permission.a",
            json!({"action": "lambda:InvokeFunction", "principal": "s3.amazonaws.com", "qualifier": "live"}),
            refers("function_name", "aws_lambda_function.sync.function_name"),
        ),
        (
            "aws_lambda_permission.b",
            json!({"action": "lambda:InvokeFunction", "principal": "s3.amazonaws.com"}),
            refers("function_name", "aws_lambda_alias.live.arn"),
        ),
    ]);
    let function = plan.model.lambda_functions.get("aws_lambda_function.sync").unwrap();
    assert_eq!(function.policy, None);
    assert_eq!(function.qualified, ["aws_lambda_alias.live"]);
}

#[test]
fn a_function_that_is_there_may_have_permissions_that_a_plan_does_not_have() {
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:sync";
    let resources = json!([
        {"address": "aws_lambda_function.sync", "mode": "managed", "type": "aws_lambda_function", "name": "sync",
            "values": {"arn": arn, "function_name": "sync"}},
        {"address": "aws_lambda_permission.s3", "mode": "managed", "type": "aws_lambda_permission", "name": "s3",
            "values": {"function_name": "sync", "statement_id": "s3", "action": "lambda:InvokeFunction", "principal": "s3.amazonaws.com"}}]);
    let state =
        json!({"format_version": "1.0", "values": {"root_module": {"resources": resources}}});
    let file = TextFile {
        name: "state.json".into(),
        path: "none/state.json".into(),
        text: state.to_string(),
    };
    let alone = finished(terraform::read(&file, &options()));
    let unknown = fact(&alone, "lambda_functions", arn, "/policy");
    assert!(unknown.as_str().unwrap().contains("does not manage it"), "{unknown}");
    // Over the account, what that tells stands, and nothing stands twice.
    let account = json!({"schema_version": 1, "model": {"lambda_functions": {arn: {"id": arn, "arn": arn, "policy": {
        "version": "2012-10-17", "statements": [
            {"sid": "s3", "effect": "Allow", "principals": [{"kind": "Service", "value": "s3.amazonaws.com"}], "actions": ["lambda:InvokeFunction"], "resources": [arn]},
            {"sid": "events", "effect": "Allow", "principals": [{"kind": "Service", "value": "events.amazonaws.com"}], "actions": ["lambda:InvokeFunction"], "resources": [arn]}]}}}}});
    let base = Snapshot {
        model: serde_json::from_value(account["model"].clone()).unwrap(),
        ..Snapshot::default()
    };
    let over = finished(terraform::read_over(base, &file, &options()));
    let policy = over.model.lambda_functions.get(arn).unwrap().policy.clone().unwrap();
    let sids: Vec<_> = policy.statements.iter().map(|one| one.sid.as_deref().unwrap()).collect();
    assert_eq!(sids, ["s3", "events"]);
    assert_ne!(fact(&over, "lambda_functions", arn, "/policy"), unknown);
}
