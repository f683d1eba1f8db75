//! How long scans take, and how much memory: small templates in a cold process,
//! and models of 10,000 and 100,000 resources from snapshot files.
//!
//! `cargo bench --bench scan`, or with `-- controls FILE` what each control
//! costs on a snapshot. The big models are copies of the reference stack,
//! and of its broken twin.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use audit::analysis;
use audit::model::{Snapshot, link};
use audit::policy::bundle::Bundle;
use audit::policy::evaluate::{Settings, evaluate};
use audit::source::TemplateOptions;
use audit::source::load::load;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Cold processes that a time is the median of.
const RUNS: usize = 21;

fn main() -> Result<()> {
    // Cargo adds `--bench`.
    let arguments: Vec<String> =
        std::env::args().filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        [_, command, file] if command == "stages" => return stages(Path::new(file)),
        [_, command, file] if command == "controls" => return controls(Path::new(file)),
        _ => {}
    }
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let stacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("stack-reference");
    println!("cold processes, median of {RUNS}");
    cold("audit --help", &["--help"])?;
    let small = directory.join("small.yaml");
    std::fs::write(&small, template(8)?)?;
    cold("a template of 9 resources", &["scan", &small.display().to_string()])?;
    let broken = stacks.join("broken/orders.yaml");
    cold("the broken stack", &["scan", &broken.display().to_string()])?;
    let large = directory.join("large.yaml");
    std::fs::write(&large, template(500)?)?;
    cold("a template of 500 resources", &["scan", &large.display().to_string()])?;
    for (what, names) in MODELS {
        let mut times = Vec::new();
        for resources in [10_000, 100_000] {
            let file = directory.join(format!("{resources}-{what}.json").replace(' ', "-"));
            generate(&stacks, names, resources, &file)?;
            let size = file.metadata()?.len() >> 20;
            println!("\na snapshot of {resources} resources, {what}, {size} MB");
            let start = Instant::now();
            let status =
                Command::new(std::env::current_exe()?).arg("stages").arg(&file).status()?;
            if !status.success() {
                return Err("the scan failed".into());
            }
            times.push(start.elapsed());
            println!("  whole process {:>8.2} s", start.elapsed().as_secs_f64());
        }
        if let [small, large] = times.as_slice() {
            let ratio = large.div_duration_f64(*small);
            println!("\n10 times the resources cost {ratio:.1} times the time");
        }
    }
    Ok(())
}

/// The big models, by the stacks that they are copies of, side by side.
const MODELS: [(&str, &[&str]); 2] =
    [("compliant", &["cloudformation"]), ("half of them broken", &["cloudformation", "broken"])];

/// The time of a process from start to exit.
fn cold(name: &str, arguments: &[&str]) -> Result<()> {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            Command::new(env!("CARGO_BIN_EXE_audit"))
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .map(|_| start.elapsed())
        })
        .collect::<std::io::Result<_>>()?;
    times.sort();
    println!("  {name:<28} {:>8.1} ms", times[RUNS / 2].as_secs_f64() * 1000.0);
    Ok(())
}

/// Reads, links, derives, judges; prints the time of each and the most memory
/// that was held.
fn stages(file: &Path) -> Result<()> {
    let mut start = (Instant::now(), processor_time());
    let mut lap = |name: &str| {
        let (wall, processor) = (start.0.elapsed(), processor_time().saturating_sub(start.1));
        let (wall, processor) = (wall.as_secs_f64(), processor.as_secs_f64());
        println!("  {name:<10} {wall:>8.2} s, {processor:>8.2} s of processors");
        start = (Instant::now(), processor_time());
    };
    let mut snapshot = load(&[file.to_path_buf()], &TemplateOptions::default()).loaded.snapshot;
    lap("read");
    link::link(&mut snapshot);
    lap("link");
    analysis::derive(&mut snapshot);
    lap("derive");
    let results = evaluate(&snapshot, &Bundle::embedded(), &Settings::default());
    lap("judge");
    println!("  {} verdicts, {} errors", results.verdicts.len(), results.errors.len());
    if let Ok(status) = std::fs::read_to_string("/proc/self/status")
        && let Some(line) = status.lines().find(|line| line.starts_with("VmHWM"))
    {
        println!("  {}", line.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    Ok(())
}

/// What the process had of all processors so far, on Linux; else nothing.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, in hundredths of a second; the name before may have spaces.
    let fields = text.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ');
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// The time of each control alone on one thread, the dearest first.
fn controls(file: &Path) -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let mut snapshot = load(&[file.to_path_buf()], &TemplateOptions::default()).loaded.snapshot;
    link::link(&mut snapshot);
    analysis::derive(&mut snapshot);
    let bundle = Bundle::embedded();
    let time_of = |control: &str| {
        let settings = Settings { only: [control.to_owned()].into(), ..Settings::default() };
        let time = || {
            let start = Instant::now();
            evaluate(&snapshot, &bundle, &settings);
            start.elapsed()
        };
        (0..5).map(|_| time()).min().unwrap_or_default()
    };
    let none = time_of("");
    let mut times: Vec<(Duration, &str)> = bundle
        .controls()
        .map(|control| (time_of(&control.id).saturating_sub(none), control.id.as_str()))
        .collect();
    times.sort();
    for (time, control) in times.iter().rev() {
        println!("  {control:<28} {:>8.1} ms", time.as_secs_f64() * 1000.0);
    }
    println!("  {:<28} {:>8.1} ms", "the input", none.as_secs_f64() * 1000.0);
    Ok(())
}

/// Writes a snapshot with at least so many resources.
fn generate(stacks: &Path, names: &[&str], resources: usize, file: &Path) -> Result<()> {
    let mut texts = Vec::new();
    for name in names {
        let options = TemplateOptions {
            region: Some("eu-central-1".to_owned()),
            account: Some("123456789012".to_owned()),
            ..TemplateOptions::default()
        };
        let mut snapshot = load(&[stacks.join(name)], &options).loaded.snapshot;
        link::link(&mut snapshot);
        analysis::derive(&mut snapshot);
        texts.push(serde_json::to_string(&snapshot)?);
    }
    let mut all = Snapshot::default();
    for copy in 0.. {
        let text = &texts[copy % texts.len()];
        let renamed = text.replace("orders/", &format!("orders-{copy}/"));
        all.extend(serde_json::from_str(&renamed)?);
        if all.model.len() >= resources {
            break;
        }
    }
    std::fs::write(file, serde_json::to_vec(&all)?)?;
    Ok(())
}

/// A template of so many resources of several types.
fn template(resources: usize) -> Result<String> {
    let mut text = String::from(
        "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n",
    );
    for index in 0..resources.div_ceil(4) {
        write!(
            text,
            "  Group{index}:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: clients
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}}
  Log{index}:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: /orders/service-{index}
      RetentionInDays: 30
  Bucket{index}:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
  Database{index}:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: mysql
      DBInstanceClass: db.t4g.micro
      StorageEncrypted: !Equals [a, b]
      VPCSecurityGroups: [!GetAtt Group{index}.GroupId]
"
        )?;
    }
    Ok(text)
}
