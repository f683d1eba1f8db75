//! Reads files of every kind into one snapshot.

use std::path::PathBuf;
use std::sync::Arc;

use super::detect::Kind;
use super::{
    Loaded, TemplateOptions, TextFile, aws_cli, cloudformation, default_resources, files, snapshot,
    terraform,
};
use crate::diagnostic::{Diagnostic, Level};

/// What files were read into, with their texts.
#[derive(Debug, Default)]
pub struct LoadedFiles {
    /// The model of all files together.
    pub loaded: Loaded,
    /// The texts by name, to show lines of.
    pub texts: Vec<(Arc<str>, String)>,
    /// How many files were read.
    pub count: usize,
}

/// Reads `paths` into one snapshot: saved snapshots and answers of the AWS CLI
/// first, then what is laid over them. References are not linked yet.
pub fn load(paths: &[PathBuf], options: &TemplateOptions) -> LoadedFiles {
    let found = files::read(paths);
    let mut result = LoadedFiles { count: found.files.len(), ..LoadedFiles::default() };
    result.loaded.diagnostics = found.diagnostics;
    let mut answers: Vec<TextFile> = Vec::new();
    let mut templates: Vec<TextFile> = Vec::new();
    let mut plans: Vec<TextFile> = Vec::new();
    let nothing_else = found.files.iter().all(|(kind, _)| *kind == Kind::Kubernetes);
    for (kind, file) in found.files {
        match kind {
            Kind::AwsCli => answers.push(file),
            Kind::Snapshot => merge(&mut result.loaded, snapshot::read(&file)),
            Kind::CloudFormation | Kind::CloudAssembly => templates.push(file),
            Kind::Terraform | Kind::TerraformRaw => plans.push(file),
            Kind::Kubernetes => result.loaded.diagnostics.push(
                // To have judged nothing is no success.
                Diagnostic::new(
                    if nothing_else { Level::Error } else { Level::Warning },
                    "Kubernetes manifests are not read yet; the file was skipped",
                )
                .in_file(file.name.as_ref())
                .help("scan the template or plan of the cluster"),
            ),
            Kind::BrokenJson | Kind::Other => {}
        }
    }
    if !answers.is_empty() {
        merge(&mut result.loaded, aws_cli::read(&answers, options));
    }
    if !templates.is_empty() {
        let base = std::mem::take(&mut result.loaded.snapshot);
        let read = cloudformation::read_over(base, &templates, options);
        result.loaded.snapshot = read.snapshot;
        result.loaded.diagnostics.extend(read.diagnostics);
    }
    let several = plans.len() > 1;
    for file in &plans {
        let mut options = options.clone();
        // Addresses are unique in one plan only.
        if several {
            options.id_prefix = Some(format!("{}:", file.name));
        }
        let base = std::mem::take(&mut result.loaded.snapshot);
        let read = terraform::read_over(base, file, &options);
        result.loaded.snapshot = read.snapshot;
        result.loaded.diagnostics.extend(read.diagnostics);
    }
    default_resources::allow_ipv6(&mut result.loaded.snapshot);
    let files = answers.into_iter().chain(templates).chain(plans);
    result.texts = files.map(|file| (file.name, file.text)).collect();
    result
}

fn merge(into: &mut Loaded, from: Loaded) {
    into.snapshot.extend(from.snapshot);
    into.diagnostics.extend(from.diagnostics);
}
