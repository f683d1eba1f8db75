//! Checks policies before they run. The interpreter checks nothing: a function
//! that is not there, a misspelt attribute, a variable without a value go
//! unseen, and the policy passes everything.

mod children;
mod evidence;
mod heads;
mod metadata;
mod names;
mod program;
mod recursion;
mod references;
mod shape;
mod whole;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rayon::prelude::*;

pub use program::too_nested;

use self::program::{Parsed, Program};
use self::references::Documents;
use self::shape::Shape;
use super::bundle::{Bundle, Module};
use super::schema;
use crate::diagnostic::{Diagnostic, Level};

/// Whether resources of a collection may have the attribute that a JSON pointer
/// names, among them what the analysis found of them at `/reachability`.
pub fn has_attribute(collection: &str, pointer: &str) -> bool {
    static INPUT: LazyLock<serde_json::Value> = LazyLock::new(|| schema::parsed(schema::INPUT));
    let documents = Documents { input: Shape::document(&INPUT), profile: Shape::Any };
    let resources = documents.input.field(collection);
    match pointer.strip_prefix("/reachability") {
        Some(pointer) => documents.reachability().pointer(pointer).is_ok(),
        None => {
            pointer.starts_with('/')
                && resources.is_ok_and(|shape| shape.item().pointer(pointer).is_ok())
        }
    }
}

/// What is wrong with the policies, libraries and tests of a bundle, in order
/// of file and line.
pub fn check(bundle: &Bundle) -> Vec<Diagnostic> {
    let modules: Vec<&Module> = bundle
        .libraries
        .iter()
        .chain(bundle.policies.values().map(|policy| &policy.module))
        .chain(&bundle.tests)
        .collect();
    let mut diagnostics = check_modules(bundle, &modules, &|_| true);
    diagnostics.extend(untested(bundle));
    sorted(diagnostics)
}

/// Checks the policies and libraries that are not bundled, and their tests where
/// `with_tests`, and takes those with errors out. The bundled ones were checked
/// when the program was built.
pub fn refuse_unfit(bundle: &mut Bundle, with_tests: bool) {
    if bundle.user_files.is_empty() {
        return;
    }
    let is_user = |file: &str| bundle.user_files.contains(file);
    let modules: Vec<&Module> = bundle
        .libraries
        .iter()
        .chain(bundle.policies.values().map(|policy| &policy.module))
        .filter(|module| is_user(&module.file) || module.file.starts_with("lib/"))
        .chain(bundle.tests.iter().filter(|test| with_tests && is_user(&test.file)))
        .collect();
    let diagnostics = sorted(check_modules(bundle, &modules, &is_user));
    let unfit: BTreeSet<&str> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.level == Level::Error)
        .filter_map(|diagnostic| diagnostic.file.as_deref())
        .collect();
    bundle.policies.retain(|_, policy| !unfit.contains(policy.module.file.as_str()));
    bundle.libraries.retain(|library| !unfit.contains(library.file.as_str()));
    bundle.tests.retain(|test| !unfit.contains(test.file.as_str()));
    bundle.diagnostics.extend(diagnostics);
}

fn check_modules(
    bundle: &Bundle,
    modules: &[&Module],
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut parsed: Vec<Parsed> = Vec::new();
    let outcomes: Vec<_> = modules.par_iter().map(|module| program::parse(module)).collect();
    for outcome in outcomes {
        match outcome {
            Ok(module) => parsed.push(module),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    let program = Program::new(parsed);
    let input = schema::parsed(schema::INPUT);
    let profile = schema::parsed(schema::PROFILE);
    let documents =
        Documents { input: Shape::document(&input), profile: Shape::document(&profile) };
    for module in program.modules.iter().filter(|module| wanted(&module.file)) {
        names::check(module, &program, &mut diagnostics);
        if !module.file.ends_with("_test.rego") {
            evidence::check(module, &documents, &mut diagnostics);
            heads::check(module, &mut diagnostics);
            whole::check(module, &program, &mut diagnostics);
        }
    }
    references::check(&program, &documents, wanted, &mut diagnostics);
    recursion::check(&program, wanted, &mut diagnostics);
    for policy in bundle.policies.values().filter(|policy| wanted(&policy.module.file)) {
        let Some(module) = program.modules.iter().find(|m| m.file == policy.module.file) else {
            continue;
        };
        let package = program.packages.get(&module.package);
        metadata::check(policy, package, &documents, &mut diagnostics);
        for (name, span) in metadata::not_sets(module) {
            let place = program::place(&module.file.as_str().into(), span);
            diagnostics.push(
                Diagnostic::error(format!("{name} is no set"))
                    .at(place)
                    .help(format!("write `{name} contains … if {{ … }}`")),
            );
        }
    }
    diagnostics
}

/// Policies without a test file beside them.
fn untested(bundle: &Bundle) -> Vec<Diagnostic> {
    let tests: BTreeSet<&str> = bundle.tests.iter().map(|test| test.file.as_str()).collect();
    bundle
        .policies
        .values()
        .filter_map(|policy| {
            let file = &policy.module.file;
            let test = format!("{}_test.rego", file.strip_suffix(".rego").unwrap_or(file));
            (!tests.contains(test.as_str())).then(|| {
                Diagnostic::warning(format!("{} has no tests", policy.control.id))
                    .in_file(file)
                    .help(format!(
                        "write some in {test}, in package {}_test",
                        policy.control.package
                    ))
            })
        })
        .collect()
}

fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = |diagnostic: &Diagnostic| {
        let span = diagnostic.span.as_ref();
        (
            diagnostic.file.clone(),
            span.map(|span| (span.start_line, span.start_column)),
            diagnostic.message.clone(),
        )
    };
    diagnostics.sort_by_key(place);
    diagnostics.dedup();
    diagnostics
}

#[cfg(test)]
mod tests;
