//! Which control someone may have meant.

use crate::diagnostic::Diagnostic;
use crate::suggest::nearest;

/// Says that there is no control `id`, and which may have been meant.
pub fn unknown_control<'a>(id: &str, known: impl IntoIterator<Item = &'a String>) -> Diagnostic {
    Diagnostic::error(format!("there is no control {id}")).help(match nearest(id, known) {
        Some(near) => format!("did you mean {near}?"),
        None => "`audit policy list` names them".to_owned(),
    })
}
