//! `audit who`: every principal that may do an action on a resource.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use super::args::{LiveArgs, TargetArgs, TemplateArgs};
use super::can::{AnswerFormat, ContextArgs, PolicyArgs};
use super::console::Console;
use super::question::Question;
use super::resolve::{self, World};
use super::setup::Setup;
use super::target;
use super::{EXIT_SUCCESS, EXIT_USAGE};
use crate::analysis::identity::evaluate::{Principal, decide};
use crate::diagnostic::Diagnostic;
use crate::json_text;
use crate::model::ResourceRef;
use crate::report::permission::{self, Answer};

/// Arguments of `audit who`.
#[derive(Debug, Args)]
#[command(after_help = "\
Every user and role of what was given is asked about, the root of its accounts, whom
the resource's policy names, and anonymous callers. What depends on a condition key
that is not mentioned is conditional, with the condition.

The exit code is 0 when the question was answered, whatever the answer, and 2 for wrong
usage or input that could not be read.

Examples:
  audit who secretsmanager:GetSecretValue orders/api-key template.yaml
  audit who s3:GetObject orders-trail/AWSLogs/x snapshot.json --context aws:SecureTransport=true
  audit who kms:Decrypt orders/DataKey plan.json --format json
  audit who sts:AssumeRole orders-task template.yaml    who may become this role")]
pub struct WhoArgs {
    /// The action, such as s3:GetObject
    pub action: String,
    /// The resource: an ARN, a name, BUCKET/KEY, or *
    pub resource: String,
    /// Templates, CDK output, plans, states, snapshots, or directories of them
    /// [default: the live account]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Form of the answer
    #[arg(short, long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: AnswerFormat,
    /// What is known of the request.
    #[command(flatten)]
    pub context: ContextArgs,
    /// The options of templates.
    #[command(flatten)]
    pub template: TemplateArgs,
    /// The options of a live account.
    #[command(flatten)]
    pub live: LiveArgs,
}

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(args: &WhoArgs, setup: &Setup, console: &Console) -> io::Result<u8> {
    let target_args = TargetArgs {
        paths: args.paths.clone(),
        template: args.template.clone(),
        live: args.live.clone(),
    };
    let target = target::read(&target_args, &setup.config.settings.profile, console);
    console.diagnostics(&target.diagnostics)?;
    if target.snapshot.model.is_empty() && target.has_errors() {
        return Ok(EXIT_USAGE);
    }
    let world = World::new(&target.snapshot);
    let answers = match answers(args, &world) {
        Ok(answers) => answers,
        Err(errors) => {
            console.diagnostics(&errors)?;
            return Ok(EXIT_USAGE);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        AnswerFormat::Text => permission::write_who(&answers, &target.snapshot, &mut out)?,
        AnswerFormat::Json => {
            let value = permission::who_to_json(&answers, &target.snapshot);
            json_text::pretty(&mut out, &value)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(if target.has_errors() { EXIT_USAGE } else { EXIT_SUCCESS })
}

/// An answer for each principal: those of the model, whom the resource's
/// policy names beside them, and anonymous.
fn answers(args: &WhoArgs, world: &World<'_>) -> Result<Vec<Answer>, Vec<Diagnostic>> {
    let question = Question {
        action: args.action.clone(),
        resource: Some(args.resource.clone()),
        ..PolicyArgs::default().question(&args.context)
    };
    let (object, notes) = resolve::asked(&question, Some(world))?;
    let mut asked: Vec<(String, Option<ResourceRef>, Principal)> = Vec::new();
    for (reference, principal) in world.subjects.principals() {
        let name = reference.as_ref().map_or(&principal.arn, |reference| &reference.id).clone();
        asked.push((name, reference, principal));
    }
    let known: BTreeSet<&str> = asked
        .iter()
        .flat_map(|(name, _, principal)| principal.aliases.iter().chain([name, &principal.arn]))
        .map(String::as_str)
        .collect();
    let named = object.policy.iter().flat_map(|layer| layer.principals());
    let strangers: BTreeSet<String> = named
        .filter(|name| !known.contains(name.as_str()))
        .chain(["anonymous".to_owned()])
        .collect();
    for name in strangers {
        let question = Question { principal: name.clone(), ..question.clone() };
        // Who is named and is no principal, such as one that was deleted, may
        // do nothing.
        let Ok((reference, principal)) = resolve::principal(&question, Some(world)) else {
            continue;
        };
        let again = asked.iter().any(|(_, _, known)| known.arn == principal.arn);
        if !again || principal.arn.is_empty() {
            asked.push((name, reference, principal));
        }
    }
    let mut answers = Vec::new();
    for (name, reference, principal) in asked {
        let resolved =
            resolve::resolve_for(&question, reference.as_ref(), principal, &object, Some(world))?;
        answers.push(Answer {
            id: None,
            line: None,
            principal: name,
            action: args.action.clone(),
            resource: args.resource.clone(),
            decision: decide(&resolved.request, &resolved.policies),
            notes: notes.iter().chain(&resolved.notes).cloned().collect(),
            expected: None,
        });
    }
    Ok(answers)
}
