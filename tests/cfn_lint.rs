//! The reference stack's templates are sound: `cfn-lint` finds nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking, and needs a part of the harness"
)]

use std::path::Path;
use std::process::Command;

#[path = "emulator/mod.rs"]
mod emulator;

fn lint(template: &Path) -> (bool, String) {
    let output = Command::new(emulator::program("cfn-lint"))
        .args(["--regions", emulator::REGION, "--template"])
        .arg(template)
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_reference_templates_pass_cfn_lint() {
    let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("stack-reference");
    for template in ["cloudformation/orders.yaml", "broken/orders.yaml"] {
        let (clean, said) = lint(&stack.join(template));
        assert!(clean, "{template}:\n{said}");
    }
}

#[test]
fn a_template_with_a_mistake_does_not_pass() {
    let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("stack-reference");
    let text = std::fs::read_to_string(stack.join("cloudformation/orders.yaml")).unwrap();
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    std::fs::write(file.path(), text.replace("MultiAZ: true", "MultiAZs: true")).unwrap();
    assert!(!lint(file.path()).0);
}
