//! What names a verdict from run to run.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::verdict::Subject;

/// A verdict's name, the same across runs and unrelated edits: control, subject,
/// account and region hashed. Written as 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// The fingerprint of a control's verdict on `subject`.
    pub fn new(control: &str, subject: &Subject) -> Self {
        let mut hash = Sha256::new();
        let place =
            [subject.account.as_deref(), subject.region.as_deref()].map(Option::unwrap_or_default);
        let parts = [control, &subject.collection, &subject.id, &subject.path, place[0], place[1]];
        for part in parts {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let bytes = hash.finalize();
        Self(bytes.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }
}

impl From<u128> for Fingerprint {
    fn from(number: u128) -> Self {
        Self(number)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// A text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 32 hex digits")]
pub struct FingerprintError;

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u128::from_str_radix(&text, 16) {
            Ok(number) if is_hex => Ok(Self(number)),
            _ => Err(FingerprintError),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Fingerprint {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fingerprint".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let fingerprint = Fingerprint::from(0x00ab_u128);
        let text = serde_json::to_string(&fingerprint).unwrap();
        assert_eq!(text, format!("\"{:0>32}\"", "ab"));
        assert_eq!(serde_json::from_str::<Fingerprint>(&text).unwrap(), fingerprint);
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "ab", &"g".repeat(32), &format!("+{}", "1".repeat(31)), &"1".repeat(33)] {
            assert_eq!(Fingerprint::try_from(text.to_owned()), Err(FingerprintError), "{text}");
        }
    }
}
