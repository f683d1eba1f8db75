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
use crate::analysis::identity::evaluate::decide;
use crate::diagnostic::Diagnostic;
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
            writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
        }
    }
    out.flush()?;
    Ok(if target.has_errors() { EXIT_USAGE } else { EXIT_SUCCESS })
}

/// An answer for each principal.
fn answers(args: &WhoArgs, world: &World<'_>) -> Result<Vec<Answer>, Vec<Diagnostic>> {
    let question = Question {
        principal: "anonymous".to_owned(),
        action: args.action.clone(),
        resource: Some(args.resource.clone()),
        ..PolicyArgs::default().question(&args.context)
    };
    let anonymous = resolve::resolve(&question, Some(world))?;
    let mut names: Vec<String> = Vec::new();
    for (reference, principal) in world.subjects.principals() {
        names.push(reference.map_or(principal.arn, |reference| reference.id));
    }
    let known: BTreeSet<&String> = names.iter().collect();
    let named = anonymous.policies.resource.iter().flat_map(|layer| layer.principals());
    let strangers: BTreeSet<String> = named
        .filter(|found| !known.contains(found))
        .filter(|found| {
            let question = Question { principal: found.clone(), ..question.clone() };
            resolve::resolve(&question, Some(world)).is_ok_and(|found| {
                let names = &found.request.principal.aliases;
                !names.iter().any(|name| known.contains(name))
            })
        })
        .collect();
    names.extend(strangers);
    names.push("anonymous".to_owned());
    let mut answers = Vec::new();
    for name in names {
        let question = Question { principal: name, ..question.clone() };
        let resolved = resolve::resolve(&question, Some(world))?;
        answers.push(Answer {
            id: None,
            line: None,
            decision: decide(&resolved.request, &resolved.policies),
            principal: question.principal,
            action: question.action,
            resource: args.resource.clone(),
            notes: resolved.notes,
            expected: None,
        });
    }
    Ok(answers)
}
