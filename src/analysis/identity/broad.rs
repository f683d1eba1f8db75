//! Grants that are wider than they need be, by the action catalogue.
//!
//! Source: the IAM user guide, "Security best practices in IAM: Apply
//! least-privilege permissions"; the Service Authorization Reference.

use std::collections::HashMap;

use crate::model::{Condition, Effect, PolicyDocument, Reason, Statement};

use super::catalogue::{self, AccessLevel, Action, Catalogue, Service};
use super::glob;

/// How many actions a grant is shown by.
const EXAMPLES: usize = 3;

/// Actions whose only type of resource is for some of their requests: all
/// others have none, so the resource can only be `*`. AWS has metrics scoped by
/// the condition key `cloudwatch:namespace`.
const RESOURCE_SOMETIMES: &[&str] = &["cloudwatch:PutMetricData"];

/// A grant of one statement that is wider than it need be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broad {
    /// `service-wildcard` or `unscoped-write`.
    pub kind: &'static str,
    /// The statement's number.
    pub statement: usize,
    /// The patterns at fault as the policy writes them; `all but …` for those
    /// of `NotAction`.
    pub actions: Vec<String>,
    /// Real actions that it grants, with their access level; those that manage
    /// permissions first.
    pub examples: Vec<String>,
}

type Known = (&'static Service, &'static Action);

/// Finds broad grants; keeps what it learns of patterns.
#[derive(Debug, Default)]
pub(super) struct Finder {
    /// By pattern: actions that write and can be scoped; whether it may match
    /// some that the catalogue does not know.
    patterns: HashMap<String, (Vec<Known>, bool)>,
}

impl Finder {
    /// The broad grants of a document, and why they may not be all.
    pub(super) fn find(&mut self, document: &PolicyDocument) -> (Vec<Broad>, Option<Reason>) {
        let (mut found, mut unknown) = (Vec::new(), None);
        for (index, statement) in document.statements.iter().enumerate() {
            if statement.effect != Effect::Allow {
                continue;
            }
            if !statement.not_actions.is_empty() {
                found.push(all_but(statement, index));
                continue;
            }
            let (wide, narrow): (Vec<&String>, Vec<&String>) =
                statement.actions.iter().partition(|pattern| is_whole_service(pattern));
            if !wide.is_empty() {
                found.push(Broad {
                    kind: "service-wildcard",
                    statement: index,
                    actions: wide.iter().map(|pattern| (*pattern).clone()).collect(),
                    examples: examples(wide.iter().flat_map(|pattern| self.writing(pattern).0)),
                });
            }
            let (mut actions, mut known) = (Vec::new(), Vec::new());
            for pattern in narrow {
                let (writing, may_match_more) = self.writing(pattern);
                let unscoped: Vec<Known> =
                    writing.into_iter().filter(|of| is_unscoped(statement, *of)).collect();
                if !unscoped.is_empty() {
                    actions.push(pattern.clone());
                    known.extend(unscoped);
                } else if may_match_more && names_nothing(statement, None) {
                    unknown = Some(not_in_catalogue(pattern));
                }
            }
            if !actions.is_empty() {
                found.push(Broad {
                    kind: "unscoped-write",
                    statement: index,
                    actions,
                    examples: examples(known),
                });
            }
        }
        (found, unknown)
    }

    /// The actions that a pattern matches, that write, and that can be scoped;
    /// and whether all that it matches is outside the catalogue.
    fn writing(&mut self, pattern: &str) -> (Vec<Known>, bool) {
        if let Some(known) = self.patterns.get(pattern) {
            return known.clone();
        }
        let expansion = Catalogue::get().expand(pattern);
        let is_unknown = expansion.actions.is_empty() && expansion.may_match_more;
        let writing = expansion.actions.into_iter().filter(|of| writes_scopably(*of)).collect();
        self.patterns.insert(pattern.to_owned(), (writing, is_unknown));
        self.patterns.get(pattern).cloned().unwrap_or_default()
    }
}

fn not_in_catalogue(pattern: &str) -> Reason {
    let source = format!("the action catalogue of {} ({pattern})", catalogue::date());
    Reason::NotInSource { source }
}

/// `service:*`, `*`, and other spellings of them, such as `service:?*`: no
/// action's name has fewer than three letters.
fn is_whole_service(pattern: &str) -> bool {
    let names_nothing = |text: &str| {
        text.contains('*')
            && text.chars().all(|c| matches!(c, '*' | '?'))
            && text.chars().filter(|c| *c == '?').count() <= 3
    };
    pattern.split_once(':').map_or_else(|| names_nothing(pattern), |(_, name)| names_nothing(name))
}

/// What `NotAction` with Allow grants: every action of every service that is
/// not left out, those that AWS adds later among them.
fn all_but(statement: &Statement, index: usize) -> Broad {
    let left_out = |(service, action): &Known| {
        let name = format!("{}:{}", service.prefix, action.name);
        statement.not_actions.iter().any(|not| {
            let is_all = !not.contains(':') && not.chars().all(|c| c == '*');
            is_all || glob::matches_action(not, &name)
        })
    };
    let granted = Catalogue::get()
        .services()
        .flat_map(|service| service.actions.iter().map(move |action| (service, action)))
        .filter(|of| writes_scopably(*of) && of.1.level == AccessLevel::PermissionsManagement)
        .filter(|of| !left_out(of));
    Broad {
        kind: "service-wildcard",
        statement: index,
        actions: statement.not_actions.iter().map(|not| format!("all but {not}")).collect(),
        examples: examples(granted),
    }
}

fn writes_scopably((service, action): Known) -> bool {
    action.level.is_write()
        && action.has_resource_types()
        && !RESOURCE_SOMETIMES
            .iter()
            .any(|name| name.split_once(':') == Some((service.prefix, action.name)))
}

fn examples(actions: impl IntoIterator<Item = Known>) -> Vec<String> {
    let mut found: Vec<Known> = actions.into_iter().collect();
    found.sort_by_key(|(service, action)| {
        let manages = action.level == AccessLevel::PermissionsManagement;
        // Rights over rights say most.
        (!manages, service.prefix != "iam", service.prefix, action.name)
    });
    found.dedup_by_key(|(service, action)| (service.prefix, action.name));
    found
        .into_iter()
        .take(EXAMPLES)
        .map(|(service, action)| format!("{}:{} ({})", service.prefix, action.name, action.level))
        .collect()
}

/// Whether a statement lets an action be taken on every resource.
fn is_unscoped(statement: &Statement, of: Known) -> bool {
    names_nothing(statement, Some(of))
        && !statement.conditions.iter().any(|condition| scopes(condition, of))
}

/// Whether the resources of a statement name nothing: `*`, or, given an action,
/// ARNs that only tell the types of resources that it is about.
fn names_nothing(statement: &Statement, of: Option<Known>) -> bool {
    let everything = |pattern: &String| pattern.chars().all(|c| c == '*');
    if !statement.not_resources.is_empty() {
        return !statement.not_resources.iter().any(everything);
    }
    if statement.resources.iter().any(everything) {
        return true;
    }
    let Some((service, action)) = of else { return false };
    let mut types: Vec<(&str, bool)> =
        service.resource_types_of(action).map(|(of, required)| (of.arn, required)).collect();
    let is_covered = |arn: &str| {
        let any = stands_for_any(arn);
        statement.resources.iter().any(|pattern| super::glob::matches(pattern, &any))
    };
    // A request names every required type, or one of the others.
    if types.iter().any(|(_, required)| *required) {
        types.retain(|(_, required)| *required);
        return types.iter().all(|(arn, _)| is_covered(arn));
    }
    types.iter().any(|(arn, _)| is_covered(arn))
}

/// An ARN whose variable parts only a wildcard matches. The partition is no
/// choice of the policy's.
fn stands_for_any(form: &str) -> String {
    let mut any = String::new();
    let mut rest = form.strip_prefix("arn:${Partition}:").unwrap_or(form);
    if rest.len() < form.len() {
        any.push_str("arn:aws:");
    }
    while let Some((before, after)) = rest.split_once("${") {
        any.push_str(before);
        // Several characters, so that no row of `?` stands for them.
        any.push_str("\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}");
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    any + rest
}

/// Whether a condition narrows which resources an action may be taken on: on
/// what belongs to the resource (its tags, its VPC), or on another resource by
/// its ARN (the ECS cluster, the policy to attach).
fn scopes(condition: &Condition, (service, action): Known) -> bool {
    let operator = condition.operator.to_ascii_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    let positive = matches!(
        operator,
        "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike"
    );
    let is_wild = |value: &String| value.chars().all(|c| matches!(c, '*' | '?'));
    if !positive || condition.values.is_empty() || condition.values.iter().any(is_wild) {
        return false;
    }
    let same = |known: &str| {
        // `aws:ResourceTag/${TagKey}` stands for every tag.
        let (stem, has_variable) = known.split_once('$').map_or((known, false), |(s, _)| (s, true));
        let key = &condition.key;
        match has_variable {
            true => key.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem)),
            false => key.eq_ignore_ascii_case(known),
        }
    };
    let of_resources = service.resource_types_of(action).any(|(of, _)| {
        service.condition_keys_of_type(of).any(|key| same(key.key) && !is_of_request(key.key))
    });
    of_resources
        || service
            .condition_keys_of(action)
            .iter()
            .any(|key| key.value_type.ends_with("ARN") && same(key.key))
}

/// Keys that tell of the request, whatever the resource.
fn is_of_request(key: &str) -> bool {
    key.starts_with("aws:RequestTag/") || key == "aws:TagKeys" || key.ends_with(":Region")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use serde_json::{Value, json};

    fn find(statement: Value) -> (Vec<Broad>, Option<Reason>) {
        let document = catalogue::document(&json!({"Statement": statement})).unwrap();
        Finder::default().find(&document)
    }

    /// The kinds of broad grants, and the patterns at fault.
    fn kinds(action: Value, resource: Value) -> Vec<(&'static str, Vec<String>)> {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        find(statement).0.into_iter().map(|found| (found.kind, found.actions)).collect()
    }

    fn is_scoped_by(action: &str, condition: Value) -> bool {
        let statement =
            json!({"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition});
        find(statement).0.is_empty()
    }

    #[test]
    fn a_whole_service_is_broad_on_any_resource() {
        for action in ["s3:*", "S3:**", "s3:?*", "*", "*:*", "?*"] {
            let found = kinds(json!(action), json!("arn:aws:s3:::orders"));
            assert_eq!(found, [("service-wildcard", vec![action.to_owned()])]);
        }
    }

    #[test]
    fn writes_on_everything_are_broad_where_they_can_be_scoped() {
        let unscoped = |action: &str| kinds(json!(action), json!("*"));
        for action in ["s3:PutObject", "iam:P*", "kms:Decrypt", "iam:passrole"] {
            assert_eq!(unscoped(action), [("unscoped-write", vec![action.to_owned()])]);
        }
        // Reads; no type of resource; tags only.
        for action in
            ["s3:Get*", "xray:PutTraceSegments", "cloudwatch:PutMetricData", "ec2:CreateTags"]
        {
            assert_eq!(unscoped(action), [], "{action}");
        }
    }

    #[test]
    fn an_arn_that_names_nothing_is_as_wide_as_a_star() {
        let on = |arn: &str| !kinds(json!("dynamodb:DeleteTable"), json!([arn])).is_empty();
        assert!(on("arn:aws:dynamodb:*:*:table/*") && on("arn:*") && on("arn:aws:dynamodb:*"));
        assert!(!on("arn:aws:dynamodb:*:111122223333:table/*"));
        assert!(!on("arn:aws:dynamodb:*:*:table/orders-*"));
        assert!(!on("arn:aws:dynamodb:*:*:table/????????"));
        let s3 = |arn: &str| !kinds(json!("s3:PutObject"), json!([arn])).is_empty();
        assert!(s3("arn:aws:s3:::*") && !s3("arn:aws:s3:::orders/*"));
        // All that a request must name has to be open.
        let run = |arns: Value| !kinds(json!("ec2:RunInstances"), arns).is_empty();
        assert!(!run(json!(["arn:aws:ec2:*::image/*"])) && run(json!(["arn:aws:ec2:*"])));
    }

    #[test]
    fn not_resource_leaves_everything_else_open() {
        let (found, _) = find(json!({
            "Effect": "Allow", "Action": "s3:DeleteBucket", "NotResource": "arn:aws:s3:::keep"
        }));
        assert_eq!(found[0].kind, "unscoped-write");
        let (found, _) =
            find(json!({"Effect": "Allow", "Action": "s3:DeleteBucket", "NotResource": "*"}));
        assert_eq!(found, []);
    }

    #[test]
    fn not_action_grants_whole_services() {
        let (found, _) =
            find(json!({"Effect": "Allow", "NotAction": ["iam:*", "a*:*"], "Resource": "*"}));
        assert_eq!(found[0].kind, "service-wildcard");
        assert_eq!(found[0].actions, ["all but iam:*", "all but a*:*"]);
        assert_eq!(found[0].examples.len(), 3);
        for example in &found[0].examples {
            assert!(!example.starts_with("iam:") && !example.starts_with('a'), "{example}");
            assert!(example.ends_with("(Permissions management)"), "{example}");
        }
    }

    #[test]
    fn examples_are_real_actions_with_permission_management_first() {
        let statement = json!({"Effect": "Allow", "Action": "s3:*BucketPolicy", "Resource": "*"});
        assert_eq!(
            find(statement).0[0].examples,
            [
                "s3:DeleteBucketPolicy (Permissions management)",
                "s3:PutBucketPolicy (Permissions management)",
            ]
        );
        let statement = json!({"Effect": "Allow", "Action": "kms:*Key", "Resource": "*"});
        assert_eq!(
            find(statement).0[0].examples,
            ["kms:DisableKey (Write)", "kms:EnableKey (Write)", "kms:GenerateDataKey (Write)",]
        );
    }

    #[test]
    fn a_condition_on_the_resource_scopes_and_one_on_the_request_does_not() {
        let tag = |operator: &str| json!({operator: {"aws:ResourceTag/app": "orders"}});
        assert!(is_scoped_by("ec2:TerminateInstances", tag("StringEquals")));
        assert!(!is_scoped_by("ec2:TerminateInstances", tag("StringEqualsIfExists")));
        assert!(!is_scoped_by("ec2:TerminateInstances", tag("StringNotEquals")));
        let any = json!({"StringLike": {"aws:ResourceTag/app": "*"}});
        assert!(!is_scoped_by("ec2:TerminateInstances", any));
        let vpc = json!({"ArnEquals": {"ec2:Vpc": "arn:aws:ec2:eu-west-1:1:vpc/vpc-1"}});
        assert!(is_scoped_by("ec2:RevokeSecurityGroupIngress", vpc));
        let cluster = json!({"ArnEquals": {"ecs:cluster": "arn:aws:ecs:eu-west-1:1:cluster/a"}});
        assert!(is_scoped_by("ecs:StopTask", cluster));
        for condition in [
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
            json!({"StringEquals": {"ec2:Region": "eu-west-1"}}),
            json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        ] {
            assert!(!is_scoped_by("ec2:TerminateInstances", condition.clone()), "{condition}");
        }
        let service = json!({"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}});
        assert!(!is_scoped_by("iam:PassRole", service));
    }

    #[test]
    fn what_the_catalogue_does_not_know_is_said() {
        let unknown = |action: &str, resource: &str| {
            find(json!({"Effect": "Allow", "Action": action, "Resource": resource})).1
        };
        let reason = unknown("s3:PutObjectOfNextYear", "*").unwrap().to_string();
        assert!(reason.contains("s3:PutObjectOfNextYear"), "{reason}");
        assert_eq!(unknown("s3:PutObjectOfNextYear", "arn:aws:s3:::orders/*"), None);
        assert_eq!(unknown("s3:Put*", "*"), None);
    }

    #[test]
    fn deny_grants_nothing() {
        assert_eq!(find(json!({"Effect": "Deny", "Action": "*", "Resource": "*"})).0, []);
    }
}
