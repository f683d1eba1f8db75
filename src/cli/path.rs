//! `audit path`: what can reach what over the network, and why.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{LiveArgs, TargetArgs, TemplateArgs};
use super::console::Console;
use super::setup::Setup;
use super::target::{self, Target};
use super::{EXIT_FINDINGS, EXIT_SUCCESS, EXIT_USAGE};
use crate::analysis::network::query::{Answer, Network, PortRange, Question, Verdict};
use crate::diagnostic::Diagnostic;
use crate::json_text;
use crate::report::path;

/// Arguments of `audit path`.
#[derive(Debug, Args)]
#[command(after_help = "\
FROM and TO are `internet`, an id, a name, an ARN, an address or a CIDR block; a subnet,
VPC or security group stands for all that is in it. The answer is reachable (with a path,
hop by hop), unreachable (with what stops it) or unknown (with what is missing).
A network load balancer passes on the connections that it takes: a path through one is direct.
An application load balancer ends them and opens its own: what lies behind one is told beside
the answer, as a path from thing to thing. Only data stores count as reached through it by the
internet, which also comes in by CloudFront VPC origins and API Gateway VPC links.

Exit codes:
  0  the question was answered, whatever the answer
  1  the answer is not as --expect (in a batch: expect) says
  2  wrong usage, input that could not be read, or a line of a batch that is no question

Examples:
  audit path internet orders-db                 in the account of your AWS credentials
  audit path internet orders-db template.yaml   is there a path, and by which rules
  audit path web orders-db --port 5432 plan.json
  audit path --to orders-db plan.json           all that reaches it
  audit path internet web --protocol icmp --icmp-type 8 plan.json
  audit path --all --format mermaid plan.json   a picture of the whole
  audit path internet bastion --port 22 --expect unreachable plan.json
  audit path --batch questions.jsonl snapshot.json

A line of a batch, and its answer (shortened):
  {\"id\": 1, \"from\": \"internet\", \"to\": \"10.0.1.60\", \"port\": 5432, \"protocol\": \"tcp\"}
  {\"id\": 1, \"line\": 1, \"verdict\": \"reachable\", \"paths\": [{\"hops\": []}], \"unknown\": [],
   \"refuted\": [], \"indirect\": [], \"question\": {}}
All fields but from or to may be left out; port may be a range (\"8000-8100\"), and expect is
reachable, unreachable or unknown. A line that cannot be answered gets {\"id\", \"line\",
\"error\"}, and the others are answered all the same. A model of your own to ask about is
described by `audit policy schema snapshot`; what it leaves out takes AWS's default.")]
pub struct PathArgs {
    /// FROM and TO, then templates, plans, snapshots, AWS CLI output or directories of them;
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
    /// Questions, one JSON object a line: from, to, port, protocol, icmp_type,
    /// icmp_code, id, expect; the answers are JSON lines too (`-` for standard
    /// input)
    #[arg(long, value_name = "FILE",
          conflicts_with_all = ["from", "to", "port", "protocol", "icmp_type", "icmp_code", "expect"])]
    pub batch: Option<PathBuf>,
    /// The destination port, or a range of which one is enough; with icmp, the
    /// type [default: what the target listens on]
    #[arg(long, value_name = "N[-M]")]
    pub port: Option<PortRange>,
    /// tcp, udp, icmp, icmpv6, a protocol number or all [default: what the
    /// target listens on]
    #[arg(long, value_name = "PROTOCOL")]
    pub protocol: Option<String>,
    /// The ICMP type, such as 8 for an echo request [default: any]
    #[arg(long, value_name = "TYPE", conflicts_with = "port")]
    pub icmp_type: Option<u8>,
    /// The ICMP code, beside a type [default: any]
    #[arg(long, value_name = "CODE")]
    pub icmp_code: Option<u8>,
    /// Exit with 1 unless this is the answer: reachable, unreachable or unknown
    #[arg(long, value_name = "ANSWER", conflicts_with = "all")]
    pub expect: Option<Verdict>,
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
            Ok(mut answer) => {
                answer.also_admitted = network.also_admitted(&answer).unwrap_or_default();
                one(&answer, &target, format, &mut out)?
            }
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
    let asked = Question {
        port: args.port,
        protocol: args.protocol.clone(),
        icmp_type: args.icmp_type,
        icmp_code: args.icmp_code,
        expect: args.expect,
        ..Question::default()
    };
    let task = if let Some(file) = &args.batch {
        Task::Batch(file.clone())
    } else if args.all {
        Task::Whole
    } else if args.from.is_some() || args.to.is_some() {
        Task::One(Question { from: args.from.clone(), to: args.to.clone(), ..asked })
    } else {
        let (Some(from), Some(to)) = (words.next(), words.next()) else {
            return Err(Diagnostic::error("it is not said where the path starts and ends")
                .help("give FROM and TO, or --to, --from, --all or --batch"));
        };
        Task::One(Question { from: Some(from.clone()), to: Some(to.clone()), ..asked })
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
            json_text::pretty(out, &value)?;
            writeln!(out)?;
        }
        PathFormat::Dot => path::write_dot(std::slice::from_ref(answer), out)?,
        PathFormat::Mermaid => path::write_mermaid(std::slice::from_ref(answer), out)?,
    }
    Ok(code(answer))
}

fn code(answer: &Answer) -> u8 {
    if answer.as_expected == Some(false) { EXIT_FINDINGS } else { EXIT_SUCCESS }
}

fn whole(target: &Target, format: PathFormat, out: &mut dyn Write) -> io::Result<u8> {
    match format {
        PathFormat::Dot | PathFormat::Text => path::write_whole_dot(&target.snapshot, out)?,
        PathFormat::Mermaid => path::write_whole_mermaid(&target.snapshot, out)?,
        PathFormat::Json => {
            let facts = &target.snapshot.model.analysis.reachability;
            json_text::pretty(out, facts)?;
            writeln!(out)?;
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
    let mut worst = EXIT_SUCCESS;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(line);
        let id = parsed.as_ref().ok().and_then(|value| value.get("id")).cloned();
        let answer = parsed
            .and_then(serde_json::from_value::<Question>)
            .map_err(|error| format!("the line is no question: {error}"))
            .and_then(|question| network.ask(&question).map_err(|error| error.to_string()));
        let mut value = match answer {
            Ok(answer) => {
                worst = worst.max(code(&answer));
                path::to_json(&answer, &target.snapshot)?
            }
            Err(error) => {
                worst = EXIT_USAGE;
                serde_json::json!({ "error": error })
            }
        };
        value["id"] = id.into();
        value["line"] = (index + 1).into();
        json_text::compact(out, &value)?;
        writeln!(out)?;
    }
    Ok(worst)
}
