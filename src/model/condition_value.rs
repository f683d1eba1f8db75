//! The values that condition operators compare.
//!
//! Source: the IAM user guide, "IAM JSON policy elements: Condition operators".

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;

use super::condition_operator::Comparison;

/// How two numbers lie; `None` where one is none.
pub fn compare_numbers(value: &str, bound: &str) -> Option<Ordering> {
    if let (Ok(value), Ok(bound)) = (value.parse::<i128>(), bound.parse::<i128>()) {
        return Some(value.cmp(&bound));
    }
    let number = |text: &str| {
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
        text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
    };
    number(value)?.partial_cmp(&number(bound)?)
}

/// Nanoseconds since 1970 of a date: epoch seconds, or one of the forms of
/// ISO 8601 that the W3C note "Date and Time Formats" lists, in UTC where
/// there is no offset.
pub fn date(text: &str) -> Option<i128> {
    if let Ok(seconds) = text.parse::<i64>()
        && (text.len() != 4 || text.starts_with('-'))
    {
        return Some(i128::from(seconds) * 1_000_000_000);
    }
    if let Some(time) = decimal_seconds(text) {
        return Some(time);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_nanosecond());
    }
    let full = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ if text.contains('T') => format!("{text}Z"),
        _ => return None,
    };
    full.parse::<jiff::Timestamp>().ok().map(|time| time.as_nanosecond())
}

/// Nanoseconds of epoch seconds with a fraction, such as `1533859200.0`.
fn decimal_seconds(text: &str) -> Option<i128> {
    let (seconds, fraction) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) {
        return None;
    }
    let nanoseconds: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let seconds: i64 = seconds.parse().ok()?;
    Some(i128::from(seconds) * 1_000_000_000 + nanoseconds.parse::<i128>().ok()?)
}

/// An address range; a bare address is a range of one.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether a value of a policy has the form that its operator asks for.
pub fn is_well_formed(comparison: Comparison, value: &str) -> bool {
    match comparison {
        Comparison::Numeric(_) => compare_numbers(value, "0").is_some(),
        Comparison::Date(_) => date(value).is_some(),
        Comparison::Bool => {
            value.eq_ignore_ascii_case("true")
                || value.eq_ignore_ascii_case("false")
                || value.contains("${")
        }
        Comparison::Null => {
            value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
        }
        Comparison::IpAddress => network(value).is_some(),
        Comparison::Binary => {
            value.len().is_multiple_of(4)
                && value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
        }
        Comparison::Arn => {
            let everything = !value.is_empty() && value.bytes().all(|byte| byte == b'*');
            everything || value.contains("${") || value.split(':').count() >= 6
        }
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike => {
            true
        }
    }
}
