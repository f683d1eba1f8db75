//! Intrinsic functions, one file each but for the smallest.
//!
//! Source: the AWS CloudFormation template reference, "Intrinsic function
//! reference".

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::Root;
use super::condition;
use super::stack::Exports;
use super::yaml::{Key, Yaml, YamlValue};
use crate::model::{Origin, Reason, Span};
use crate::source::TemplateOptions;
use crate::source::node::{Node, Reference, Value};

mod cidr;
mod find_in_map;
mod get_att;
mod join;
mod reference;
mod select;
mod split;
mod sub;

pub(super) use join::joined;
pub(super) use split::split;

/// What functions can see of their stack.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// The stack's name, the beginning of its resources' keys.
    pub stack: &'a str,
    /// Values of parameters.
    pub parameters: BTreeMap<String, Node>,
    /// Values of `NoEcho` parameters, for conditions alone.
    pub hidden: BTreeMap<String, Node>,
    /// The values that a parameter may have.
    pub allowed: BTreeMap<String, Vec<String>>,
    /// The `Mappings` section.
    pub mappings: Option<Rc<Yaml>>,
    /// The `Conditions` section.
    pub conditions: HashMap<String, Rc<Yaml>>,
    /// Truths that were found already.
    pub truths: RefCell<HashMap<String, Option<bool>>>,
    /// Conditions under evaluation, to see cycles.
    pub pending: RefCell<BTreeSet<String>>,
    /// Types of resources by logical id.
    pub types: BTreeMap<String, String>,
    /// Declarations of resources by logical id.
    pub declarations: HashMap<String, Rc<Yaml>>,
    /// How often loops have turned.
    pub turns: Cell<usize>,
    /// Names that expressions use and the template does not declare.
    pub undeclared: RefCell<BTreeMap<String, Span>>,
    /// Outputs of nested stacks by logical id.
    pub outputs: BTreeMap<String, BTreeMap<String, Node>>,
    /// What all stacks of the run export.
    pub exports: &'a Exports,
    /// Account and region.
    pub options: &'a TemplateOptions,
}

impl<'a> Scope<'a> {
    /// The scope of a stack whose sections are not read yet.
    pub(super) fn new(root: &'a Root, mappings: Option<Rc<Yaml>>, exports: &'a Exports) -> Self {
        Self {
            stack: &root.stack,
            parameters: BTreeMap::new(),
            hidden: BTreeMap::new(),
            allowed: BTreeMap::new(),
            mappings,
            conditions: HashMap::new(),
            truths: RefCell::default(),
            pending: RefCell::default(),
            types: BTreeMap::new(),
            declarations: HashMap::new(),
            turns: Cell::default(),
            undeclared: RefCell::default(),
            outputs: BTreeMap::new(),
            exports,
            options: &root.options,
        }
    }

    /// Notes a name that the template does not declare.
    pub(super) fn note_undeclared(&self, name: &str, span: &Span) {
        self.undeclared.borrow_mut().entry(name.to_owned()).or_insert_with(|| span.clone());
    }

    /// The value of an expression.
    pub(super) fn evaluate(&self, expression: &Yaml) -> Node {
        let origin = Some(Origin::File { span: expression.span.clone() });
        if let Some((function, argument)) = self.function(expression) {
            let mut node = self.call(&function, &argument);
            // What a function yields stands where the function does.
            node.origin = origin;
            return node;
        }
        let value = match &expression.value {
            YamlValue::Scalar { text, plain } => scalar(text, *plain),
            YamlValue::Sequence(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.evaluate(item))
                    .filter(|item| !item.is_absent())
                    .collect(),
            ),
            // A macro beside other entries may add to them and change them.
            YamlValue::Mapping(entries)
                if entries.iter().any(|(key, _)| key.name == "Fn::Transform") =>
            {
                unresolvable("Fn::Transform", None).value
            }
            YamlValue::Mapping(_) if super::foreach::is_loop(expression) => {
                let (entries, unrolled) = super::foreach::entries(expression, self);
                match unrolled.into_iter().next() {
                    Some(unrolled) => Value::Unknown(unrolled.reason),
                    None => Value::Map(self.entries(&entries)),
                }
            }
            YamlValue::Mapping(entries) => Value::Map(self.entries(entries)),
        };
        Node::at(value, origin)
    }

    fn entries(&self, entries: &[(Key, Rc<Yaml>)]) -> Vec<(String, Node)> {
        entries
            .iter()
            .map(|(key, value)| (key.name.clone(), self.evaluate(value)))
            .filter(|(_, value)| !value.is_absent())
            .collect()
    }

    /// As [`Self::evaluate`], with the value of a `NoEcho` parameter that the
    /// expression is.
    pub(super) fn evaluate_hidden(&self, expression: &Yaml) -> Node {
        match self.parameter(expression).and_then(|name| self.hidden.get(&name)) {
            Some(value) => value.clone(),
            None => self.evaluate(expression),
        }
    }

    /// The parameter that an expression refers to.
    fn parameter(&self, expression: &Yaml) -> Option<String> {
        match self.function(expression) {
            Some((function, argument)) if function == "Ref" => argument.text().map(str::to_owned),
            _ => None,
        }
    }

    /// What the allowed values of a parameter without a value tell of its
    /// equality with another value.
    pub(super) fn allowed(&self, one: &Yaml, other: &Yaml) -> Option<bool> {
        let told = |parameter: &Yaml, value: &Yaml| {
            let name = self.parameter(parameter)?;
            self.parameters.get(&name)?.unknown()?;
            let value = self.evaluate(value).text()?;
            let allowed = self.allowed.get(&name)?;
            match allowed.as_slice() {
                [] => None,
                [only] if *only == value => Some(true),
                _ if allowed.contains(&value) => None,
                _ => Some(false),
            }
        };
        told(one, other).or_else(|| told(other, one))
    }

    /// Notes one turn of a loop; false where there were too many.
    pub(super) fn turn(&self, most: usize) -> bool {
        self.turns.set(self.turns.get() + 1);
        self.turns.get() <= most
    }

    /// The function that an expression calls, by its long name, with its
    /// argument; `None` for plain data.
    pub(super) fn function(&self, expression: &Yaml) -> Option<(String, Rc<Yaml>)> {
        if let Some(tag) = &expression.tag {
            let name = match tag.as_str() {
                "Ref" | "Condition" => tag.clone(),
                _ => format!("Fn::{tag}"),
            };
            let argument =
                Yaml { value: expression.value.clone(), tag: None, span: expression.span.clone() };
            return Some((name, Rc::new(argument)));
        }
        match expression.entries() {
            [(key, argument)] if is_function(&key.name) => {
                // `Condition: Name` is a reference only beside no other value.
                if key.name == "Condition" && argument.text().is_none() {
                    return None;
                }
                Some((key.name.clone(), argument.clone()))
            }
            _ => None,
        }
    }

    pub(super) fn call(&self, function: &str, argument: &Yaml) -> Node {
        match function {
            "Ref" => reference::evaluate(argument, self),
            "Fn::GetAtt" => get_att::evaluate(argument, self),
            "Fn::Sub" => sub::evaluate(argument, self),
            "Fn::Join" => join::evaluate(argument, self),
            "Fn::Select" => select::evaluate(argument, self),
            "Fn::Split" => split::evaluate(argument, self),
            "Fn::FindInMap" => find_in_map::evaluate(argument, self),
            "Fn::Cidr" => cidr::evaluate(argument, self),
            "Fn::If" => self.choose(argument),
            // User data is read for what it holds, not for its encoding.
            "Fn::Base64" | "Fn::ToJsonString" => self.evaluate(argument),
            "Fn::GetAZs" => self.availability_zones(argument),
            "Fn::ImportValue" => self.import(argument),
            "Fn::Length" => match self.evaluate(argument) {
                Node { value: Value::List(items), .. } => integer(items.len()),
                other => unresolvable(function, other.unknown().cloned()),
            },
            "Condition" | "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                match condition::call(function, argument, self) {
                    Some(truth) => Node::new(Value::Bool(truth)),
                    None => unresolvable(function, None),
                }
            }
            _ => unresolvable(function, None),
        }
    }

    /// The truth of a named condition; `None` where it cannot be decided, is
    /// not declared, or rests on itself.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        if let Some(truth) = self.truths.borrow().get(name) {
            return *truth;
        }
        let expression = self.conditions.get(name)?;
        if !self.pending.borrow_mut().insert(name.to_owned()) {
            return None;
        }
        let truth = condition::evaluate(expression, self);
        self.pending.borrow_mut().remove(name);
        self.truths.borrow_mut().insert(name.to_owned(), truth);
        truth
    }

    fn choose(&self, argument: &Yaml) -> Node {
        let [name, then, otherwise] = argument.items() else {
            return malformed("Fn::If takes a condition and two values");
        };
        if let Some(condition) = name.text()
            && !self.conditions.contains_key(condition)
        {
            self.note_undeclared(&format!("condition {condition}"), &name.span);
        }
        match name.text().and_then(|name| self.condition(name)) {
            Some(true) => self.evaluate(then),
            Some(false) => self.evaluate(otherwise),
            None => {
                // Where both say the same, the condition does not matter.
                let (then, otherwise) = (self.evaluate(then), self.evaluate(otherwise));
                if then.value == otherwise.value {
                    return then;
                }
                let expression = format!("Fn::If {}", name.text().unwrap_or_default());
                let detail = "its condition cannot be decided".to_owned();
                Node::new(Value::Unknown(Reason::Unresolvable { expression, detail }))
            }
        }
    }

    /// Zones are told apart by their place in the list, so that two picks
    /// compare without the account's own names.
    fn availability_zones(&self, argument: &Yaml) -> Node {
        const ZONES: usize = 6;
        let region = match self.evaluate(argument).text() {
            Some(region) if !region.is_empty() => region,
            _ => self.region(),
        };
        let zone = |index: usize| Node::new(Value::Text(format!("{region}[{index}]")));
        Node::new(Value::List((0..ZONES).map(zone).collect()))
    }

    fn import(&self, argument: &Yaml) -> Node {
        let name = self.evaluate(argument);
        match name.text() {
            Some(name) => match self.exports.get(&name) {
                Some(node) => node.clone(),
                None => Node::new(Value::Unknown(Reason::UnresolvedImport { name })),
            },
            None => unresolvable("Fn::ImportValue", name.unknown().cloned()),
        }
    }

    /// The region, or the pseudo parameter's spelling where it is not given.
    pub(super) fn region(&self) -> String {
        self.options.region.clone().unwrap_or_else(|| "${AWS::Region}".to_owned())
    }

    /// The account, or the pseudo parameter's spelling where it is not given.
    pub(super) fn account(&self) -> String {
        self.options.account.clone().unwrap_or_else(|| "${AWS::AccountId}".to_owned())
    }

    /// The key of a resource of this stack.
    pub(super) fn key(&self, logical: &str) -> String {
        format!("{}/{logical}", self.stack)
    }

    /// A reference to an attribute of a resource of this stack.
    pub(super) fn attribute(&self, logical: &str, attribute: &str) -> Option<Node> {
        let resource_type = self.types.get(logical)?.clone();
        if let Some(detail) = own_attribute(&resource_type, attribute) {
            let expression = format!("{logical}.{attribute}");
            let detail = detail.to_owned();
            return Some(Node::new(Value::Unknown(Reason::Unresolvable { expression, detail })));
        }
        Some(Node::new(Value::Reference(Reference {
            id: self.key(logical),
            attribute: attribute.to_owned(),
            resource_type,
        })))
    }
}

/// Why an attribute of such a resource tells nothing of the resource itself.
fn own_attribute(resource_type: &str, attribute: &str) -> Option<&'static str> {
    if attribute == "Ref" {
        return None;
    }
    if resource_type.starts_with("Custom::")
        || resource_type == "AWS::CloudFormation::CustomResource"
    {
        return Some("the custom resource's own code yields it");
    }
    if attribute.starts_with("Outputs.") {
        return Some("the nested stack was not read");
    }
    resource_type.ends_with("::MODULE").then_some("the module is not expanded")
}

fn is_function(name: &str) -> bool {
    name == "Ref"
        || name == "Condition"
        || (name.starts_with("Fn::") && !name.starts_with("Fn::ForEach"))
}

/// A scalar; what was written plain may be a boolean or a number.
fn scalar(text: &str, plain: bool) -> Value {
    if text.contains("{{resolve:") {
        return with_dynamic_references(text);
    }
    if !plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::Absent,
        // A leading zero, as of an account id, would be lost in a number.
        _ if text.len() > 1 && text.starts_with('0') => Value::Text(text.to_owned()),
        _ => match text.parse() {
            Ok(number) => Value::Integer(number),
            // Versions and other decimals keep their spelling.
            Err(_) => Value::Text(text.to_owned()),
        },
    }
}

/// Text with dynamic references in it.
fn with_dynamic_references(text: &str) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{resolve:") {
        let (before, from) = rest.split_at(start);
        parts.push(Node::new(Value::Text(before.to_owned())));
        let end = from.find("}}").map_or(from.len(), |end| end + 2);
        let (reference, after) = from.split_at(end);
        parts.push(Node::new(dynamic_reference(reference)));
        rest = after;
    }
    parts.push(Node::new(Value::Text(rest.to_owned())));
    parts.retain(|part| !matches!(&part.value, Value::Text(text) if text.is_empty()));
    match parts.len() {
        1 => parts.swap_remove(0).value,
        _ => Value::Joined(parts),
    }
}

/// `{{resolve:service:reference}}`, looked up at deploy time.
pub(super) fn dynamic_reference(text: &str) -> Value {
    // `ssm-secure` and `secretsmanager` hold secrets.
    if text.starts_with("{{resolve:ssm:") {
        return Value::Unknown(Reason::Unresolvable {
            expression: text.chars().take(100).collect(),
            detail: "its value is in Parameter Store".to_owned(),
        });
    }
    Value::Secret
}

fn integer(value: usize) -> Node {
    Node::new(Value::Integer(i64::try_from(value).unwrap_or(i64::MAX)))
}

/// An expression that yields nothing known.
fn unresolvable(function: &str, reason: Option<Reason>) -> Node {
    Node::new(Value::Unknown(reason.unwrap_or_else(|| Reason::Unresolvable {
        expression: function.to_owned(),
        detail: "it rests on values that are known only after deployment".to_owned(),
    })))
}

fn malformed(detail: &str) -> Node {
    Node::new(Value::Unknown(Reason::Malformed { detail: detail.to_owned() }))
}
