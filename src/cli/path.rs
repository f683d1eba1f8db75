//! `audit path`: what can reach what over the network, and why.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{LiveArgs, TargetArgs, TemplateArgs};
use super::console::Console;
use super::setup::Setup;
use super::target::{self, Target};
use super::{EXIT_SUCCESS, EXIT_USAGE};
use crate::analysis::network::query::{Answer, Network, Question};
use crate::diagnostic::Diagnostic;
use crate::report::path;

/// Arguments of `audit path`.
#[derive(Debug, Args)]
#[command(after_help = "\
FROM and TO are `internet`, an id, a name, an ARN, an address or a CIDR block.
The exit code is 0 when the question was answered, whatever the answer.

Examples:
  audit path internet orders-db                 in the account of your AWS credentials
  audit path internet orders-db template.yaml   is there a path, and by which rules
  audit path web orders-db --port 5432 plan.json
  audit path --to orders-db plan.json           all that reaches it
  audit path --all --format mermaid plan.json   a picture of the whole
  audit path --batch questions.jsonl snapshot.json")]
pub struct PathArgs {
    /// FROM and TO, then templates, plans, snapshots or directories of them;
    /// with --from, --to, --all or --batch, only the latter
    #[arg(value_name = "FROM TO [PATH]")]
    pub words: Vec<String>,
    /// Where paths start
    #[arg(long, value_name = "FROM")]
    pub from: Option<String>,
    /// Where paths end
    #[arg(long, value_name = "TO")]
    pub to: Option<String>,
    /// The whole model: who reaches whom
    #[arg(long, conflicts_with_all = ["from", "to", "batch"])]
    pub all: bool,
    /// Questions, one JSON object a line: from, to, port, protocol, id; the
    /// answers are JSON lines too (`-` for standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to"])]
    pub batch: Option<PathBuf>,
    /// The destination port [default: what the target listens on]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// tcp, udp or icmp [default: what the target listens on]
    #[arg(long, value_name = "PROTOCOL")]
    pub protocol: Option<String>,
    /// Form of the answer
    #[arg(short, long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: PathFormat,
    /// The options of templates.
    #[command(flatten)]
    pub template: TemplateArgs,
    /// The options of a live account.
    #[command(flatten)]
    pub live: LiveArgs,
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PathFormat {
    /// For a person: hop by hop.
    Text,
    /// For programs.
    Json,
    /// For Graphviz.
    Dot,
    /// For Markdown pages.
    Mermaid,
}

/// What is asked.
enum Task {
    One(Question),
    Batch(PathBuf),
    Whole,
}

/// Runs the command and gives the exit code.
///
/// # Errors
///
/// Where standard output cannot be written to.
pub fn run(args: &PathArgs, setup: &Setup, console: &Console) -> io::Result<u8> {
    let profile = &setup.config.settings.profile;
    let format = args.format;
    let (task, target_args) = match split(args) {
        Ok(found) => found,
        Err(diagnostic) => {
            console.diagnostics(&[diagnostic])?;
            return Ok(EXIT_USAGE);
        }
    };
    let questions = match &task {
        Task::Batch(file) => match read_batch(file) {
            Ok(text) => Some(text),
            Err(diagnostic) => {
                console.diagnostics(&[diagnostic])?;
                return Ok(EXIT_USAGE);
            }
        },
        _ => None,
    };
    let target = target::read(&target_args, profile, console);
    console.diagnostics(&target.diagnostics)?;
    if target.snapshot.model.is_empty() && target.has_errors() {
        return Ok(EXIT_USAGE);
    }
    let network = Network::new(&target.snapshot, &target::analysis_options(profile).network);
    let mut out = BufWriter::new(io::stdout().lock());
    let code = match task {
        Task::Whole => whole(&target, format, &mut out)?,
        Task::One(question) => match network.ask(&question) {
            Ok(answer) => one(&answer, &target, format, &mut out)?,
            Err(error) => {
                console.diagnostics(&[Diagnostic::error(error.to_string())])?;
                EXIT_USAGE
            }
        },
        Task::Batch(_) => batch(&questions.unwrap_or_default(), &network, &target, &mut out)?,
    };
    out.flush()?;
    Ok(if target.has_errors() { EXIT_USAGE } else { code })
}

/// Parts what was typed into the question and the targets.
fn split(args: &PathArgs) -> Result<(Task, TargetArgs), Diagnostic> {
    let mut words = args.words.iter();
    let task = if let Some(file) = &args.batch {
        Task::Batch(file.clone())
    } else if args.all {
        Task::Whole
    } else if args.from.is_some() || args.to.is_some() {
        Task::One(Question {
            id: None,
            from: args.from.clone(),
            to: args.to.clone(),
            port: args.port,
            direct: false,
            protocol: args.protocol.clone(),
        })
    } else {
        let (Some(from), Some(to)) = (words.next(), words.next()) else {
            return Err(Diagnostic::error("it is not said where the path starts and ends")
                .help("give FROM and TO, or --to, --from, --all or --batch"));
        };
        Task::One(Question {
            id: None,
            from: Some(from.clone()),
            to: Some(to.clone()),
            port: args.port,
            direct: false,
            protocol: args.protocol.clone(),
        })
    };
    let paths = words.map(PathBuf::from).collect();
    Ok((task, TargetArgs { paths, template: args.template.clone(), live: args.live.clone() }))
}

fn read_batch(file: &std::path::Path) -> Result<String, Diagnostic> {
    let text = if file.as_os_str() == "-" {
        io::read_to_string(io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    text.map_err(|error| {
        Diagnostic::error(format!("cannot be read: {error}"))
            .in_file(file.display().to_string())
            .help("name a file of questions, one JSON object a line")
    })
}

fn one(
    answer: &Answer,
    target: &Target,
    format: PathFormat,
    out: &mut dyn Write,
) -> io::Result<u8> {
    match format {
        PathFormat::Text => path::write_text(answer, &target.snapshot, out)?,
        PathFormat::Json => {
            let value = path::to_json(answer, &target.snapshot)?;
            writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
        }
        PathFormat::Dot => path::write_dot(std::slice::from_ref(answer), out)?,
        PathFormat::Mermaid => path::write_mermaid(std::slice::from_ref(answer), out)?,
    }
    Ok(EXIT_SUCCESS)
}

fn whole(target: &Target, format: PathFormat, out: &mut dyn Write) -> io::Result<u8> {
    match format {
        PathFormat::Dot | PathFormat::Text => path::write_whole_dot(&target.snapshot, out)?,
        PathFormat::Mermaid => path::write_whole_mermaid(&target.snapshot, out)?,
        PathFormat::Json => {
            let facts = &target.snapshot.model.analysis.reachability;
            writeln!(out, "{}", serde_json::to_string_pretty(facts)?)?;
        }
    }
    Ok(EXIT_SUCCESS)
}

/// Answers each line; a line that is no question gets an object with `error`.
fn batch(
    text: &str,
    network: &Network<'_>,
    target: &Target,
    out: &mut dyn Write,
) -> io::Result<u8> {
    let mut code = EXIT_SUCCESS;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parsed: Result<Question, _> = serde_json::from_str(line);
        let id = parsed.as_ref().ok().and_then(|question| question.id.clone());
        let answer = parsed
            .map_err(|error| format!("line {}: {error}", index + 1))
            .and_then(|question| network.ask(&question).map_err(|error| error.to_string()));
        let value = match answer {
            Ok(answer) => path::to_json(&answer, &target.snapshot)?,
            Err(error) => {
                code = EXIT_USAGE;
                serde_json::json!({ "line": index + 1, "id": id, "error": error })
            }
        };
        writeln!(out, "{}", serde_json::to_string(&value)?)?;
    }
    Ok(code)
}
