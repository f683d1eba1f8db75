//! The policies: those in the binary, and the user's own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use rayon::prelude::*;

use super::metadata::Control;
use super::schema;
use super::{annotations, check};
use crate::diagnostic::Diagnostic;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// Packages below this one are shared Rego, not controls.
const LIBRARY_PACKAGE: &str = "audit.lib.";

/// A Rego module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its file: below `policies/` for a bundled one, else as it was named.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A control with the module that decides it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What the module says of itself.
    pub control: Control,
    /// The module.
    pub module: Module,
}

/// All policies of a run.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    /// Policies by control id.
    pub policies: BTreeMap<String, Policy>,
    /// Shared Rego.
    pub libraries: Vec<Module>,
    /// Tests.
    pub tests: Vec<Module>,
    /// The files that are not bundled.
    pub user_files: BTreeSet<String>,
    /// Modules that are not fit to be used, and why.
    pub diagnostics: Vec<Diagnostic>,
}

impl Bundle {
    /// The policies in the binary.
    pub fn embedded() -> Self {
        let mut bundle = Self::default();
        let read: Vec<Read> = embedded_modules().into_par_iter().map(Read::of).collect();
        read.into_iter().for_each(|module| bundle.add(module));
        bundle
    }

    /// Adds the policies in `paths`, files or directories of `.rego` files. One
    /// that cannot be read or used is a diagnostic; the rest is added.
    pub fn add_paths(&mut self, paths: &[PathBuf]) {
        for path in paths {
            let mut files = Vec::new();
            if let Err(diagnostic) = rego_files(path, &mut files) {
                self.diagnostics.push(diagnostic);
            }
            for file in files {
                let name = file.display().to_string();
                match std::fs::read_to_string(&file) {
                    Ok(text) => self.add_user(Module { file: name, text }),
                    Err(error) => self.diagnostics.push(
                        Diagnostic::error(format!("the policy cannot be read: {error}"))
                            .in_file(name)
                            .help("check its permissions, and that it is UTF-8"),
                    ),
                }
            }
        }
    }

    /// Adds a module that is not bundled. What is there already word for word,
    /// as in an exported bundle, is left out.
    fn add_user(&mut self, module: Module) {
        let policies = self.policies.values().map(|policy| &policy.module);
        let mut known = policies.chain(&self.libraries).chain(&self.tests);
        if known.any(|known| known.text == module.text) {
            return;
        }
        if let Some(line) = check::too_nested(&module.text) {
            self.diagnostics.push(
                Diagnostic::error("brackets are nested too deep")
                    .at(annotations::line_span(&module.file, line))
                    .help("give parts of it a name of their own"),
            );
            return;
        }
        self.user_files.insert(module.file.clone());
        self.add(Read::of(module));
    }

    /// The module that has a package already, which is another's to use.
    fn holder_of(&self, package: &str) -> Option<&str> {
        let policies = self.policies.values().map(|policy| &policy.module);
        let libraries = self.libraries.iter().filter(|l| !self.user_files.contains(&l.file));
        policies
            .chain(libraries)
            .find(|module| annotations::package_of(&module.text).as_deref() == Some(package))
            .map(|module| module.file.as_str())
    }

    /// Whether a user's module takes a package that another has; says so.
    fn is_taken(&mut self, module: &Module) -> bool {
        if !self.user_files.contains(&module.file) {
            return false;
        }
        let package = annotations::package_of(&module.text).unwrap_or_default();
        let Some(other) = self.holder_of(&package).map(str::to_owned) else { return false };
        self.diagnostics.push(
            Diagnostic::error(format!("the package {package} is already taken by {other}"))
                .in_file(module.file.clone())
                .help("give the module a package of its own"),
        );
        true
    }

    fn add(&mut self, read: Read) {
        match read {
            Read::Test(module) => self.tests.push(module),
            Read::Library(module) if self.is_taken(&module) => {}
            Read::Library(module) => self.libraries.push(module),
            Read::Unfit(diagnostic) => self.diagnostics.push(*diagnostic),
            Read::Policy(policy) => {
                if let Some(other) = self.policies.get(&policy.control.id) {
                    self.diagnostics.push(
                        Diagnostic::error(format!(
                            "the id {} is already taken by {}",
                            policy.control.id, other.module.file
                        ))
                        .in_file(policy.module.file)
                        .help("give the policy an id and a package of its own"),
                    );
                } else if !self.is_taken(&policy.module) {
                    self.policies.insert(policy.control.id.clone(), *policy);
                }
            }
        }
    }

    /// The controls in order of their ids.
    pub fn controls(&self) -> impl Iterator<Item = &Control> {
        self.policies.values().map(|policy| &policy.control)
    }
}

/// What a module turns out to be.
enum Read {
    Test(Module),
    Library(Module),
    Policy(Box<Policy>),
    Unfit(Box<Diagnostic>),
}

impl Read {
    fn of(module: Module) -> Self {
        if module.file.ends_with("_test.rego") {
            return Self::Test(module);
        }
        let is_library = annotations::package_of(&module.text)
            .is_some_and(|package| package.starts_with(LIBRARY_PACKAGE));
        if is_library {
            return Self::Library(module);
        }
        match annotations::read(&module.file, &module.text) {
            Ok(control) => Self::Policy(Box::new(Policy { control, module })),
            Err(diagnostic) => Self::Unfit(diagnostic),
        }
    }
}

/// Every Rego module in the binary, in order of path.
pub fn embedded_modules() -> Vec<Module> {
    let mut modules = Vec::new();
    collect(&EMBEDDED, &mut modules);
    modules.sort_by(|one, other| one.file.cmp(&other.file));
    modules
}

fn collect(directory: &Dir<'_>, modules: &mut Vec<Module>) {
    for file in directory.files() {
        let name = file.path().to_string_lossy().replace('\\', "/");
        if let (true, Some(text)) = (name.ends_with(".rego"), file.contents_utf8()) {
            modules.push(Module { file: name, text: text.to_owned() });
        }
    }
    directory.dirs().for_each(|inner| collect(inner, modules));
}

/// Writes the bundled policies, and the schemas of what they read, below
/// `directory`.
///
/// # Errors
///
/// Where a directory or file cannot be written; the message names it.
pub fn export(directory: &Path) -> Result<usize, Diagnostic> {
    let failed = |path: &Path, error: &std::io::Error| {
        Diagnostic::error(format!("cannot be written: {error}"))
            .in_file(path.display().to_string())
            .help("name a directory that you may write to")
    };
    let mut modules = embedded_modules();
    // For `opa check --schema`.
    for (name, text) in [("input", schema::INPUT), ("profile", schema::PROFILE)] {
        modules.push(Module { file: format!("schema/{name}.json"), text: text.to_owned() });
    }
    for module in &modules {
        let path = directory.join(&module.file);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
        }
        std::fs::write(&path, &module.text).map_err(|error| failed(&path, &error))?;
    }
    Ok(modules.len())
}

fn rego_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    if !path.exists() {
        return Err(Diagnostic::error("there is no such policy file or directory")
            .in_file(path.display().to_string())
            .help("check the path given with --policies"));
    }
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let walk = ignore::WalkBuilder::new(path).sort_by_file_path(Path::cmp).build();
    let before = files.len();
    for entry in walk.flatten() {
        if entry.file_type().is_some_and(|kind| kind.is_file())
            && entry.path().extension().is_some_and(|ending| ending == "rego")
        {
            files.push(entry.into_path());
        }
    }
    if files.len() == before {
        return Err(Diagnostic::error("the directory holds no policy")
            .in_file(path.display().to_string())
            .help("policies are .rego files; what .gitignore names is left out"));
    }
    Ok(())
}
