//! Starts the AWS emulator: makes a Python environment of its own, installs
//! what `requirements.txt` pins, and serves on a free loopback port.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sha2::{Digest, Sha256};

/// Where everything is deployed.
pub const REGION: &str = "eu-west-1";

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator")
}

/// A program of the Python environment, such as `python` or `cfn-lint`. The
/// environment is made on first use and kept until its requirements change.
pub fn program(name: &str) -> PathBuf {
    let requirements = fs::read(sources().join("requirements.txt")).unwrap();
    let version: String =
        Sha256::digest(&requirements).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let base = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(base).unwrap();
    let environment = base.join(format!("python-{version}"));
    let ready = environment.join("ready");
    // Several test programs may come here at once.
    let lock = File::create(base.join("python.lock")).unwrap();
    lock.lock().unwrap();
    if !ready.exists() {
        let _ = fs::remove_dir_all(&environment);
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment));
        run(Command::new(environment.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(sources().join("requirements.txt")));
        fs::write(&ready, "").unwrap();
    }
    environment.join("bin").join(name)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{stderr}");
}

/// A running emulator; it ends with the test program.
#[derive(Debug)]
pub struct Emulator {
    port: u16,
    // It serves until its standard input closes.
    _server: Child,
}

impl Emulator {
    /// Starts one with nothing in it.
    pub fn start() -> Self {
        let mut server = Command::new(program("python"))
            .arg("-B")
            .arg(sources().join("server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the emulator prints its port");
        Self { port, _server: server }
    }

    /// Its endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its endpoint with one operation (`*` for all) at fault.
    pub fn endpoint_with(&self, operation: &str, fault: &str) -> String {
        format!("{}/-/{operation}/{fault}/", self.endpoint())
    }

    /// Runs a script of this directory with the endpoint, the region and more.
    pub fn script(&self, name: &str, arguments: &[&str]) {
        run(Command::new(program("python"))
            .arg("-B")
            .arg(sources().join(name))
            .args([self.endpoint().as_str(), REGION])
            .args(arguments));
    }

    /// Deploys a template.
    pub fn deploy(&self, template: &Path) {
        self.script("deploy.py", &[template.to_str().unwrap()]);
    }

    /// Keeps the answers from here on.
    pub fn freeze(&self) {
        self.get("/-control/freeze");
    }

    /// The calls since it was last asked: operation, region, request, count.
    pub fn log(&self) -> Vec<(String, String, String, u64)> {
        serde_json::from_str(&self.get("/-control/log")).unwrap()
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}
