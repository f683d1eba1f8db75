//! One value of the request against one of the policy. A value of the wrong
//! form matches nothing.

use crate::analysis::identity::evaluate::pattern::{self, Cover, Piece};
use crate::analysis::identity::evaluate::{OWN_ACCOUNT, OWN_REGION};
use crate::model::condition_operator::Comparison;
use crate::model::condition_value::{compare_numbers, date, is_well_formed, network};

/// Whether the request's `value` matches the policy's, whose variables were
/// filled in.
pub fn matches(comparison: Comparison, policy: &[Piece], value: &str) -> bool {
    match comparison {
        Comparison::StringEquals | Comparison::StringLike => {
            pattern::cover(policy, &pattern::literal(value)) == Cover::Whole
        }
        Comparison::StringEqualsIgnoreCase => {
            pattern::text(policy).to_lowercase() == value.to_lowercase()
        }
        Comparison::Numeric(order) => compare_numbers(value, &pattern::text(policy))
            .is_some_and(|compared| order.holds(compared)),
        Comparison::Date(order) => match (date(value), date(&pattern::text(policy))) {
            (Some(value), Some(bound)) => order.holds(value.cmp(&bound)),
            _ => false,
        },
        Comparison::Bool => {
            let policy = pattern::text(policy).to_ascii_lowercase();
            matches!(policy.as_str(), "true" | "false") && policy == value.to_ascii_lowercase()
        }
        Comparison::Binary => pattern::text(policy) == value,
        Comparison::IpAddress => match (network(&pattern::text(policy)), network(value)) {
            (Some(range), Some(address)) => range.contains(&address),
            _ => false,
        },
        Comparison::Arn => arn(policy, &pattern::literal(value)) == Cover::Whole,
        Comparison::Null => false,
    }
}

/// Whether an ARN pattern and an ARN agree in each of the six fields.
pub fn arn(policy: &[Piece], value: &[Piece]) -> Cover {
    if pattern::is_everything(policy) {
        return Cover::Whole;
    }
    let (policy, value) = (pattern::fields(policy, 6), pattern::fields(value, 6));
    if policy.len() != 6 || value.len() != 6 {
        return Cover::Nothing;
    }
    let mut found = Cover::Whole;
    for (index, (policy, value)) in policy.iter().zip(&value).enumerate() {
        match pattern::cover(policy, value) {
            Cover::Whole => {}
            Cover::Part => found = Cover::Part,
            Cover::Nothing if may_be_own(index, policy, value) => found = Cover::Part,
            Cover::Nothing => return Cover::Nothing,
        }
    }
    found
}

/// Whether one of two fields stands for the region or account that a template
/// is deployed to, and the other may be it.
fn may_be_own(field: usize, policy: &[Piece], value: &[Piece]) -> bool {
    let (own, any) = match field {
        3 => (OWN_REGION, pattern::pieces("?*-?*-?")),
        4 => (OWN_ACCOUNT, pattern::pieces("????????????")),
        _ => return false,
    };
    let own = pattern::literal(own);
    match (policy == own, value == own) {
        (true, false) => pattern::overlap(&any, value),
        (false, true) => pattern::overlap(policy, &any),
        _ => false,
    }
}

/// Whether a value of a request has the form that an operator compares; one
/// that has not meets no condition, also no negated one.
pub fn is_comparable(comparison: Comparison, value: &str) -> bool {
    match comparison {
        Comparison::Arn => pattern::fields(&pattern::literal(value), 6).len() == 6,
        Comparison::Numeric(_) | Comparison::Date(_) | Comparison::IpAddress => {
            is_well_formed(comparison, value)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::condition_operator::Order;

    fn test(comparison: Comparison, policy: &str, value: &str) -> bool {
        matches(comparison, &pattern::pieces(policy), value)
    }

    #[test]
    fn dates_come_in_several_forms() {
        let before = Comparison::Date(Order::Less);
        assert!(test(before, "2020-01-01", "2019-12-31T23:59:59Z"));
        assert!(test(before, "2020-01-01T01:00:00+01:00", "1577836799"));
        assert!(!test(before, "2020-01-01T01:00:00+01:00", "1577836800"));
        assert!(test(Comparison::Date(Order::Equal), "2020", "2020-01-01T00:00:00Z"));
        assert!(!test(before, "tomorrow", "2019-12-31T23:59:59Z"));
        let equal = Comparison::Date(Order::Equal);
        assert!(test(equal, "2018-08-10T00:00:00.5Z", "1533859200.5"));
        assert!(!test(equal, "2018-08-10T00:00:00Z", "1533859200.5"));
    }

    #[test]
    fn addresses_match_their_own_family() {
        assert!(test(Comparison::IpAddress, "203.0.113.0/24", "203.0.113.9"));
        assert!(test(Comparison::IpAddress, "2001:db8::/32", "2001:db8::1"));
        assert!(!test(Comparison::IpAddress, "0.0.0.0/0", "2001:db8::1"));
        assert!(test(Comparison::IpAddress, "203.0.113.9", "203.0.113.9"));
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(test(Comparison::Numeric(Order::LessOrEqual), "10", "9.5"));
        assert!(test(Comparison::Numeric(Order::Equal), "10", "010"));
        assert!(!test(Comparison::Numeric(Order::Less), "10", "nan"));
    }

    #[test]
    fn the_account_and_region_of_a_template_may_be_any() {
        let cover = |policy: &str| {
            let value = pattern::pieces("arn:aws:iam:<region>:<account>:role/app");
            arn(&pattern::pieces(policy), &value)
        };
        assert_eq!(cover("arn:aws:iam:eu-west-1:111122223333:role/*"), Cover::Part);
        assert_eq!(cover("arn:aws:iam:<region>:1111*:role/*"), Cover::Part);
        assert_eq!(cover("arn:aws:iam:*:<account>:role/*"), Cover::Whole);
        assert_eq!(cover("arn:aws:iam:*:aws:role/*"), Cover::Nothing);
        assert_eq!(cover("arn:aws:iam::<account>:role/*"), Cover::Nothing);
        assert_eq!(cover("arn:aws:iam:eu-west-1:111122223333:role/b"), Cover::Nothing);
    }

    #[test]
    fn arns_are_compared_field_by_field() {
        assert!(test(
            Comparison::Arn,
            "arn:aws:sns:*:111122223333:*",
            "arn:aws:sns:eu-west-1:111122223333:t"
        ));
        assert!(!test(Comparison::Arn, "arn:aws:sns:*:t", "arn:aws:sns:eu-west-1:111122223333:t"));
        assert!(test(
            Comparison::StringLike,
            "arn:aws:sns:*:t",
            "arn:aws:sns:eu-west-1:111122223333:t"
        ));
    }
}
