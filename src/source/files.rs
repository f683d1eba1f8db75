//! Finds and reads the files that were named on the command line.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::TextFile;
use super::decode::DecodeError;
use super::detect::{self, Kind};
use crate::diagnostic::Diagnostic;

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: u64 = 256 * 1024 * 1024;
/// The largest snapshot that is read, in bytes: an account of some 300,000
/// resources.
const LARGEST_SNAPSHOT: u64 = 1024 * 1024 * 1024;
/// The largest file that is looked at inside a directory, where it was not
/// named itself.
const LARGEST_FOUND_FILE: u64 = 64 * 1024 * 1024;

/// What this program's own ignore files are called.
const OWN_IGNORE_FILE: &str = ".auditignore";

/// Files by what they are, in the order they were named and found.
#[derive(Debug, Default)]
pub struct Files {
    /// Each file with its kind.
    pub files: Vec<(Kind, TextFile)>,
    /// What went wrong, and at note level what was skipped.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads `paths`: files as they are, directories with what is in them and is a
/// template, plan, manifest, snapshot or AWS CLI output. Ignore files are
/// respected.
pub fn read(paths: &[PathBuf]) -> Files {
    let mut found = Files::default();
    for path in paths {
        if path.is_dir() {
            let before = found.files.len();
            directory(path, &mut found);
            if found.files.len() == before {
                found.diagnostics.push(
                    Diagnostic::error("the directory holds no template, plan, snapshot or AWS CLI output")
                        .in_file(path.display().to_string())
                        .help("name a CloudFormation template, the output of `terraform show -json`, cdk.out, a snapshot, or saved output of the AWS CLI; --verbose lists what was skipped"),
                );
            }
        } else {
            named(path, &mut found);
        }
    }
    // The same file by another spelling, or in a directory that was named too.
    let mut seen = HashSet::new();
    found.files.retain(|(_, file)| {
        seen.insert(file.path.canonicalize().unwrap_or_else(|_| file.path.clone()))
    });
    found
}

/// A file that was named: one that is nothing known is an error.
fn named(path: &Path, found: &mut Files) {
    match text_of(path, LARGEST_SNAPSHOT) {
        Ok(file) => match detect::kind(&file.text) {
            kind if kind != Kind::Snapshot && file.text.len() as u64 > LARGEST_FILE => {
                found.diagnostics.push(too_large(
                    &file.name,
                    Some(file.text.len() as u64),
                    LARGEST_FILE,
                ));
            }
            Kind::Other => found.diagnostics.push(
                Diagnostic::error("the file is no template, plan, manifest, snapshot or AWS CLI output")
                    .in_file(file.name.as_ref())
                    .help("a CloudFormation template has Resources, a plan is the output of `terraform show -json`, a snapshot has schema_version and model, AWS CLI output is JSON with a member such as Vpcs"),
            ),
            Kind::BrokenJson => found.diagnostics.push(broken_json(&file)),
            kind => found.files.push((kind, file)),
        },
        Err(diagnostic) => found.diagnostics.push(*diagnostic),
    }
}

fn directory(root: &Path, found: &mut Files) {
    let mut entries: Vec<PathBuf> = Vec::new();
    let walk = ignore::WalkBuilder::new(root)
        .require_git(false)
        .add_custom_ignore_filename(OWN_IGNORE_FILE)
        .sort_by_file_path(Path::cmp)
        .build();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                entries.push(entry.into_path());
            }
            Ok(entry) => entries.extend(assembly_in(root, entry.path())),
            Err(error) => found.diagnostics.push(
                Diagnostic::error(format!("cannot be read: {error}"))
                    .in_file(root.display().to_string())
                    .help("check the permissions of the directory"),
            ),
        }
    }
    entries.sort();
    entries.dedup();
    let assemblies: Vec<PathBuf> = entries
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "manifest.json"))
        .filter(|path| {
            text_of(path, LARGEST_FOUND_FILE)
                .is_ok_and(|file| detect::kind(&file.text) == Kind::CloudAssembly)
        })
        .filter_map(|path| path.parent().map(Path::to_path_buf))
        .collect();
    for path in entries {
        // An assembly's manifest names the templates in it, and the manifests
        // of its stages.
        let in_assembly = assemblies.iter().any(|assembly| {
            path.strip_prefix(assembly).is_ok_and(|rest| rest != Path::new("manifest.json"))
        });
        if in_assembly {
            continue;
        }
        if !has_known_ending(&path) {
            continue;
        }
        match text_of(&path, LARGEST_FOUND_FILE) {
            Ok(file) => match detect::kind(&file.text) {
                Kind::Other => found.diagnostics.push(
                    Diagnostic::note("skipped: no template, plan, manifest, snapshot or AWS CLI output that is read")
                        .in_file(file.name.as_ref()),
                ),
                Kind::BrokenJson => found.diagnostics.push(broken_json(&file)),
                kind => found.files.push((kind, file)),
            },
            Err(diagnostic) => found.diagnostics.push(*diagnostic),
        }
    }
}

/// The manifest of the cloud assembly that `cdk synth` writes into a directory.
/// Version control usually ignores it, but it is what will be deployed: only
/// an ignore file of this program's own leaves it out.
fn assembly_in(root: &Path, directory: &Path) -> Option<PathBuf> {
    let assembly = directory.join("cdk.out");
    let manifest = assembly.join("manifest.json");
    if !manifest.is_file() {
        return None;
    }
    let left_out = directory.ancestors().take_while(|above| above.starts_with(root)).any(|above| {
        let (ignored, _) = ignore::gitignore::Gitignore::new(above.join(OWN_IGNORE_FILE));
        ignored.matched(&assembly, true).is_ignore()
    });
    (!left_out).then_some(manifest)
}

fn has_known_ending(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| {
        ["yaml", "yml", "json", "template", "tfstate"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// Reads and decodes a file.
///
/// # Errors
///
/// Where the file cannot be opened, is larger than `largest`, or is no text.
pub fn text_of(path: &Path, largest: u64) -> Result<TextFile, Box<Diagnostic>> {
    let name: Arc<str> = path.display().to_string().into();
    let failed = |message: String, help: &str| {
        Box::new(Diagnostic::error(message).in_file(name.as_ref()).help(help))
    };
    let size = std::fs::metadata(path)
        .map_err(|error| failed(format!("cannot be opened: {error}"), "check the path"))?
        .len();
    let too_large = |size: Option<u64>| Box::new(too_large(&name, size, largest));
    if size > largest {
        return Err(too_large(Some(size)));
    }
    // A device or a pipe tells no size.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    std::fs::File::open(path)
        .and_then(|file| file.take(largest + 1).read_to_end(&mut bytes))
        .map_err(|error| failed(format!("cannot be read: {error}"), "check its permissions"))?;
    if bytes.len() as u64 > largest {
        return Err(too_large(None));
    }
    let text = super::decode::decode(bytes).map_err(|error| {
        let help = match error {
            DecodeError::Archive => {
                "print the plan with `terraform show -json PLAN > plan.json` and scan that"
            }
            _ => "save it as UTF-8 (or UTF-16 with a byte-order mark)",
        };
        failed(format!("is no text: {error}"), help)
    })?;
    Ok(TextFile { name: name.clone(), path: path.to_path_buf(), text })
}

/// A file of more than `largest` bytes; one without a size goes on.
fn too_large(name: &str, size: Option<u64>, largest: u64) -> Diagnostic {
    let has =
        size.map_or_else(|| "goes on".to_owned(), |size| format!("is {} MB large", size >> 20));
    Diagnostic::error(format!("{has}; the most that is read is {} MB", largest >> 20))
        .in_file(name)
        .help("split the template, or name the file itself instead of its directory")
}

/// Says where a JSON file breaks off.
fn broken_json(file: &TextFile) -> Diagnostic {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(&file.text).err();
    let (line, column) = error.as_ref().map_or((1, 1), |error| (error.line(), error.column()));
    let detail = error.map_or_else(|| "it is incomplete".to_owned(), |error| error.to_string());
    let number = |value: usize| u32::try_from(value.max(1)).unwrap_or(u32::MAX);
    Diagnostic::error(format!("the JSON is broken: {detail}"))
        .at(crate::model::Span {
            file: file.name.clone(),
            start_line: number(line),
            start_column: number(column),
            end_line: number(line),
            end_column: number(column).saturating_add(1),
        })
        .help("write it again: a plan with `terraform show -json PLAN > plan.json`, a cloud assembly with `cdk synth`, a snapshot with `audit snapshot`, an answer with the AWS CLI and --output json")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSEMBLY: &str = r#"{"version": "36.0.0", "artifacts": {}}"#;

    fn found_in(files: &[(&str, &str)]) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = read(&[directory.path().to_path_buf()]);
        found
            .files
            .iter()
            .map(|(_, file)| {
                let path = file.path.strip_prefix(directory.path()).unwrap();
                path.display().to_string()
            })
            .collect()
    }

    #[test]
    fn an_assembly_is_read_though_version_control_ignores_it() {
        let files = [
            (".gitignore", "cdk.out\nother\n"),
            ("app/cdk.out/manifest.json", ASSEMBLY),
            ("app/cdk.out/Stack.template.json", r#"{"Resources": {}}"#),
            ("cdk.out/manifest.json", ASSEMBLY),
            ("other/manifest.json", ASSEMBLY),
            ("t.yaml", "Resources: {}\n"),
        ];
        let expected = ["app/cdk.out/manifest.json", "cdk.out/manifest.json", "t.yaml"];
        assert_eq!(found_in(&files), expected);
        // Not ignored at all, it is read once.
        assert_eq!(found_in(&files[3..4]), expected[1..2]);
    }

    #[test]
    fn an_assembly_is_left_out_by_an_ignore_file_of_this_program() {
        let files = [
            (".auditignore", "app/cdk.out\n"),
            ("app/cdk.out/manifest.json", ASSEMBLY),
            ("t.yaml", "Resources: {}\n"),
        ];
        assert_eq!(found_in(&files), ["t.yaml"]);
    }
}
