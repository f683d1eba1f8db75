//! What a parameter's declaration asks of its value.
//!
//! Source: CloudFormation template reference, "Parameters section".

use regex::Regex;

use super::yaml::Yaml;

/// A demand that a value does not meet.
pub(super) struct Violation {
    /// What is wrong with the value, to follow its name.
    pub what: String,
    /// What to give in its place.
    pub help: String,
}

/// The first demand of a declaration that one value of the parameter, an item of
/// a list, does not meet.
pub(super) fn violated(declaration: &Yaml, value: &str) -> Option<Violation> {
    let text_of = |key: &str| declaration.get(key).and_then(|value| value.text());
    let violation = |what: &str, help: String| {
        let told = text_of("ConstraintDescription").map(str::to_owned);
        Some(Violation { what: what.to_owned(), help: told.unwrap_or(help) })
    };
    let allowed: Vec<&str> = declaration
        .get("AllowedValues")
        .map(|values| values.items().iter().filter_map(|value| value.text()).collect())
        .unwrap_or_default();
    if !allowed.is_empty() && !allowed.contains(&value) {
        return violation(
            "is none of its AllowedValues",
            format!("give one of {}", allowed.join(", ")),
        );
    }
    let kind = text_of("Type").unwrap_or("String");
    if matches!(kind, "Number" | "List<Number>") {
        let Ok(number) = value.trim().parse::<f64>() else {
            return violation("is no number", format!("its Type is {kind}"));
        };
        let bound = |key: &str| Some((text_of(key)?, text_of(key)?.trim().parse::<f64>().ok()?));
        if let Some((least, _)) = bound("MinValue").filter(|(_, least)| number < *least) {
            return violation("is less than its MinValue", format!("give {least} or more"));
        }
        if let Some((most, _)) = bound("MaxValue").filter(|(_, most)| number > *most) {
            return violation("is more than its MaxValue", format!("give {most} or less"));
        }
        return None;
    }
    let length = value.chars().count();
    let bound = |key: &str| text_of(key)?.trim().parse::<usize>().ok();
    if let Some(least) = bound("MinLength").filter(|least| length < *least) {
        return violation(
            "is shorter than its MinLength",
            format!("give {least} characters or more"),
        );
    }
    if let Some(most) = bound("MaxLength").filter(|most| length > *most) {
        return violation(
            "is longer than its MaxLength",
            format!("give {most} characters or less"),
        );
    }
    let pattern = text_of("AllowedPattern")?;
    // What only Java's expressions have cannot be tried.
    let whole = Regex::new(&format!(r"\A(?:{pattern})\z")).ok()?;
    match whole.is_match(value) {
        true => None,
        false => violation(
            "does not match its AllowedPattern",
            format!("give one that matches {pattern}"),
        ),
    }
}
