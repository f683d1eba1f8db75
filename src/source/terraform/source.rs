//! The `.tf` and `.tf.json` files behind a plan, for the lines of findings and for waivers.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body, Structure};
use serde::Deserialize;

use super::configuration::module_names;
use super::plan::{ConfigModule, Plan};
use super::resource::Declared;
use super::source_json;
use crate::diagnostic::Diagnostic;
use crate::model::snapshot::InlineWaiver;
use crate::model::{Origin, ResourceRef, Snapshot, Span};
use crate::source::{TemplateOptions, TextFile, files};

/// What a variable is called in the place of a resource's type.
pub(super) const VARIABLE: &str = "variable";

/// The largest source file that is read.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// Where a resource and its attributes stand.
#[derive(Debug, Default, Clone)]
pub(super) struct Places {
    /// The block's header.
    pub(super) header: Option<Span>,
    /// Attributes and nested blocks by JSON pointer.
    pub(super) attributes: HashMap<String, Span>,
    /// Waivers in comments.
    pub(super) waivers: Vec<(Span, String)>,
}

impl Places {
    /// The origin of an attribute: its own place, or its nearest ancestor's.
    pub(super) fn origin(&self, path: &str, resource: &Origin) -> Origin {
        let Origin::Plan { file, address, .. } = resource else { return resource.clone() };
        let mut path = path;
        loop {
            if let Some(span) = self.attributes.get(path) {
                return Origin::Plan {
                    file: file.clone(),
                    address: address.clone(),
                    span: Some(span.clone()),
                };
            }
            match path.rfind('/') {
                Some(cut) => path = &path[..cut],
                None => return resource.clone(),
            }
        }
    }

    /// Whether the source has the attribute, or blocks of its name.
    pub(super) fn wrote(&self, path: &str) -> bool {
        self.attributes.contains_key(path)
    }

    /// The block's header.
    pub(super) fn header(&self) -> Option<&Span> {
        self.header.as_ref()
    }
}

/// Resources and variables of the source by module, type and name.
#[derive(Debug, Default)]
pub(super) struct Sources {
    resources: HashMap<(Vec<String>, String, String), Places>,
    none: Places,
    /// Where `terraform init` put the modules that are not local.
    installed: HashMap<String, PathBuf>,
}

/// `.terraform/modules/modules.json`.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "Modules")]
    modules: Vec<Installed>,
}

#[derive(Deserialize)]
struct Installed {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Dir")]
    directory: PathBuf,
}

fn installed(root: &Path) -> HashMap<String, PathBuf> {
    let manifest = files::text_of(&root.join(".terraform/modules/modules.json"), LARGEST_FILE)
        .ok()
        .and_then(|file| serde_json::from_str::<Manifest>(&file.text).ok());
    let modules = manifest.map(|manifest| manifest.modules).unwrap_or_default();
    modules
        .into_iter()
        // Only what lies below the root: the manifest may be anyone's.
        .filter(|one| one.directory.components().all(|step| matches!(step, Component::Normal(_))))
        .map(|one| (one.key, root.join(one.directory)))
        .collect()
}

impl Sources {
    /// Reads the source files beside the plan, or in the given directory, and
    /// those of its local modules.
    pub(super) fn find(file: &TextFile, options: &TemplateOptions, plan: &Plan) -> Self {
        let mut sources = Self::default();
        let beside = file.path.parent().map(Path::to_path_buf).unwrap_or_default();
        let root = options.source_root.clone().unwrap_or(beside);
        let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
        sources.installed = installed(&root);
        sources.module(&root, &plan.configuration.root_module, &mut Vec::new());
        sources
    }

    fn module(&mut self, directory: &Path, module: &ConfigModule, path: &mut Vec<String>) {
        if path.len() > 16 {
            return;
        }
        let mut names: Vec<PathBuf> = std::fs::read_dir(directory)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        names.sort();
        for name in names {
            let ending = |wanted: &str| name.to_str().is_some_and(|name| name.ends_with(wanted));
            let is_json = ending(".tf.json");
            if (ending(".tf") || is_json)
                && let Ok(file) = files::text_of(&name, LARGEST_FILE)
            {
                self.file(&file, is_json, path);
            }
        }
        for (name, call) in &module.module_calls {
            path.push(name.clone());
            let is_local = call.source.starts_with("./") || call.source.starts_with("../");
            let installed = self.installed.get(&path.join(".")).cloned();
            if let Some(inner) = is_local.then(|| directory.join(&call.source)).or(installed) {
                self.module(&inner, &call.module, path);
            }
            path.pop();
        }
    }

    fn file(&mut self, file: &TextFile, is_json: bool, module: &[String]) {
        let name: Arc<str> = file.name.strip_prefix("./").unwrap_or(&file.name).into();
        if is_json {
            for (kind, label, places) in source_json::resources(file, &name) {
                self.resources.insert((module.to_vec(), kind, label), places);
            }
            return;
        }
        let Ok(body) = hcl_edit::parser::parse_body(&file.text) else { return };
        let text = Text::new(name, &file.text);
        for structure in &body {
            let Structure::Block(block) = structure else { continue };
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            let (kind, name) = match (block.ident.as_str(), labels.as_slice()) {
                ("resource", [kind, name]) => (kind, name),
                (VARIABLE, [name]) => (&VARIABLE, name),
                _ => continue,
            };
            let mut places = Places { header: text.header(block), ..Places::default() };
            attributes(&block.body, "", &text, &mut places.attributes);
            places.waivers = text.waivers(block);
            self.resources
                .insert((module.to_vec(), (*kind).to_owned(), (*name).to_owned()), places);
        }
    }

    /// The places of a resource, whichever instance.
    pub(super) fn of(&self, module: &str, kind: &str, name: &str) -> &Places {
        let module = module_names(module);
        self.resources.get(&(module, kind.to_owned(), name.to_owned())).unwrap_or(&self.none)
    }

    /// Records the waivers that stand beside resources:
    /// `# audit:waive CONTROL REASON [until YYYY-MM-DD]`.
    pub(super) fn waivers(
        &self,
        declared: &[Declared<'_>],
        snapshot: &mut Snapshot,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut told = BTreeSet::new();
        for one in declared {
            let instance = one.instance;
            for (span, text) in &self.of(instance.module, instance.kind, instance.name).waivers {
                let Some(collection) = one.collection() else {
                    if told.insert(span) {
                        let kind = instance.kind;
                        diagnostics.push(
                            Diagnostic::error(format!("the waiver stands beside an {kind}, which no control judges"))
                                .at(span.clone())
                                .help("write it beside the resource that this one adds to, or into audit.toml"),
                        );
                    }
                    continue;
                };
                let (control, rest) = text.split_once(' ').unwrap_or((text, ""));
                let (reason, expires) = match rest.rsplit_once(" until ") {
                    Some((reason, day)) => (reason, Some(day.trim().to_owned())),
                    None => (rest, None),
                };
                // One that the plan takes over has the key that it had.
                let known = snapshot.aliases.get(collection).and_then(|all| all.get(&one.address));
                let id = known.unwrap_or(&one.id).clone();
                snapshot.inline_waivers.push(InlineWaiver {
                    resource: ResourceRef::new(collection, id),
                    control: control.to_owned(),
                    reason: reason.trim().to_owned(),
                    expires,
                    origin: Some(Origin::Plan {
                        file: span.file.clone(),
                        address: instance.address.to_owned(),
                        span: Some(span.clone()),
                    }),
                });
            }
        }
    }
}

fn attributes(body: &Body, path: &str, text: &Text<'_>, found: &mut HashMap<String, Span>) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let span = attribute.value.span().or_else(|| attribute.span());
                if let Some(span) = span.and_then(|range| text.span(range)) {
                    found.insert(format!("{path}/{}", attribute.key.as_str()), span);
                }
            }
            Structure::Block(block) if block.ident.as_str() == "dynamic" => {
                let label = block.labels.first().map(|label| label.as_str());
                if let (Some(label), Some(span)) = (label, text.header(block)) {
                    found.entry(format!("{path}/{label}")).or_insert(span);
                }
            }
            Structure::Block(block) => {
                let name = block.ident.as_str();
                let index = counts.entry(name.to_owned()).or_default();
                let inner = format!("{path}/{name}/{index}");
                *index += 1;
                if let Some(span) = text.header(block) {
                    found.entry(format!("{path}/{name}")).or_insert_with(|| span.clone());
                    found.insert(inner.clone(), span);
                }
                attributes(&block.body, &inner, text, found);
            }
        }
    }
}

/// A file's text, to turn byte ranges into spans.
struct Text<'t> {
    name: Arc<str>,
    text: &'t str,
    /// The byte at which each line begins.
    lines: Vec<usize>,
}

impl<'t> Text<'t> {
    fn new(name: Arc<str>, text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(index, _)| index + 1)).collect();
        Self { name, text, lines }
    }

    fn position(&self, byte: usize) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..byte).map_or(0, |before| before.chars().count()) + 1;
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        (number(line), number(column))
    }

    fn span(&self, range: Range<usize>) -> Option<Span> {
        self.text.get(range.clone())?;
        let (start_line, start_column) = self.position(range.start);
        let (end_line, end_column) = self.position(range.end);
        Some(Span { file: self.name.clone(), start_line, start_column, end_line, end_column })
    }

    /// The first line of a block, without its body.
    fn header(&self, block: &Block) -> Option<Span> {
        let range = block.span()?;
        let whole = self.text.get(range.clone())?;
        let first = whole.lines().next().unwrap_or_default().trim_end_matches('{').trim_end();
        self.span(range.start..range.start + first.len())
    }

    /// Waivers in the comment lines right above a block, and inside it.
    fn waivers(&self, block: &Block) -> Vec<(Span, String)> {
        const MARK: &str = "audit:waive ";
        let Some(range) = block.span() else { return Vec::new() };
        let (first, _) = self.position(range.start);
        let (last, _) = self.position(range.end);
        let all: Vec<&str> = self.text.lines().collect();
        let is_comment = |line: &str| line.trim_start().starts_with(['#', '/']);
        let mut from = first.saturating_sub(1) as usize;
        while from > 0 && all.get(from - 1).is_some_and(|line| is_comment(line)) {
            from -= 1;
        }
        let mut found = Vec::new();
        for (index, line) in all.iter().enumerate().take(last as usize).skip(from) {
            let Some((before, text)) = line.split_once(MARK) else { continue };
            if !before.trim_start().starts_with(['#', '/']) {
                continue;
            }
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let end = u32::try_from(line.chars().count() + 1).unwrap_or(u32::MAX);
            let span = Span {
                file: self.name.clone(),
                start_line: number,
                start_column: 1,
                end_line: number,
                end_column: end,
            };
            found.push((span, text.trim().to_owned()));
        }
        found
    }
}
