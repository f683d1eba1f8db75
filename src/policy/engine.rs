//! The Rego interpreter, behind one small type.
//!
//! regorus 0.14.1's interpreter, not its virtual machine, which gives wrong
//! answers for `m[k] contains v` and for functions with a default.

use std::num::NonZeroU32;
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use super::bundle::Module;

/// How long the rules of one control may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Steps of the interpreter between two looks at the clock.
const CHECK_INTERVAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

/// Why a module could not be prepared, or a rule not evaluated; the message of
/// the interpreter, which names file, line and column.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct EngineError(String);

impl EngineError {
    /// A policy that no interpreter was made ready for.
    pub fn unprepared(control: &str) -> Self {
        Self(format!("{control} was not prepared"))
    }
}

impl From<anyhow::Error> for EngineError {
    fn from(error: anyhow::Error) -> Self {
        Self(error.to_string().trim().to_owned())
    }
}

/// A module, and its one rule: the interpreter analyses modules when it first
/// evaluates a rule.
const READY: (&str, &str, &str) =
    ("ready.rego", "package audit.lib.ready\n\nis := true\n", "data.audit.lib.ready.is");

/// An interpreter with the shared modules and data, to clone for each policy.
/// A clone costs little: modules, data and input are shared.
#[derive(Clone)]
pub struct Interpreter {
    engine: Engine,
}

impl std::fmt::Debug for Interpreter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interpreter").finish_non_exhaustive()
    }
}

impl Interpreter {
    /// An interpreter with `libraries` and `data`.
    ///
    /// # Errors
    ///
    /// Where a library does not parse, or the data is no object.
    pub fn new(libraries: &[Module], data: Value) -> Result<Self, EngineError> {
        let mut engine = Engine::new();
        engine.set_rego_v0(false);
        engine.set_strict_builtin_errors(true);
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: TIME_LIMIT,
            check_interval: CHECK_INTERVAL,
        });
        for library in libraries {
            engine.add_policy(library.file.clone(), library.text.clone())?;
        }
        engine.add_data(data)?;
        Ok(Self { engine })
    }

    /// Gives the input that rules see.
    pub fn set_input(&mut self, input: Value) {
        self.engine.set_input(input);
    }

    /// A copy with more modules.
    ///
    /// # Errors
    ///
    /// Where a module does not parse.
    pub fn with<'m>(
        &self,
        modules: impl IntoIterator<Item = &'m Module>,
    ) -> Result<Self, EngineError> {
        let mut copy = self.clone();
        for module in modules {
            copy.engine.add_policy(module.file.clone(), module.text.clone())?;
        }
        Ok(copy)
    }

    /// The same, analysed and ready to evaluate, so that its copies need not be.
    /// The analysis costs most of a short run, and one for many modules hardly
    /// more than one for a single module.
    ///
    /// # Errors
    ///
    /// Where the modules cannot be analysed.
    pub fn analysed(mut self) -> Result<Self, EngineError> {
        let (file, text, rule) = READY;
        self.engine.add_policy(file.to_owned(), text.to_owned())?;
        self.engine.eval_rule(rule.to_owned())?;
        Ok(self)
    }

    /// Whether `module`, which must be one of the interpreter's, declares a rule
    /// called `name`.
    ///
    /// # Errors
    ///
    /// Where it is none of them.
    pub fn declares(&self, module: &Module, name: &str) -> Result<bool, EngineError> {
        Ok(self.engine.has_declared_rule_rooted_at(&module.file, name)?)
    }

    /// The value of a rule such as `data.audit.rds_private.deny`.
    ///
    /// # Errors
    ///
    /// Where evaluation fails, a built-in function among it, or takes too long.
    pub fn evaluate(&mut self, rule: String) -> Result<Value, EngineError> {
        Ok(self.engine.eval_rule(rule)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_a_module_that_is_not_there_is_an_error_and_not_an_absence() {
        let module = |file: &str| Module {
            file: file.to_owned(),
            text: "package audit.a\n\ndeny := 1\n".to_owned(),
        };
        let data = Value::new_object();
        let interpreter = Interpreter::new(&[module("a.rego")], data).unwrap();
        assert!(interpreter.declares(&module("a.rego"), "deny").unwrap());
        assert!(!interpreter.declares(&module("a.rego"), "depends").unwrap());
        assert!(interpreter.declares(&module("b.rego"), "deny").is_err());
    }
}
