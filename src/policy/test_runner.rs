//! Runs the `test_…` rules that stand beside the policies.

use rayon::prelude::*;
use regorus::Value;
use serde_json::json;

use super::annotations;
use super::bundle::{Bundle, Module};
use super::engine::Interpreter;
use super::profile::Profile;

/// How one test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The file it stands in.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// The rule's name.
    pub name: String,
    /// Why it failed; `None` where it passed.
    pub failure: Option<String>,
}

/// Runs every test of the bundle, in order of file and line.
pub fn run(bundle: &Bundle, profile: &Profile) -> Vec<Outcome> {
    let outcomes: Vec<Vec<Outcome>> =
        bundle.tests.par_iter().map(|module| run_module(module, bundle, profile)).collect();
    outcomes.into_iter().flatten().collect()
}

fn run_module(module: &Module, bundle: &Bundle, profile: &Profile) -> Vec<Outcome> {
    let tests = tests_of(&module.text);
    let fail_all = |reason: String| {
        vec![Outcome {
            file: module.file.clone(),
            line: 1,
            name: "(module)".to_owned(),
            failure: Some(reason),
        }]
    };
    let Some(package) = annotations::package_of(&module.text) else {
        return fail_all("there is no package declaration".to_owned());
    };
    if tests.is_empty() {
        return fail_all("there is no rule whose name begins with test_".to_owned());
    }
    let tested = package.strip_suffix("_test").unwrap_or(&package);
    let policy = bundle.policies.values().find(|policy| policy.control.package == tested);
    let prepared = Interpreter::new(&bundle.libraries, Value::from(json!({"profile": profile})))
        .and_then(|base| {
            base.with(policy.map(|policy| &policy.module).into_iter().chain([module]))
        });
    let mut interpreter = match prepared {
        Ok(interpreter) => interpreter,
        Err(error) => return fail_all(error.to_string()),
    };
    interpreter.set_input(Value::new_object());
    tests
        .into_iter()
        .map(|(line, name)| {
            let failure = match interpreter.evaluate(format!("data.{package}.{name}")) {
                Ok(Value::Bool(true)) => None,
                Ok(Value::Undefined | Value::Bool(false)) => Some("it is not true".to_owned()),
                Ok(_) => Some("it gives no boolean".to_owned()),
                Err(error) => Some(error.to_string()),
            };
            Outcome { file: module.file.clone(), line, name, failure }
        })
        .collect()
}

/// Line and name of each test rule.
fn tests_of(text: &str) -> Vec<(usize, String)> {
    let mut tests: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("test_") {
            let name: String =
                line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if tests.iter().all(|(_, known)| *known != name) {
                tests.push((index + 1, name));
            }
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_policy_passes_its_tests() {
        let bundle = Bundle::embedded();
        let outcomes = run(&bundle, &Profile::default());
        let failed: Vec<&Outcome> =
            outcomes.iter().filter(|outcome| outcome.failure.is_some()).collect();
        assert!(failed.is_empty(), "{failed:#?}");
        assert!(outcomes.len() >= bundle.policies.len());
    }

    #[test]
    fn a_test_that_is_not_true_fails_with_its_line() {
        let bundle = Bundle {
            tests: vec![Module {
                file: "x_test.rego".to_owned(),
                text: "package audit.x_test\n\ntest_sum if {\n\t1 + 1 == 3\n}\n".to_owned(),
            }],
            ..Bundle::default()
        };
        let outcomes = run(&bundle, &Profile::default());
        assert_eq!(outcomes[0].line, 3);
        assert_eq!(outcomes[0].failure.as_deref(), Some("it is not true"));
    }
}
