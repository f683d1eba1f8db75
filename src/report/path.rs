//! Answers about network paths, as text, JSON and pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::Value;

use super::escape::line;
use super::place::span;
use crate::analysis::network::query::{Answer, Question, Verdict};
use crate::model::{Hop, NetworkPath, Origin, Snapshot};

/// A graph's nodes by name, with their labels, and its edges with theirs.
#[derive(Debug, Default)]
struct Graph {
    nodes: BTreeMap<String, String>,
    edges: BTreeSet<(String, String, String)>,
}

/// Writes an answer for a person: the paths hop by hop, or what stops them.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_text(answer: &Answer, snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    let verdict = word(answer.verdict);
    writeln!(out, "{verdict}: {}", line(&question_in_words(&answer.question)))?;
    for path in &answer.paths {
        write_path(path, snapshot, out)?;
    }
    if !answer.also_admitted.is_empty() {
        let others = answer.also_admitted.join(", ");
        writeln!(out, "\n  also admitted: {}", line(&others))?;
    }
    for path in &answer.indirect {
        writeln!(out, "\n  not directly, but from thing to thing:")?;
        write_path(path, snapshot, out)?;
    }
    write_list("not known:", &answer.unknown, out)?;
    if answer.verdict != Verdict::Reachable {
        write_list("what stops it:", &answer.refuted, out)?;
    }
    if let (Some(expected), Some(false)) = (answer.question.expect, answer.as_expected) {
        writeln!(out, "\n  expected was {}", word(expected))?;
    }
    Ok(())
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reachable => "reachable",
        Verdict::Unknown => "unknown",
        Verdict::Unreachable => "unreachable",
    }
}

fn question_in_words(question: &Question) -> String {
    let any = |end: &Option<String>, word: &str| end.clone().unwrap_or_else(|| word.to_owned());
    let mut text =
        format!("{} → {}", any(&question.from, "anything"), any(&question.to, "anything"));
    if let Some(protocol) = &question.protocol {
        text.push(' ');
        text.push_str(protocol);
    }
    if let Some(port) = question.port {
        text.push_str(&format!(" port {port}"));
    }
    for (word, number) in [("type", question.icmp_type), ("code", question.icmp_code)] {
        if let Some(number) = number {
            text.push_str(&format!(" {word} {number}"));
        }
    }
    text
}

fn write_list(title: &str, items: &[String], out: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {title}")?;
    for item in items {
        writeln!(out, "    - {}", line(item))?;
    }
    Ok(())
}

/// The ICMP types and codes of a path in words; none where it is all of them.
fn types(path: &NetworkPath) -> String {
    path.icmp
        .as_ref()
        .filter(|icmp| *icmp != "all types")
        .map(|icmp| format!(" {icmp}"))
        .unwrap_or_default()
}

/// A path in words: where it starts, protocol and ports.
fn headline(path: &NetworkPath) -> String {
    let ports = match (path.from_port, path.to_port) {
        _ if path.icmp.is_some() => types(path),
        (0, 65535) => " all ports".to_owned(),
        (first, last) if first == last => format!(" {first}"),
        (first, last) => format!(" {first}-{last}"),
    };
    format!("from {} by {}{ports}", path.from_label, path.protocol)
}

fn write_path(path: &NetworkPath, snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n  {}", line(&headline(path)))?;
    if !path.packet.is_empty() {
        writeln!(out, "  packet  {}", line(&path.packet))?;
    }
    let hops = path.hops.iter().chain(&path.reply);
    let width = hops.map(|hop| name(hop).chars().count()).max().unwrap_or(0).min(40);
    let cut = path.hops.iter().rposition(is_admission);
    for (index, hop) in path.hops.iter().enumerate() {
        let place = place(hop, snapshot).map(|place| format!("  ({place})")).unwrap_or_default();
        let mark = if cut == Some(index) { "  <- cut here" } else { "" };
        let text = format!("{:<width$}  {}{place}{mark}", name(hop), hop.description);
        writeln!(out, "  {:>3}  {}", index + 1, line(&text))?;
    }
    for (index, hop) in path.reply.iter().enumerate() {
        let place = place(hop, snapshot).map(|place| format!("  ({place})")).unwrap_or_default();
        let lead = if index == 0 { "reply" } else { "     " };
        let text = format!("{:<width$}  {}{place}", name(hop), hop.description);
        writeln!(out, "{lead}  {}", line(&text))?;
    }
    Ok(())
}

/// Whether a hop is the rule by which a security group lets the packet in.
fn is_admission(hop: &Hop) -> bool {
    let is_rule = hop.path.as_deref().is_some_and(|path| path.starts_with("/ingress/"));
    is_rule && hop.resource.as_ref().is_some_and(|found| found.collection == "security_groups")
}

fn name(hop: &Hop) -> &str {
    hop.resource.as_ref().map_or("-", |resource| resource.id.as_str())
}

fn origin<'a>(hop: &Hop, snapshot: &'a Snapshot) -> Option<&'a Origin> {
    let resource = hop.resource.as_ref()?;
    snapshot.origins.resolve(resource, hop.path.as_deref().unwrap_or_default())
}

/// Where a hop's rule stands.
fn place(hop: &Hop, snapshot: &Snapshot) -> Option<String> {
    let found = origin(hop, snapshot)?;
    match (span(found), found) {
        (Some(span), _) => Some(format!("{}:{}:{}", span.file, span.start_line, span.start_column)),
        (None, Origin::Plan { file, address, .. }) => Some(format!("{file}, {address}")),
        (None, _) => None,
    }
}

/// An answer as JSON, each hop with the place of its rule as `origin`.
///
/// # Errors
///
/// Where it cannot be serialised.
pub fn to_json(answer: &Answer, snapshot: &Snapshot) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(answer)?;
    for (list, paths) in [("paths", &answer.paths), ("indirect", &answer.indirect)] {
        for (at, path) in paths.iter().enumerate() {
            for (part, hops) in [("hops", &path.hops), ("reply", &path.reply)] {
                for (which, hop) in hops.iter().enumerate() {
                    let place = serde_json::to_value(origin(hop, snapshot))?;
                    let pointer = format!("/{list}/{at}/{part}/{which}");
                    if let Some(Value::Object(hop)) = value.pointer_mut(&pointer) {
                        hop.insert("origin".to_owned(), place);
                    }
                }
            }
        }
    }
    Ok(value)
}

impl Graph {
    /// The hops of an answer's paths.
    fn of_answers(answers: &[Answer]) -> Self {
        let mut graph = Self::default();
        for path in answers.iter().flat_map(|answer| answer.paths.iter().chain(&answer.indirect)) {
            let mut before: Option<String> = None;
            for hop in &path.hops {
                let id = match &hop.resource {
                    Some(resource) => format!("{}/{}", resource.collection, resource.id),
                    None => hop.description.clone(),
                };
                let label = match &hop.resource {
                    Some(resource) => resource.id.clone(),
                    None => hop.description.clone(),
                };
                graph.nodes.insert(id.clone(), label);
                if let Some(before) = before.replace(id.clone())
                    && before != id
                {
                    graph.edges.insert((before, id, hop.description.clone()));
                }
            }
        }
        graph
    }

    /// Who reaches whom, by the facts of the model.
    fn of_facts(snapshot: &Snapshot) -> Self {
        let mut graph = Self::default();
        for (key, fact) in &snapshot.model.analysis.reachability {
            graph.nodes.insert(key.clone(), fact.id.clone());
            let paths = fact.internet_paths.iter().chain(&fact.internal_paths);
            for path in paths.chain(&fact.unexpected_paths) {
                let (id, label) = match &path.from {
                    Some(from) => (format!("{}/{}", from.collection, from.id), from.id.clone()),
                    None => (path.from_label.clone(), path.from_label.clone()),
                };
                graph.nodes.entry(id.clone()).or_insert(label);
                let ports = match (path.from_port, path.to_port) {
                    _ if path.icmp.is_some() => types(path),
                    (0, 65535) => String::new(),
                    (first, last) if first == last => format!(" {first}"),
                    (first, last) => format!(" {first}-{last}"),
                };
                graph.edges.insert((id, key.clone(), format!("{}{ports}", path.protocol)));
            }
        }
        graph
    }

    fn write_dot(&self, out: &mut dyn Write) -> io::Result<()> {
        let quote =
            |text: &str| format!("\"{}\"", line(text).replace('\\', "\\\\").replace('"', "\\\""));
        writeln!(out, "digraph network {{\n  rankdir=LR;\n  node [shape=box];")?;
        for (id, label) in &self.nodes {
            writeln!(out, "  {} [label={}];", quote(id), quote(label))?;
        }
        for (from, to, label) in &self.edges {
            writeln!(out, "  {} -> {} [label={}];", quote(from), quote(to), quote(label))?;
        }
        writeln!(out, "}}")
    }

    fn write_mermaid(&self, out: &mut dyn Write) -> io::Result<()> {
        let quote = |text: &str| {
            format!(
                "\"{}\"",
                line(text).replace('&', "&amp;").replace('"', "#quot;").replace('<', "&lt;")
            )
        };
        let numbers: BTreeMap<&str, usize> =
            self.nodes.keys().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        writeln!(out, "flowchart LR")?;
        for (id, label) in &self.nodes {
            writeln!(
                out,
                "  n{}[{}]",
                numbers.get(id.as_str()).copied().unwrap_or(0),
                quote(label)
            )?;
        }
        for (from, to, label) in &self.edges {
            if let (Some(from), Some(to)) = (numbers.get(from.as_str()), numbers.get(to.as_str())) {
                writeln!(out, "  n{from} -->|{}| n{to}", quote(label))?;
            }
        }
        Ok(())
    }
}

/// Draws the paths of some answers in Graphviz's language.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_dot(answers: &[Answer], out: &mut dyn Write) -> io::Result<()> {
    Graph::of_answers(answers).write_dot(out)
}

/// Draws the paths of some answers in Mermaid's language.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_mermaid(answers: &[Answer], out: &mut dyn Write) -> io::Result<()> {
    Graph::of_answers(answers).write_mermaid(out)
}

/// Draws who reaches whom in the whole model, in Graphviz's language.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_whole_dot(snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    Graph::of_facts(snapshot).write_dot(out)
}

/// Draws who reaches whom in the whole model, in Mermaid's language.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub fn write_whole_mermaid(snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    Graph::of_facts(snapshot).write_mermaid(out)
}
