//! What is asked of a network, and what is answered.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::analysis::network::ends::NameError;
use crate::analysis::network::ports::{Ports, Protocol};
use crate::model::NetworkPath;

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Question {
    /// Anything that tells the question apart; the answer repeats it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<serde_json::Value>,
    /// Where the path starts: `internet`, an id, a name, an ARN, an address or
    /// a CIDR block. A subnet, VPC or security group stands for all that is in
    /// it. Without it the answer tells all that reaches `to`.
    pub from: Option<String>,
    /// Where it ends, likewise. Without it the answer tells all that `from`
    /// reaches.
    pub to: Option<String>,
    /// The destination port, or a range such as `"8000-8100"` of which one
    /// port is enough; for ICMP the type. Without it, what the target listens
    /// on.
    pub port: Option<PortRange>,
    /// The ICMP type, as `port` with the protocol `icmp` or `icmpv6`; `icmp`
    /// where no protocol is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp_type: Option<u8>,
    /// The ICMP code, beside a type; without it any code is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp_code: Option<u8>,
    /// Whether only direct paths are wanted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub direct: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `all`; without it, what the
    /// target listens on.
    pub protocol: Option<String>,
    /// The answer that is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<Verdict>,
}

/// Ports of a question: one, or a range with both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PortValue", into = "PortValue")]
pub struct PortRange {
    first: u16,
    last: u16,
}

/// Ports as they are written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum PortValue {
    Number(i64),
    Text(String),
}

impl PortRange {
    /// The ports as a set.
    pub fn ports(self) -> Ports {
        Ports::range(self.first, self.last)
    }
}

impl Question {
    /// The protocol and the ports, or types and codes, that are asked about.
    pub fn traffic(&self) -> Result<(Option<Protocol>, Option<Ports>), QuestionError> {
        let named = match self.protocol.as_deref().map(Protocol::parse) {
            None | Some(Ok(None)) => None,
            Some(Ok(protocol)) => protocol,
            Some(Err(_)) => {
                return Err(QuestionError::Protocol(self.protocol.clone().unwrap_or_default()));
            }
        };
        let of_icmp = self.icmp_type.is_some() || self.icmp_code.is_some();
        let Some(protocol) =
            named.or(of_icmp.then_some(Protocol::Icmp)).filter(|own| own.is_icmp())
        else {
            return match of_icmp {
                true => Err(QuestionError::Icmp("only ICMP has types and codes")),
                false => Ok((named, self.port.map(PortRange::ports))),
            };
        };
        let types = match (self.port, self.icmp_type) {
            (Some(_), Some(_)) => {
                return Err(QuestionError::Icmp("for ICMP give port or icmp_type, not both"));
            }
            (Some(PortRange { first, last }), None) => {
                match (u8::try_from(first), u8::try_from(last)) {
                    (Ok(first), Ok(last)) => Some((first, last)),
                    _ => return Err(QuestionError::Icmp("the types of ICMP are 0 to 255")),
                }
            }
            (None, kind) => kind.map(|kind| (kind, kind)),
        };
        let ports = match (types, self.icmp_code) {
            (None, None) => None,
            (None, Some(_)) => return Err(QuestionError::Icmp("a code needs a type of ICMP")),
            (Some((first, last)), code) => Some(
                (first..=last).fold(Ports::none(), |sum, kind| sum.union(&Ports::icmp(kind, code))),
            ),
        };
        Ok((Some(protocol), ports))
    }
}

impl From<u16> for PortRange {
    fn from(port: u16) -> Self {
        Self { first: port, last: port }
    }
}

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(format!("{text:?} is no port, 0 to 65535, nor a range such as 8000-8100")),
        }
    }
}

impl TryFrom<PortValue> for PortRange {
    type Error = String;

    fn try_from(value: PortValue) -> Result<Self, String> {
        match value {
            PortValue::Number(number) => number.to_string().parse(),
            PortValue::Text(text) => text.parse(),
        }
    }
}

impl From<PortRange> for PortValue {
    fn from(range: PortRange) -> Self {
        if range.first == range.last {
            Self::Number(range.first.into())
        } else {
            Self::Text(range.to_string())
        }
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.ports())
    }
}

#[cfg(test)]
impl schemars::JsonSchema for PortRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PortRange".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["integer", "string"] })
    }
}

/// Whether there is a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is.
    Reachable,
    /// Missing facts leave it open.
    Unknown,
    /// There is none.
    Unreachable,
}

impl FromStr for Verdict {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "reachable" => Ok(Self::Reachable),
            "unreachable" => Ok(Self::Unreachable),
            "unknown" => Ok(Self::Unknown),
            _ => Err("it is reachable, unreachable or unknown".to_owned()),
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// Whether there is a direct path.
    pub verdict: Verdict,
    /// Direct paths.
    pub paths: Vec<NetworkPath>,
    /// Where there is no direct path: one that goes from thing to thing, each
    /// step a connection of its own.
    pub indirect: Vec<NetworkPath>,
    /// Facts that are missing.
    pub unknown: Vec<String>,
    /// What stops every other way.
    pub refuted: Vec<String>,
    /// Where there is a path to one thing: who else reaches it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_admitted: Vec<String>,
    /// Whether the verdict is the one that was expected, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_expected: Option<bool>,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// A name that stands for nothing.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Neither end was given.
    #[error("a question needs `from`, `to` or both")]
    NoEnd,
    /// ICMP types or codes that do not go with the rest.
    #[error("{0}")]
    Icmp(&'static str),
    /// A protocol that does not exist.
    #[error("{0:?} is no protocol; give tcp, udp, icmp, all or a protocol number")]
    Protocol(String),
}
