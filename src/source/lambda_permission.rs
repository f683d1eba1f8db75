//! What a permission adds to the policy of a Lambda function.
//!
//! Source: the AWS Lambda API reference, `AddPermission`; the AWS Lambda
//! developer guide, "Viewing resource-based IAM policies in Lambda", which shows
//! the statements that it writes.

use super::draft::{Draft, sole_reference};
use super::node::{Node, Value};
use super::policy_document;
use crate::model::{LambdaFunction, Origin, PolicyDocument, ResourceRef, Snapshot, link};

/// What a permission says, as its source writes it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Permission<'n> {
    /// Its id, where the source gives one.
    pub sid: Option<&'n Node>,
    /// Which action it allows.
    pub action: Option<&'n Node>,
    /// Whom: a service, an account, a principal or `*`.
    pub principal: Option<&'n Node>,
    /// The resource on whose behalf a service calls.
    pub source_arn: Option<&'n Node>,
    /// The account of that resource.
    pub source_account: Option<&'n Node>,
    /// The organization whose accounts are let in.
    pub organization: Option<&'n Node>,
    /// `NONE` or `AWS_IAM`, for calls by a URL of that kind.
    pub url_auth_type: Option<&'n Node>,
    /// Whether it is for calls by a URL alone.
    pub via_url: Option<&'n Node>,
    /// What a caller for Alexa has to present.
    pub event_source_token: Option<&'n Node>,
}

impl Permission<'_> {
    /// The statement that Lambda writes for it, about a function with this name
    /// in policies.
    fn statement(&self, function: &str) -> Node {
        let text = |text: &str| Node::new(Value::Text(text.to_owned()));
        let entry = |name: &str, node: &Node| (name.to_owned(), node.clone());
        let mut elements = vec![("Effect".to_owned(), text("Allow"))];
        // Nothing rests on it, so that it may be unknown.
        let sid = self.sid.filter(|sid| sid.text().is_some());
        elements.extend(sid.map(|sid| entry("Sid", sid)));
        elements.extend(self.action.map(|action| entry("Action", action)));
        elements.extend(self.principal.map(|named| ("Principal".to_owned(), principal(named))));
        elements.push(("Resource".to_owned(), text(function)));
        let mut conditions: Vec<(String, Node)> = Vec::new();
        let mut ask = |operator: &str, keys: Vec<(&str, Option<&Node>)>| {
            let keys: Vec<(String, Node)> = keys
                .into_iter()
                .filter_map(|(key, node)| Some(entry(key, node.filter(|one| !one.is_absent())?)))
                .collect();
            if !keys.is_empty() {
                conditions.push((operator.to_owned(), Node::new(Value::Map(keys))));
            }
        };
        ask("ArnLike", vec![("AWS:SourceArn", self.source_arn)]);
        ask(
            "StringEquals",
            vec![
                ("AWS:SourceAccount", self.source_account),
                ("aws:PrincipalOrgID", self.organization),
                ("lambda:FunctionUrlAuthType", self.url_auth_type),
                ("lambda:EventSourceToken", self.event_source_token),
            ],
        );
        // What is not asked for is no condition.
        let via_url = self.via_url.filter(|node| node.bool() != Some(false));
        ask("Bool", vec![("lambda:InvokedViaFunctionUrl", via_url)]);
        if !conditions.is_empty() {
            elements.push(("Condition".to_owned(), Node::new(Value::Map(conditions))));
        }
        Node::new(Value::Map(elements))
    }
}

/// The principal as a statement has it.
fn principal(named: &Node) -> Node {
    let kind = match named.text().as_deref() {
        Some("*") => return named.clone(),
        Some(text) if is_service(text) => "Service",
        // What is put together of the region or the like, such as
        // `logs.${AWS::Region}.amazonaws.com`.
        None if ends_like_service(named) => "Service",
        _ => "AWS",
    };
    let map = Value::Map(vec![(kind.to_owned(), named.clone())]);
    Node::at(map, named.origin.clone())
}

fn is_service(text: &str) -> bool {
    !text.starts_with("arn:") && text.contains('.')
}

fn ends_like_service(named: &Node) -> bool {
    let Value::Joined(parts) = &named.value else { return false };
    parts.last().and_then(Node::text).is_some_and(|end| end.contains(".amazonaws.com"))
}

/// Adds the permission to the policy of a function. A statement with the same id
/// is the one that the account has already.
pub fn add(draft: &mut Draft<'_>, id: &str, permission: &Permission<'_>, origin: Option<&Origin>) {
    let Some(function) = draft.snapshot().model.lambda_functions.get(id) else { return };
    let name = function.arn.clone().unwrap_or_else(|| format!("ref:lambda_functions/{id}"));
    let statements =
        function.policy.as_ref().map(|policy| policy.statements.as_slice()).unwrap_or_default();
    let sid = permission.sid.and_then(Node::text);
    let same = statements.iter().position(|one| sid.is_some() && one.sid == sid);
    let at = same.unwrap_or(statements.len());
    let path = format!("/policy/statements/{at}");
    draft.place(&path, origin);
    let statement = policy_document::statement(draft, &path, &permission.statement(&name));
    if let Some(function) = draft.snapshot().model.lambda_functions.get_mut(id) {
        let policy = function.policy.get_or_insert_with(|| PolicyDocument {
            version: Some("2012-10-17".to_owned()),
            statements: Vec::new(),
        });
        match policy.statements.get_mut(at) {
            Some(known) => *known = statement,
            None => policy.statements.push(statement),
        }
    }
}

/// Whether a node names a version or an alias of a function, which has a policy
/// of its own.
pub fn is_qualified(node: &Node) -> bool {
    const TYPES: &[&str] = &["AWS::Lambda::Alias", "AWS::Lambda::Version", "aws_lambda_alias"];
    match &node.value {
        Value::Reference(to) => {
            TYPES.contains(&to.resource_type.as_str()) || to.attribute.starts_with("qualified_")
        }
        Value::Joined(parts) => {
            parts.iter().any(is_qualified_reference)
                || (sole_reference(parts).is_some()
                    && parts.last().and_then(Node::text).is_some_and(|end| end.starts_with(':')))
        }
        _ => node.text().is_some_and(|text| {
            // Those of `${AWS::AccountId}` part nothing.
            let parts = text.replace("${AWS::", "").split(':').count();
            match text.starts_with("arn:") {
                true => parts > 7,
                // `name:alias`, or `111122223333:function:name:alias`.
                false => matches!(parts, 2 | 4..),
            }
        }),
    }
}

fn is_qualified_reference(node: &Node) -> bool {
    matches!(node.value, Value::Reference(_)) && is_qualified(node)
}

/// The function's key that a text means: its name, its ARN, or the part of its
/// ARN from the account on.
pub fn function(snapshot: &Snapshot, text: &str) -> Option<String> {
    if let Some(id) = link::lookup::<LambdaFunction>(snapshot, text) {
        return Some(id);
    }
    let (owner, name) = text.rsplit_once(":function:")?;
    let id = link::lookup::<LambdaFunction>(snapshot, name)?;
    let account = snapshot.model.lambda_functions.get(&id)?.account.as_deref();
    account.is_none_or(|own| owner.ends_with(own)).then_some(id)
}

/// Notes by which name the source calls a version or an alias of a function.
pub fn name_qualified(snapshot: &mut Snapshot, function: &ResourceRef, name: String) {
    if let Some(function) = snapshot.model.lambda_functions.get_mut(&function.id)
        && !function.qualified.contains(&name)
    {
        function.qualified.push(name);
        function.qualified.sort();
    }
}
