//! CDK cloud assemblies: `cdk.out/manifest.json` and the templates it names.
//!
//! Source: the AWS CDK API reference, "cloud-assembly-schema".

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Root;
use crate::diagnostic::Diagnostic;
use crate::source::{TemplateOptions, TextFile, files};

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    artifacts: BTreeMap<String, Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(rename = "type")]
    kind: String,
    /// `aws://ACCOUNT/REGION`.
    environment: Option<String>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    template_file: Option<String>,
    stack_name: Option<String>,
    directory_name: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

/// The stacks of an assembly, those of its stages included.
pub(super) fn roots(
    manifest: &TextFile,
    options: &TemplateOptions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Root> {
    let mut found = Vec::new();
    collect(manifest, options, 0, &mut found, diagnostics);
    if found.is_empty() {
        diagnostics.push(
            Diagnostic::warning("the cloud assembly holds no stack")
                .in_file(manifest.name.as_ref()),
        );
    }
    found
}

fn collect(
    manifest: &TextFile,
    options: &TemplateOptions,
    depth: usize,
    found: &mut Vec<Root>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let parsed: Manifest = match serde_json::from_str(&manifest.text) {
        Ok(parsed) => parsed,
        Err(error) => {
            diagnostics.push(
                Diagnostic::error(format!("the cloud assembly's manifest is broken: {error}"))
                    .in_file(manifest.name.as_ref())
                    .help("run `cdk synth` again"),
            );
            return;
        }
    };
    let directory = manifest.path.parent().map(std::path::Path::to_path_buf).unwrap_or_default();
    for (name, artifact) in parsed.artifacts {
        match artifact.kind.as_str() {
            "aws:cloudformation:stack" => {
                let Some(template) = &artifact.properties.template_file else { continue };
                match files::text_of(&directory.join(template), files::LARGEST_FILE) {
                    Ok(file) => {
                        let mut options = options.clone();
                        let (account, region) = environment(artifact.environment.as_deref());
                        options.account = options.account.or(account);
                        options.region = options.region.or(region);
                        for (key, value) in artifact.properties.parameters {
                            options.parameters.entry(key).or_insert(value);
                        }
                        let stack = artifact.properties.stack_name.unwrap_or(name);
                        found.push(Root { file, stack, options });
                    }
                    Err(diagnostic) => diagnostics.push(*diagnostic),
                }
            }
            // A stage, or a nested assembly.
            "cdk:cloud-assembly" if depth < 8 => {
                let Some(inner) = &artifact.properties.directory_name else { continue };
                let path = directory.join(inner).join("manifest.json");
                match files::text_of(&path, files::LARGEST_FILE) {
                    Ok(manifest) => collect(&manifest, options, depth + 1, found, diagnostics),
                    Err(diagnostic) => diagnostics.push(*diagnostic),
                }
            }
            _ => {}
        }
    }
}

/// Account and region of `aws://ACCOUNT/REGION`, where they are known.
fn environment(text: Option<&str>) -> (Option<String>, Option<String>) {
    let mut parts = text.and_then(|text| text.strip_prefix("aws://")).unwrap_or("").split('/');
    let mut known = || parts.next().filter(|part| !part.is_empty() && !part.starts_with("unknown"));
    (known().map(str::to_owned), known().map(str::to_owned))
}
