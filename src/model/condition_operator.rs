//! The condition operators.
//!
//! Source: the IAM user guide, "IAM JSON policy elements: Condition operators"
//! and "Set operators for multivalued context keys".

/// How one value of the request is compared with one of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `StringEquals`.
    StringEquals,
    /// `StringEqualsIgnoreCase`.
    StringEqualsIgnoreCase,
    /// `StringLike`.
    StringLike,
    /// `NumericEquals` and its siblings.
    Numeric(Order),
    /// `DateEquals` and its siblings.
    Date(Order),
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    Binary,
    /// `IpAddress`.
    IpAddress,
    /// `ArnEquals` and `ArnLike`, which are the same.
    Arn,
    /// `Null`: whether the key is absent.
    Null,
}

/// How two numbers or dates are to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The same.
    Equal,
    /// The request's below the policy's.
    Less,
    /// At most the policy's.
    LessOrEqual,
    /// Above the policy's.
    Greater,
    /// At least the policy's.
    GreaterOrEqual,
}

impl Order {
    /// Whether the request's value, so compared with the policy's, is in
    /// order.
    pub fn holds(self, compared: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => compared.is_eq(),
            Self::Less => compared.is_lt(),
            Self::LessOrEqual => compared.is_le(),
            Self::Greater => compared.is_gt(),
            Self::GreaterOrEqual => compared.is_ge(),
        }
    }
}

/// How the several values of a key count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// `ForAllValues`: each must match; true of none.
    All,
    /// `ForAnyValue`: one must match; false of none.
    Any,
}

/// An operator in all its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`.
    pub set: Option<Set>,
    /// How values are compared.
    pub comparison: Comparison,
    /// Whether it is the negated form, such as `StringNotEquals`.
    pub negated: bool,
    /// `…IfExists`: true where the key is absent.
    pub if_exists: bool,
}

impl Operator {
    /// Reads an operator, in capitals or small letters. `None` where there is
    /// no such.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (set, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Some(Set::All), rest),
            Some(("foranyvalue", rest)) => (Some(Set::Any), rest),
            Some(_) => return None,
            None => (None, lower.as_str()),
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (comparison, negated) = match base {
            "stringequals" => (Comparison::StringEquals, false),
            "stringnotequals" => (Comparison::StringEquals, true),
            "stringequalsignorecase" => (Comparison::StringEqualsIgnoreCase, false),
            "stringnotequalsignorecase" => (Comparison::StringEqualsIgnoreCase, true),
            "stringlike" => (Comparison::StringLike, false),
            "stringnotlike" => (Comparison::StringLike, true),
            "bool" => (Comparison::Bool, false),
            "binaryequals" => (Comparison::Binary, false),
            "ipaddress" => (Comparison::IpAddress, false),
            "notipaddress" => (Comparison::IpAddress, true),
            "arnequals" | "arnlike" => (Comparison::Arn, false),
            "arnnotequals" | "arnnotlike" => (Comparison::Arn, true),
            "null" if !if_exists => (Comparison::Null, false),
            _ => {
                let (order, negated, kind) = ordered(base)?;
                (kind(order), negated)
            }
        };
        Some(Self { set, comparison, negated, if_exists })
    }

    /// Its name without `Not` and `IfExists`.
    pub fn positive_name(self) -> String {
        let set = match self.set {
            Some(Set::All) => "ForAllValues:",
            Some(Set::Any) => "ForAnyValue:",
            None => "",
        };
        let order = |kind: &str, order: Order| {
            let order = match order {
                Order::Equal => "Equals",
                Order::Less => "LessThan",
                Order::LessOrEqual => "LessThanEquals",
                Order::Greater => "GreaterThan",
                Order::GreaterOrEqual => "GreaterThanEquals",
            };
            format!("{kind}{order}")
        };
        let name = match self.comparison {
            Comparison::StringEquals => "StringEquals".to_owned(),
            Comparison::StringEqualsIgnoreCase => "StringEqualsIgnoreCase".to_owned(),
            Comparison::StringLike => "StringLike".to_owned(),
            Comparison::Numeric(found) => order("Numeric", found),
            Comparison::Date(found) => order("Date", found),
            Comparison::Bool => "Bool".to_owned(),
            Comparison::Binary => "BinaryEquals".to_owned(),
            Comparison::IpAddress => "IpAddress".to_owned(),
            Comparison::Arn => "ArnLike".to_owned(),
            Comparison::Null => "Null".to_owned(),
        };
        format!("{set}{name}")
    }

    /// Whether policy variables count in its values. They do in those of
    /// strings, ARNs and booleans.
    pub fn takes_variables(self) -> bool {
        matches!(
            self.comparison,
            Comparison::StringEquals
                | Comparison::StringEqualsIgnoreCase
                | Comparison::StringLike
                | Comparison::Arn
                | Comparison::Bool
        )
    }
}

type Kind = fn(Order) -> Comparison;

/// The operators on numbers and dates.
fn ordered(base: &str) -> Option<(Order, bool, Kind)> {
    let (kind, rest): (Kind, &str) = match base.strip_prefix("numeric") {
        Some(rest) => (Comparison::Numeric, rest),
        None => (Comparison::Date, base.strip_prefix("date")?),
    };
    let (order, negated) = match rest {
        "equals" => (Order::Equal, false),
        "notequals" => (Order::Equal, true),
        "lessthan" => (Order::Less, false),
        "lessthanequals" => (Order::LessOrEqual, false),
        "greaterthan" => (Order::Greater, false),
        "greaterthanequals" => (Order::GreaterOrEqual, false),
        _ => return None,
    };
    Some((order, negated, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_taken_apart() {
        let found = Operator::parse("ForAnyValue:StringNotEqualsIgnoreCaseIfExists").unwrap();
        assert_eq!((found.set, found.negated, found.if_exists), (Some(Set::Any), true, true));
        assert_eq!(found.positive_name(), "ForAnyValue:StringEqualsIgnoreCase");
        for bad in [
            "StringMatches",
            "NullIfExists",
            "ForSome:Bool",
            "ForAnyValue:NullIfExists",
            "BoolNot",
            "",
            "Numeric",
        ] {
            assert_eq!(Operator::parse(bad), None, "{bad}");
        }
    }
}
