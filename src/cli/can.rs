//! `audit can`: may a principal do an action on a resource, and by which
//! statements.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::args::{LiveArgs, TargetArgs, TemplateArgs};
use super::console::Console;
use super::list;
use super::question::{Expectation, Question};
use super::resolve::{self, World};
use super::setup::Setup;
use super::target::{self, Target};
use super::{EXIT_FINDINGS, EXIT_SUCCESS, EXIT_USAGE};
use crate::analysis::identity::evaluate::decide;
use crate::diagnostic::Diagnostic;
use crate::json_text;
use crate::report::permission::{self, Answer};

/// Arguments of `audit can`.
#[derive(Debug, Args)]
#[command(after_help = "\
PRINCIPAL is an ARN, an account, a service such as lambda.amazonaws.com, anonymous,
or the name of a user or role of what was given. RESOURCE is an ARN, * for an action
that is about no resource, or a name; BUCKET/KEY is an object. Without PATH the
answer rests on the policy files alone. ACTION and RESOURCE may have * and ?: then the
question is about all that they match (${*} is a star itself); so is * for an action that
is about resources.

A condition key that is not mentioned is not known, and what depends on it is
conditional. --absent says that a key is not there, --context-complete that all are
absent that were not mentioned.

Exit codes:
  0  the question was answered, whatever the answer
  1  an answer is not as --expect (in a batch: expect) says
  2  wrong usage, input that could not be read, or a line of a batch that is no question

Examples:
  audit can orders-task secretsmanager:GetSecretValue orders/api-key template.yaml
  audit can arn:aws:iam::111122223333:user/bob s3:GetObject arn:aws:s3:::b/key \\
      --identity-policy bob.json --boundary limits.json --context aws:SourceIp=203.0.113.9
  audit can arn:aws:iam::111122223333:role/ci s3:PutObject arn:aws:s3:::theirs/key \\
      --identity-policy ci.json --resource-policy bucket.json --resource-account 444455556666
  audit can lambda.amazonaws.com sts:AssumeRole arn:aws:iam::111122223333:role/fn \\
      --resource-policy trust.json --expect allowed
  audit can --list orders-execution template.yaml   all that it may do
  audit can --batch questions.jsonl             one JSON object a line, answers likewise

A line of a batch:
  {\"id\": 1, \"principal\": \"arn:aws:iam::111122223333:user/bob\", \"action\": \"s3:GetObject\",
   \"resource\": \"arn:aws:s3:::b/key\", \"context\": {\"aws:SourceIp\": \"203.0.113.9\",
   \"aws:SourceVpce\": null}, \"context_complete\": true, \"identity_policies\": [\"bob.json\",
   {\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:Get*\",
   \"Resource\": \"*\"}]}], \"expect\": \"allowed\"}
It may also have boundary, session_policies, resource_policy, endpoint_policy, scps and
rcps (from the root down; a level is a policy or a list of such), principal_account,
resource_account, management_account, unknown_keys and block_public_access (S3's, true
or an object such as {\"RestrictPublicBuckets\": true}). A policy is a JSON object, one
written as a string, or the name of a file. The values of context are strings, numbers
or booleans, or lists of such for keys with several. expect is allowed, denied, explicitly-denied,
implicitly-denied or conditional; explicitDeny and implicitDeny mean the same.

Other programs' names are taken too: camelCase, the long names (permissions_boundary,
service_control_policies), those of AWS's policy simulator (PolicySourceArn, ActionNames
with one action, ContextEntries, PolicyInputList, EvalDecision), and policies with a name
around them ({\"name\": \"p\", \"policy\": {}}). What a line says in no known form is an
error of that line.

A line of the answers:
  {\"id\": 1, \"line\": 1, \"decision\": \"allowed\", \"explicit\": null, \"statements\": [...], ...}
decision is allowed, denied or conditional; explicit tells of a denial whether a statement
says so; condition is what a conditional answer depends on. A line that cannot be answered
has error instead, and the others go on.")]
pub struct CanArgs {
    /// PRINCIPAL, ACTION and RESOURCE, then templates, plans, snapshots, AWS CLI
    /// output or directories of them; with --batch only the latter, with --list
    /// after PRINCIPAL
    #[arg(value_name = "PRINCIPAL ACTION RESOURCE [PATH]")]
    pub words: Vec<String>,
    /// Questions, one JSON object a line; the answers are JSON lines too (`-`
    /// for standard input)
    #[arg(long, value_name = "FILE")]
    pub batch: Option<PathBuf>,
    /// Tell all that PRINCIPAL may do, statement by statement
    #[arg(long, conflicts_with_all = ["batch", "expect"])]
    pub list: bool,
    /// Exit with 1 unless this is the answer
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub expect: Option<Expectation>,
    /// Form of the answer
    #[arg(short, long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: AnswerFormat,
    /// What is known of the request.
    #[command(flatten)]
    pub context: ContextArgs,
    /// Policies from files.
    #[command(flatten)]
    pub policies: PolicyArgs,
    /// The options of templates.
    #[command(flatten)]
    pub template: TemplateArgs,
    /// The options of a live account.
    #[command(flatten)]
    pub live: LiveArgs,
}

/// What is known of the request.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Request context")]
pub struct ContextArgs {
    /// A condition key with its value; repeat it for several values of a key
    #[arg(long = "context", value_name = "KEY=VALUE", value_parser = super::args::key_value)]
    pub keys: Vec<(String, String)>,
    /// A condition key that the request has not; may be repeated
    #[arg(long, value_name = "KEY")]
    pub absent: Vec<String>,
    /// Every condition key that is not mentioned is absent
    #[arg(long)]
    pub context_complete: bool,
}

/// Policies from files.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Policies from files")]
pub struct PolicyArgs {
    /// Policy of the principal or of a group it is in; may be repeated
    #[arg(long = "identity-policy", value_name = "FILE")]
    pub identity: Vec<String>,
    /// Permissions boundary of the principal
    #[arg(long, value_name = "FILE")]
    pub boundary: Option<String>,
    /// Policy that the session was given; may be repeated
    #[arg(long = "session-policy", value_name = "FILE")]
    pub session: Vec<String>,
    /// Policy of the resource: bucket, key, queue, topic, function, or a role's trust
    /// policy
    #[arg(long = "resource-policy", value_name = "FILE")]
    pub resource: Option<String>,
    /// Service control policies of one level, the root's first; repeat it for
    /// each level down to the account
    #[arg(long = "scp", value_name = "FILE[,FILE]")]
    pub scps: Vec<String>,
    /// Resource control policies of one level, likewise
    #[arg(long = "rcp", value_name = "FILE[,FILE]")]
    pub rcps: Vec<String>,
    /// Policy of the VPC endpoint that the request passes
    #[arg(long, value_name = "FILE")]
    pub endpoint_policy: Option<String>,
    /// S3 Block Public Access is on for the bucket or its account; what counts
    /// here is RestrictPublicBuckets
    #[arg(long)]
    pub block_public_access: bool,
    /// Account of a principal given as user/NAME or role/NAME
    #[arg(long, value_name = "ID")]
    pub principal_account: Option<String>,
    /// Account of a resource whose ARN has none [default: the principal's]
    #[arg(long, value_name = "ID")]
    pub resource_account: Option<String>,
    /// The organization's management account, which its policies do not bind
    #[arg(long, value_name = "ID")]
    pub management_account: Option<String>,
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For a person.
    Text,
    /// For programs.
    Json,
}

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(args: &CanArgs, setup: &Setup, console: &Console) -> io::Result<u8> {
    let refuse = |diagnostics: &[Diagnostic]| {
        console.diagnostics(diagnostics)?;
        Ok(EXIT_USAGE)
    };
    let (question, paths) = match split(args) {
        Ok(found) => found,
        Err(diagnostic) => return refuse(&[*diagnostic]),
    };
    let batch = match args.batch.as_deref().map(read_batch).transpose() {
        Ok(text) => text,
        Err(diagnostic) => return refuse(&[*diagnostic]),
    };
    let account = args.batch.is_none() && !args.policies.some_are_given();
    let target = (account || !paths.is_empty()).then(|| {
        let template = args.template.clone();
        let args = TargetArgs { paths, template, live: args.live.clone() };
        target::read(&args, &setup.config.settings.profile, console)
    });
    let failed = target.as_ref().is_some_and(Target::has_errors);
    if let Some(target) = &target {
        console.diagnostics(&target.diagnostics)?;
        if target.snapshot.model.is_empty() && failed {
            return Ok(EXIT_USAGE);
        }
    }
    let world = target.as_ref().map(|target| World::new(&target.snapshot));
    if args.list {
        return match list::answers(&question, world.as_ref()) {
            Err(errors) => refuse(&errors),
            Ok(answers) => {
                list::write(&answers, world.as_ref(), args.format)?;
                Ok(if failed { EXIT_USAGE } else { EXIT_SUCCESS })
            }
        };
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let code = match batch {
        Some(text) => answer_lines(&text, world.as_ref(), &mut out)?,
        None => match answer(&question, world.as_ref()) {
            Err(errors) => return refuse(&errors),
            Ok(answer) => {
                let snapshot = world.as_ref().map(|world| world.snapshot);
                match args.format {
                    AnswerFormat::Text => permission::write_text(&answer, snapshot, &mut out)?,
                    AnswerFormat::Json => {
                        let value = permission::to_json(&answer, snapshot);
                        json_text::pretty(&mut out, &value)?;
                        writeln!(out)?;
                    }
                }
                code(&answer)
            }
        },
    };
    out.flush()?;
    Ok(if failed { EXIT_USAGE } else { code })
}

fn code(answer: &Answer) -> u8 {
    match answer.expected {
        Some((_, false)) => EXIT_FINDINGS,
        _ => EXIT_SUCCESS,
    }
}

/// Parts what was typed into the question and the targets.
fn split(args: &CanArgs) -> Result<(Question, Vec<PathBuf>), Box<Diagnostic>> {
    let mut words = args.words.iter();
    let mut question = Question::default();
    if args.list {
        let Some(principal) = words.next() else {
            return Err(Box::new(
                Diagnostic::error("it is not said who").help("give PRINCIPAL before the paths"),
            ));
        };
        question = args.policies.question(&args.context);
        question.principal.clone_from(principal);
    } else if args.batch.is_none() {
        let (Some(principal), Some(action), Some(resource)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(Box::new(
                Diagnostic::error("it is not said who is to do what on what")
                    .help("give PRINCIPAL, ACTION and RESOURCE (* for none), or --batch"),
            ));
        };
        question = args.policies.question(&args.context);
        question.principal.clone_from(principal);
        question.action.clone_from(action);
        question.resource = Some(resource.clone());
        question.expect = args.expect;
    } else if args.policies.question(&args.context).has_policies() {
        return Err(Box::new(
            Diagnostic::error("the questions of a batch bring their policies with them")
                .help("write identity_policies, resource_policy and so on into the lines"),
        ));
    }
    Ok((question, words.map(PathBuf::from).collect()))
}

impl PolicyArgs {
    /// Whether a policy file is named, so that no account needs to be read.
    fn some_are_given(&self) -> bool {
        !(self.identity.is_empty()
            && self.boundary.is_none()
            && self.session.is_empty()
            && self.resource.is_none()
            && self.scps.is_empty()
            && self.rcps.is_empty()
            && self.endpoint_policy.is_none())
    }

    /// A question without principal, action and resource.
    pub fn question(&self, context: &ContextArgs) -> Question {
        let files = |names: &[String]| names.iter().cloned().map(Json::from).collect::<Vec<_>>();
        let levels = |names: &[String]| {
            names.iter().map(|level| level.split(',').map(Json::from).collect()).collect()
        };
        let mut question = Question {
            identity_policies: files(&self.identity),
            boundary: self.boundary.clone().map(Json::from),
            session_policies: (!self.session.is_empty()).then(|| files(&self.session)),
            resource_policy: self.resource.clone().map(Json::from),
            scps: levels(&self.scps),
            rcps: levels(&self.rcps),
            endpoint_policy: self.endpoint_policy.clone().map(Json::from),
            principal_account: self.principal_account.clone(),
            resource_account: self.resource_account.clone(),
            management_account: self.management_account.clone(),
            block_public_access: self.block_public_access.then_some(true),
            context_complete: context.context_complete,
            ..Question::default()
        };
        for (key, value) in &context.keys {
            let values = question.context.entry(key.clone()).or_insert_with(|| json!([]));
            if let Json::Array(values) = values {
                values.push(value.clone().into());
            }
        }
        for key in &context.absent {
            question.context.insert(key.clone(), Json::Null);
        }
        question
    }
}

/// Reads the questions of a batch.
fn read_batch(file: &Path) -> Result<String, Box<Diagnostic>> {
    let text = match file.as_os_str() == "-" {
        true => io::read_to_string(io::stdin()),
        false => std::fs::read_to_string(file),
    };
    text.map_err(|error| {
        Box::new(
            Diagnostic::error(format!("cannot be read: {error}"))
                .in_file(file.display().to_string())
                .help("name a file of questions, one JSON object a line"),
        )
    })
}

/// Answers a question.
fn answer(question: &Question, world: Option<&World<'_>>) -> Result<Answer, Vec<Diagnostic>> {
    let resolved = resolve::resolve(question, world)?;
    let decision = decide(&resolved.request, &resolved.policies);
    let expected = question.expect.map(|found| (found.name(), found.is_met(&decision.outcome)));
    Ok(Answer {
        id: question.id.clone(),
        line: None,
        principal: question.principal.clone(),
        action: question.action.clone(),
        resource: question.resource.clone().unwrap_or_else(|| "*".to_owned()),
        decision,
        notes: resolved.notes,
        expected,
    })
}

/// Answers each line; a line that is no question gets an object with `error`.
fn answer_lines(text: &str, world: Option<&World<'_>>, out: &mut dyn Write) -> io::Result<u8> {
    let mut worst = EXIT_SUCCESS;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = index + 1;
        let parsed = Question::read(line);
        let id = match &parsed {
            Ok(question) => question.id.clone(),
            Err((id, _)) => id.clone(),
        };
        let answered = parsed
            .map_err(|(_, what)| {
                vec![Diagnostic::error(format!("the line is no question: {what}"))]
            })
            .and_then(|question| answer(&question, world));
        let value = match answered {
            Ok(mut answer) => {
                answer.line = Some(line_number);
                worst = worst.max(code(&answer));
                permission::to_json(&answer, world.map(|world| world.snapshot))
            }
            Err(errors) => {
                worst = EXIT_USAGE;
                let errors: Vec<String> = errors.iter().map(in_words).collect();
                json!({ "line": line_number, "id": id, "error": errors.join("; "), "errors": errors })
            }
        };
        json_text::compact(out, &value)?;
        writeln!(out)?;
    }
    Ok(worst)
}

/// A diagnostic on one line: place, message, remedy.
fn in_words(diagnostic: &Diagnostic) -> String {
    let place = match (&diagnostic.span, &diagnostic.file) {
        (Some(span), _) => format!("{}:{}:{}: ", span.file, span.start_line, span.start_column),
        (None, Some(file)) => format!("{file}: "),
        (None, None) => String::new(),
    };
    let help = diagnostic.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{place}{}{help}", diagnostic.message)
}
