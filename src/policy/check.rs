//! Checks policies before they run.

use super::bundle::Bundle;
use crate::diagnostic::Diagnostic;

/// What is wrong with the policies of a bundle.
pub fn check(bundle: &Bundle) -> Vec<Diagnostic> {
    let _ = bundle;
    Vec::new()
}
