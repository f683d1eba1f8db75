//! Conditions: what the request context must be like.

pub mod compare;

use super::context::Value;
use super::formula::{Fact, Formula};
use super::pattern;
use super::request::Request;
use super::variables::{Reading, Resolved, Template};
use crate::model::Condition;
use crate::model::condition_operator::{Comparison, Operator, Set};

/// One operator on one key, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// `None` for an operator that AWS does not have.
    operator: Option<Operator>,
    written: String,
    /// The key as the policy writes it, and in small letters.
    key: String,
    lower: String,
    values: Vec<Template>,
}

impl Test {
    /// Compiles a condition of a policy that has `variables`.
    pub fn new(condition: &Condition, variables: bool) -> Self {
        let operator = Operator::parse(&condition.operator);
        let wildcards = operator.is_some_and(|found| {
            matches!(found.comparison, Comparison::StringLike | Comparison::Arn)
        });
        let variables = variables && operator.is_some_and(Operator::takes_variables);
        let reading = Reading { variables, wildcards };
        Self {
            operator,
            written: condition.operator.clone(),
            lower: condition.key.to_ascii_lowercase(),
            key: condition.key.clone(),
            values: condition
                .values
                .iter()
                .map(|value| Template::read(&super::policy::own_account(value), reading))
                .collect(),
        }
    }

    /// On what it depends that the request meets the condition.
    pub fn holds(&self, request: &Request) -> Formula {
        let Some(operator) = self.operator else {
            return Formula::other(format!(
                "{} (no operator of AWS) holds of {}",
                self.written, self.key
            ));
        };
        let value = match request.value(&self.lower) {
            Value::Known(values) if values.is_empty() => Value::Absent,
            other => other,
        };
        if operator.comparison == Comparison::Null {
            return self.null(operator.set, &value);
        }
        match value {
            Value::Absent => Formula::constant(match (operator.if_exists, operator.set) {
                (true, _) | (_, Some(Set::All)) => true,
                (false, Some(Set::Any)) => false,
                (false, None) => operator.negated,
            }),
            Value::Unknown => self.unknown(operator, request),
            Value::Known(values) => self.known(operator, &values, request),
        }
    }

    fn absent(&self) -> Formula {
        Formula::Fact(Fact::Absent { key: self.key.clone() })
    }

    /// AWS does not say what becomes of set operators before `Null` where the
    /// key is absent: whether the rule for absent keys or `Null` itself counts.
    fn null(&self, set: Option<Set>, value: &Value) -> Formula {
        let absent = match value {
            Value::Known(_) => Formula::False,
            Value::Absent => Formula::True,
            Value::Unknown => self.absent(),
        };
        let open = || Formula::other(format!("{} holds of absent {}", self.written, self.key));
        Formula::any(self.values.iter().map(|asked| {
            let asked = asked.text.to_ascii_lowercase();
            let (asks_absent, met) = match asked.as_str() {
                "true" => (true, absent.clone()),
                "false" => (false, absent.clone().negate()),
                _ => return Formula::False,
            };
            match (set, asks_absent) {
                (Some(Set::All), false) => met.or(absent.clone().and(open())),
                (Some(Set::Any), true) => met.and(open()),
                _ => met,
            }
        }))
    }

    fn unknown(&self, operator: Operator, request: &Request) -> Formula {
        let mut values = Vec::new();
        let mut anything = false;
        for template in &self.values {
            match template.resolve(request) {
                Resolved::Missing => {}
                Resolved::Unknown(_) => values.push(template.text.clone()),
                Resolved::Known(pieces) => {
                    anything |= operator.comparison == Comparison::StringLike
                        && pattern::is_everything(&pieces);
                    values.push(match template.fixed() {
                        Some(_) => template.text.clone(),
                        None => pattern::text(&pieces),
                    });
                }
            }
        }
        values.sort();
        values.dedup();
        let fact = |operator: Operator, values: Vec<String>| {
            let operator = operator.positive_name();
            Formula::Fact(Fact::Key { key: self.key.clone(), operator, values })
        };
        let met = match (operator.set, operator.negated) {
            // Whatever is there matches.
            (None | Some(Set::Any), false) if anything => self.absent().negate(),
            (Some(Set::All), false) if anything => Formula::True,
            (None, true) if anything => self.absent(),
            // Nothing that may be there matches.
            (None | Some(Set::Any), false) if values.is_empty() => Formula::False,
            (None | Some(Set::All), true) if values.is_empty() => Formula::True,
            (None, negated) => {
                let found = fact(operator, values);
                if negated { found.negate() } else { found }
            }
            (Some(_), false) => fact(operator, values),
            // All values match none: no value matches any.
            (Some(Set::All), true) => {
                fact(Operator { set: Some(Set::Any), ..operator }, values).negate()
            }
            (Some(Set::Any), true) if values.is_empty() => self.absent().negate(),
            // One value matches none: not all of them match one.
            (Some(Set::Any), true) => {
                fact(Operator { set: Some(Set::All), ..operator }, values).negate()
            }
        };
        if operator.if_exists { self.absent().or(met) } else { met }
    }

    fn known(&self, operator: Operator, values: &[String], request: &Request) -> Formula {
        let resolved: Vec<(Resolved, &str)> = self
            .values
            .iter()
            .map(|template| (template.resolve(request), template.text.as_str()))
            .collect();
        let one = |value: &String| {
            let matched = Formula::any(resolved.iter().map(|(resolved, written)| match resolved {
                Resolved::Missing => Formula::False,
                Resolved::Known(pieces) => {
                    Formula::constant(compare::matches(operator.comparison, pieces, value))
                }
                Resolved::Unknown(_) => {
                    Formula::other(format!("{} ({value}) is {written}", self.key))
                }
            }));
            match operator.negated {
                // Nor is what cannot be compared at all different.
                true if !compare::is_comparable(operator.comparison, value) => Formula::False,
                true => matched.negate(),
                false => matched,
            }
        };
        match (operator.set, values) {
            // An empty text is a set without values.
            (Some(Set::All), values) if values.iter().all(String::is_empty) => Formula::True,
            (Some(Set::All), values) => Formula::all(values.iter().map(one)),
            (Some(Set::Any), values) => Formula::any(values.iter().map(one)),
            (None, [value]) => one(value),
            // Only set operators are defined for several values.
            (None, _) => {
                Formula::other(format!("{} takes the several values of {}", self.written, self.key))
            }
        }
    }
}
