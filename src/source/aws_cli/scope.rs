//! The answers of one region of an account, or of its global services, and the
//! snapshot that they fill.

use std::collections::{BTreeMap, BTreeSet};

use super::absent;
use super::item::Item;
use super::response::{Answer, Form};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Collected, Coverage, CoverageStatus, Gap, Identity, Origin, Reason, Resource, ResourceOrigin,
    ResourceRef,
};
use crate::source::draft::Draft;
use crate::source::node::Node;
use crate::source::operation::Operation;
use crate::source::site::Site;
use crate::source::{Loaded, TemplateOptions, UNNAMED_ACCOUNT};

/// One region of one account, or its global services.
#[derive(Debug)]
pub(super) struct Scope<'l> {
    /// Where it is.
    pub(super) site: Site,
    secret_key: [u8; 32],
    loaded: &'l mut Loaded,
    /// The operations that are read, and of which no answer was given.
    missing: &'l mut BTreeSet<&'static str>,
    answers: Vec<Answer>,
    /// The operations that answers were given of.
    given: BTreeSet<&'static str>,
    /// Those whose answers end before their last page.
    cut: BTreeSet<&'static str>,
}

impl<'l> Scope<'l> {
    /// The scope of an account's global services.
    pub(super) fn new(
        account: Option<String>,
        partition: Option<String>,
        options: &TemplateOptions,
        loaded: &'l mut Loaded,
        missing: &'l mut BTreeSet<&'static str>,
    ) -> Self {
        Self {
            site: Site {
                partition: partition.unwrap_or_else(|| "aws".to_owned()),
                account,
                region: None,
            },
            secret_key: options.secret_key,
            loaded,
            missing,
            answers: Vec::new(),
            given: BTreeSet::new(),
            cut: BTreeSet::new(),
        }
    }

    /// The same account in a region.
    pub(super) fn in_region(&mut self, region: Option<String>) -> Scope<'_> {
        Scope {
            site: Site { region, ..self.site.clone() },
            secret_key: self.secret_key,
            loaded: &mut *self.loaded,
            missing: &mut *self.missing,
            answers: Vec::new(),
            given: BTreeSet::new(),
            cut: BTreeSet::new(),
        }
    }

    /// Takes in answers, and notes in the coverage what was given.
    pub(super) fn receive(&mut self, answers: Vec<Answer>) {
        let mut pages: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
        for answer in &answers {
            let name = answer.operation.name;
            self.given.insert(name);
            let (calls, cut) = pages.entry(name).or_default();
            *calls += 1;
            if answer.is_cut {
                *cut += 1;
                self.cut.insert(name);
            }
        }
        for (name, (calls, cut)) in pages {
            let detail = "the output that was given ends before its last page; save all of it";
            self.loaded.snapshot.coverage.insert(Coverage {
                account: self.site.account.clone(),
                region: self.site.region.clone(),
                subject: name.to_owned(),
                status: if cut == 0 { CoverageStatus::Collected } else { CoverageStatus::Failed },
                calls,
                failed: cut,
                detail: (cut > 0).then(|| detail.to_owned()),
            });
        }
        self.answers.extend(answers);
    }

    /// Says something of the answers.
    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        self.loaded.diagnostics.push(diagnostic);
    }

    /// Whether an answer of the operation was given.
    pub(super) fn has(&self, operation: &Operation) -> bool {
        self.given.contains(operation.name)
    }

    /// Whether answers of the operation were given, and list nothing.
    pub(super) fn lists_nothing(&self, operation: &Operation) -> bool {
        let mut own = self.answers.iter().filter(|one| one.operation.name == operation.name);
        self.has(operation) && own.all(|answer| answer.node.items().is_empty())
    }

    /// Whether an answer of the operation ends before its last page.
    pub(super) fn is_cut(&self, operation: &Operation) -> bool {
        self.cut.contains(operation.name)
    }

    /// The answers of an operation.
    pub(super) fn take(&mut self, operation: &Operation) -> Vec<Answer> {
        self.take_if(operation, |_| true)
    }

    fn take_if(&mut self, operation: &Operation, wanted: impl Fn(&Answer) -> bool) -> Vec<Answer> {
        let all = std::mem::take(&mut self.answers);
        let (taken, left) = all
            .into_iter()
            .partition(|answer| answer.operation.name == operation.name && wanted(answer));
        self.answers = left;
        taken
    }

    /// The things that the answers of an operation list.
    pub(super) fn items(&mut self, operation: &Operation) -> Vec<Node> {
        let answers = self.take_if(operation, |answer| answer.form == Form::Items);
        answers.into_iter().flat_map(Answer::items).collect()
    }

    /// What was asked of things one by one: the key of each with its answer.
    /// `key` is the member that names the thing where the answer does; else the
    /// file's name does.
    pub(super) fn of_things(
        &mut self,
        operation: &Operation,
        key: &str,
        things: &[String],
    ) -> Vec<(String, Node)> {
        let answers = self.take_if(operation, |answer| {
            matches!(answer.form, Form::OfEach | Form::OfOne | Form::Whole)
        });
        let mut found = Vec::new();
        for answer in answers {
            let file = answer.file().to_owned();
            let form = answer.form;
            for item in answer.items() {
                let named = item.get(key).and_then(Node::text);
                let named =
                    named.or_else(|| (form == Form::OfOne).then(|| by_name(&file, things))?);
                match named {
                    Some(thing) => found.push((thing, item)),
                    None => self.loaded.diagnostics.push(
                        Diagnostic::warning(format!(
                            "the output of `{}` does not tell what it is about, and was skipped",
                            operation.command()
                        ))
                        .in_file(file.as_str())
                        .help(format!(
                            "name the file so that it ends in the id or name of what was asked about, or add {key} to the answer"
                        )),
                    ),
                }
            }
        }
        found
    }

    /// The key of an item; without one it may be anything of what the operation
    /// fills.
    pub(super) fn key(&mut self, operation: &Operation, item: &Node, key: &str) -> Option<String> {
        let found = item.get(key).and_then(Node::text).filter(|text| !text.is_empty());
        if found.is_none() {
            let detail = format!("an item of the answer has no {key}");
            self.leave_open(operation, None, Reason::Malformed { detail: detail.clone() });
            let diagnostic = Diagnostic::warning(detail)
                .help("save the output again; what the item is about is unknown");
            self.loaded.diagnostics.push(match span_of(item) {
                Some(span) => diagnostic.at(span.clone()),
                None => diagnostic,
            });
        }
        found
    }

    /// See [`Site::arn`].
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        self.site.arn(service, resource)
    }

    /// See [`Site::identity`].
    pub(super) fn identity(&self, id: impl Into<String>) -> Identity {
        self.site.identity(id)
    }

    /// The identity of what has an ARN for a key.
    pub(super) fn by_arn(&self, arn: &str, name: Option<String>) -> Identity {
        Identity { arn: Some(arn.to_owned()), name, ..self.identity(arn) }
    }

    /// The identity of an EC2 resource: its id, and the name in its tags.
    pub(super) fn ec2(&self, kind: &str, id: &str, item: &Node) -> Identity {
        let tags = tags(item.get("Tags").or_else(|| item.get("TagSet")));
        Identity {
            arn: self.site.account.as_ref().map(|_| self.arn("ec2", &format!("{kind}/{id}"))),
            name: tags.get("Name").cloned().or_else(|| Some(id.to_owned())),
            tags,
            ..self.identity(id)
        }
    }

    /// Starts reading an item for a resource.
    pub(super) fn read<'n>(&mut self, resource: &impl Resource, item: &'n Node) -> Item<'_, 'n> {
        Item::new(self.draft(resource.reference(), item), item)
    }

    /// A draft of a resource that an item tells of.
    pub(super) fn draft(&mut self, resource: ResourceRef, item: &Node) -> Draft<'_> {
        let origin =
            item.origin.clone().unwrap_or(Origin::Api { operation: "".into(), span: None });
        Draft::new(&mut self.loaded.snapshot, resource, origin, self.secret_key)
            .located(self.site.account.clone(), self.site.region.clone())
    }

    /// Keeps a resource.
    pub(super) fn keep<T: Collected>(&mut self, resource: T) {
        self.loaded.snapshot.model.insert(resource);
    }

    /// Keeps a resource that no item tells of by itself.
    pub(super) fn declare<T: Collected>(&mut self, resource: T, operation: &Operation) {
        let reference = self.loaded.snapshot.model.insert(resource);
        let resource = Origin::Api { operation: operation.name.into(), span: None };
        self.loaded
            .snapshot
            .origins
            .insert(&reference, ResourceOrigin { resource, attributes: BTreeMap::new() });
    }

    /// Changes a resource that was kept before.
    pub(super) fn update<T: Collected>(&mut self, id: &str, change: impl FnOnce(&mut T)) {
        if let Some(resource) = T::of_mut(&mut self.loaded.snapshot.model).get_mut(id) {
            change(resource);
        }
    }

    /// A resource that was kept before.
    pub(super) fn kept<T: Collected>(&self, id: &str) -> Option<&T> {
        T::of(&self.loaded.snapshot.model).get(id)
    }

    /// The keys of what was kept in this account and region.
    pub(super) fn keys<T: Collected>(&self) -> Vec<String> {
        let is_here = |one: &&T| {
            one.account() == self.site.account.as_deref()
                && one.region() == self.site.region.as_deref()
        };
        let all = T::of(&self.loaded.snapshot.model).values();
        all.filter(is_here).map(|one| one.id().to_owned()).collect()
    }

    /// Gaps on all that an operation fills, of one resource or of all.
    pub(super) fn leave_open(&mut self, operation: &Operation, item: Option<&str>, reason: Reason) {
        for (collection, path) in operation.filled() {
            self.add_gap(collection, item, &path, reason.clone());
        }
    }

    /// Gaps on all that an operation fills, of which no answer was given, or not
    /// all.
    pub(super) fn miss(&mut self, operation: &Operation) {
        // Of a region of which nothing was given, that is said of all.
        if self.site.region.is_none() || !self.given.is_empty() {
            self.missing.insert(operation.name);
        }
        self.leave_open(operation, None, absent(operation));
    }

    /// Gaps on what an operation fills of the things of one collection that no
    /// answer was given about.
    pub(super) fn leave_rest_open<'t>(
        &mut self,
        operation: &Operation,
        collection: &str,
        things: impl IntoIterator<Item = &'t String>,
        told: &BTreeSet<String>,
    ) {
        let things: Vec<&String> = things.into_iter().collect();
        for (_, path) in operation.filled().filter(|(of, _)| *of == collection) {
            self.leave_path_open(operation, (collection, &path), things.iter().copied(), told);
        }
    }

    /// As [`Self::leave_rest_open`], for one attribute of a collection.
    pub(super) fn leave_path_open<'t>(
        &mut self,
        operation: &Operation,
        (collection, path): (&str, &str),
        things: impl IntoIterator<Item = &'t String>,
        told: &BTreeSet<String>,
    ) {
        for thing in things.into_iter().filter(|thing| !told.contains(*thing)) {
            self.missing.insert(operation.name);
            self.add_gap(collection, Some(thing), path, absent(operation));
        }
    }

    /// Notes that an attribute of a resource is not known.
    pub(super) fn gap(&mut self, resource: &ResourceRef, path: &str, reason: Reason) {
        self.add_gap(&resource.collection, Some(&resource.id), path, reason);
    }

    /// Notes that a collection was not asked for.
    pub(super) fn not_asked(&mut self, collection: &str, reason: Reason) {
        self.add_gap(collection, None, "", reason);
    }

    fn add_gap(&mut self, collection: &str, id: Option<&str>, path: &str, reason: Reason) {
        self.loaded.snapshot.gaps.insert(Gap {
            collection: collection.to_owned(),
            id: id.map(str::to_owned),
            path: path.to_owned(),
            account: self.site.account.clone(),
            region: self.site.region.clone(),
            reason,
        });
    }

    /// The key of this region in `regions`.
    pub(super) fn region_key(&self) -> String {
        let account = self.site.account.as_deref().unwrap_or(UNNAMED_ACCOUNT);
        format!("{account}/{}", self.site.region.as_deref().unwrap_or("region"))
    }
}

/// Where an item stands.
fn span_of(item: &Node) -> Option<&crate::model::Span> {
    match item.origin.as_ref()? {
        Origin::Api { span, .. } | Origin::Plan { span, .. } => span.as_ref(),
        Origin::File { span } => Some(span),
    }
}

/// Tags by key.
pub(super) fn tags(list: Option<&Node>) -> BTreeMap<String, String> {
    let tag = |tag: &Node| {
        let value = tag.get("Value").and_then(Node::text).unwrap_or_default();
        Some((tag.get("Key").and_then(Node::text)?, value))
    };
    list.map(Node::items).unwrap_or_default().iter().filter_map(tag).collect()
}

/// The one thing whose id or name the name of a file ends in: `tgw-rtb-0a1` of
/// `routes-tgw-rtb-0a1.json`, the target group `web` of `health-web.json`.
pub(super) fn by_name(file: &str, things: &[String]) -> Option<String> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_named = |word: &str| {
        !word.is_empty()
            && stem.strip_suffix(word).is_some_and(|before| {
                before.chars().next_back().is_none_or(|last| !last.is_alphanumeric())
            })
    };
    // The name and the suffix that AWS adds end an ARN.
    let words = |thing: &str| -> Vec<String> {
        let resource = thing.rsplit(':').next().unwrap_or(thing);
        resource.rsplit('/').take(2).map(str::to_owned).collect()
    };
    let mut longest: Vec<(usize, &String)> = things
        .iter()
        .filter_map(|thing| {
            let length =
                words(thing).iter().filter(|word| is_named(word)).map(String::len).max()?;
            Some((length, thing))
        })
        .collect();
    longest.sort_by(|one, other| other.cmp(one));
    match longest[..] {
        [(_, thing)] => Some(thing.clone()),
        [(first, thing), (second, _), ..] if first > second => Some(thing.clone()),
        _ => None,
    }
}
