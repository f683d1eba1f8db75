//! What is undecided is never taken for decided: a law over every property of
//! the reference stack.

use std::rc::Rc;

use super::yaml::{Key, Yaml, YamlValue};
use super::*;
use crate::source::difference;

const ORDERS: &str = include_str!("../../../stack-reference/cloudformation/orders.yaml");

fn root(text: &str) -> Root {
    Root {
        file: TextFile { name: "t.yaml".into(), path: "t.yaml".into(), text: text.to_owned() },
        stack: "t".to_owned(),
        options: TemplateOptions::default(),
    }
}

fn scalar(text: &str) -> Rc<Yaml> {
    let span = first_line(&"t.yaml".into());
    let value = YamlValue::Scalar { text: text.to_owned(), plain: false };
    Rc::new(Yaml { value, tag: None, span })
}

fn mapping(entries: Vec<(&str, Rc<Yaml>)>) -> Rc<Yaml> {
    let span = first_line(&"t.yaml".into());
    let key = |name: &str| Key { name: name.to_owned(), span: span.clone() };
    let entries = entries.into_iter().map(|(name, value)| (key(name), value)).collect();
    Rc::new(Yaml { value: YamlValue::Mapping(entries), tag: None, span: span.clone() })
}

fn sequence(items: Vec<Rc<Yaml>>) -> Rc<Yaml> {
    let span = first_line(&"t.yaml".into());
    Rc::new(Yaml { value: YamlValue::Sequence(items), tag: None, span })
}

/// The paths of every value below `node`, functions as one value.
fn paths(node: &Yaml, path: &[String], found: &mut Vec<Vec<String>>) {
    let is_function = node.tag.is_some()
        || matches!(node.entries(), [(key, _)] if key.name == "Ref" || key.name.starts_with("Fn::"));
    if is_function {
        return;
    }
    let children = node
        .entries()
        .iter()
        .map(|(key, value)| (key.name.clone(), value))
        .chain(node.items().iter().enumerate().map(|(index, item)| (index.to_string(), item)));
    for (step, child) in children {
        let path: Vec<String> = path.iter().cloned().chain([step]).collect();
        found.push(path.clone());
        paths(child, &path, found);
    }
}

/// `node` with what stands at `path` replaced.
fn replaced(node: &Rc<Yaml>, path: &[String], with: &dyn Fn(&Rc<Yaml>) -> Rc<Yaml>) -> Rc<Yaml> {
    let Some((step, rest)) = path.split_first() else { return with(node) };
    let value = match &node.value {
        YamlValue::Mapping(entries) => YamlValue::Mapping(
            entries
                .iter()
                .map(|(key, value)| match key.name == *step {
                    true => (key.clone(), replaced(value, rest, with)),
                    false => (key.clone(), value.clone()),
                })
                .collect(),
        ),
        YamlValue::Sequence(items) => YamlValue::Sequence(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| match index.to_string() == *step {
                    true => replaced(item, rest, with),
                    false => item.clone(),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Rc::new(Yaml { value, tag: node.tag.clone(), span: node.span.clone() })
}

/// The template with the test's parameter and condition.
fn prepared(document: &Rc<Yaml>) -> Rc<Yaml> {
    let parameter = mapping(vec![("Type", scalar("String"))]);
    let equals = sequence(vec![mapping(vec![("Ref", scalar("Law"))]), scalar("yes")]);
    let condition = mapping(vec![("Fn::Equals", equals)]);
    let mut entries: Vec<(Key, Rc<Yaml>)> = document.entries().to_vec();
    for (section, name, value) in
        [("Parameters", "Law", parameter), ("Conditions", "Law", condition)]
    {
        let own = mapping(vec![(name, value)]);
        match entries.iter_mut().find(|(key, _)| key.name == section) {
            Some((_, known)) => {
                let all = known.entries().iter().chain(own.entries()).cloned().collect();
                let value = YamlValue::Mapping(all);
                *known = Rc::new(Yaml { value, tag: None, span: known.span.clone() });
            }
            None => entries.extend(mapping(vec![(section, own)]).entries().iter().cloned()),
        }
    }
    let value = YamlValue::Mapping(entries);
    Rc::new(Yaml { value, tag: None, span: document.span.clone() })
}

fn read_with(document: &Rc<Yaml>, law: Option<&str>) -> Loaded {
    let mut options = TemplateOptions::default();
    options.parameters.extend(law.map(|value| ("Law".to_owned(), value.to_owned())));
    let given = parameter::Given::read(&options, &mut Vec::new());
    read_all(&[(root(""), document.clone())], &given, Loaded::default())
}

fn vpc_is_open(loaded: &Loaded) -> bool {
    let of_vpc = |gap: &Gap| gap.path.starts_with("/cidr_blocks") || gap.path == "/vpc_id";
    let whole_vpc = |gap: &Gap| gap.collection == "vpcs" && gap.path.is_empty();
    loaded.snapshot.gaps.iter().any(|gap| of_vpc(gap) || whole_vpc(gap))
}

/// What differs between the two outcomes of a condition and has no gap where
/// the condition is not decided.
fn lost(document: &Rc<Yaml>) -> Vec<String> {
    let [yes, no, open] = [Some("yes"), Some("no"), None].map(|law| read_with(document, law));
    difference::between(&yes.snapshot.model, &no.snapshot.model)
        .into_iter()
        .filter(|change| change.resource.collection != "templates")
        // What is judged of a name has an attribute of its own.
        .filter(|change| change.path != "/name")
        // Local routes are the VPC's ranges: the gap is there.
        .filter(|change| change.path != "/routes" || !vpc_is_open(&open))
        .filter(|change| {
            !open.snapshot.gaps.iter().any(|gap| {
                gap.collection == change.resource.collection
                    && gap.id.as_ref().is_none_or(|id| *id == change.resource.id)
                    && (gap.touches(&change.path) || gap.path.is_empty())
            })
        })
        .map(|change| {
            format!("{} {}{}", change.resource.collection, change.resource.id, change.path)
        })
        .collect()
}

#[test]
fn a_property_that_may_be_left_out_leaves_a_gap_wherever_it_matters() {
    let document = prepared(&yaml::parse(&"t.yaml".into(), ORDERS, &mut Vec::new()).unwrap());
    let mut all = Vec::new();
    for (key, declaration) in document.get("Resources").unwrap().entries() {
        let Some(properties) = declaration.get("Properties") else { continue };
        let base = ["Resources", &key.name, "Properties"].map(str::to_owned);
        paths(properties, &base, &mut all);
    }
    assert!(all.len() > 500, "{}", all.len());
    let mut wrong = Vec::new();
    for path in all {
        let undecided = replaced(&document, &path, &|value| {
            let nothing = mapping(vec![("Ref", scalar("AWS::NoValue"))]);
            mapping(vec![("Fn::If", sequence(vec![scalar("Law"), value.clone(), nothing]))])
        });
        for lost in lost(&undecided) {
            wrong.push(format!("{}: {lost}", path[1..].join(".")));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_resource_that_may_not_be_there_leaves_a_gap_wherever_it_matters() {
    let document = prepared(&yaml::parse(&"t.yaml".into(), ORDERS, &mut Vec::new()).unwrap());
    let mut wrong = Vec::new();
    for (key, declaration) in document.get("Resources").unwrap().entries() {
        let path = ["Resources", &key.name].map(str::to_owned);
        let undecided = replaced(&document, &path, &|_| {
            let mut entries = declaration.entries().to_vec();
            entries.extend(mapping(vec![("Condition", scalar("Law"))]).entries().iter().cloned());
            let value = YamlValue::Mapping(entries);
            Rc::new(Yaml { value, tag: None, span: declaration.span.clone() })
        });
        for lost in lost(&undecided) {
            wrong.push(format!("{}: {lost}", key.name));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
