//! Why a call did not give what was asked for.
//!
//! Source: the AWS SDKs and Tools reference guide, "Retry behavior"; the EC2
//! API reference, "Error codes".

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::{CoverageStatus, Reason};
use crate::source::operation::Operation;

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub(super) struct Failure {
    pub(super) kind: Kind,
    /// The service's error code, where it answered.
    pub(super) code: Option<String>,
    /// Code and message, or what went wrong on the way.
    pub(super) detail: String,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The caller may not.
    Denied,
    /// Throttled until the attempts ran out.
    Throttled,
    /// The caller's credentials are missing, wrong or expired.
    Credentials,
    /// No connection, or no answer in time.
    Unreachable,
    /// Anything else that the service answered.
    Other,
}

const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

const BAD_CREDENTIALS: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

impl Failure {
    /// Sorts an error of the SDK.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(context) => {
                let metadata = context.err().meta();
                let code = metadata.code().unwrap_or_default();
                let status = context.raw().status().as_u16();
                Self {
                    kind: kind(code, status),
                    code: metadata.code().map(str::to_owned),
                    detail: described(code, metadata.message().unwrap_or_default(), status),
                }
            }
            SdkError::TimeoutError(_) => Self::unreachable("no answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::unreachable("no answer in time")
            }
            SdkError::ResponseError(context) => {
                let status = context.raw().status().as_u16();
                Self::other(format!("the answer (HTTP status {status}) could not be read"))
            }
            // The credentials chain fails on the way, not at the service.
            other => {
                let text = chain(other);
                if text.to_ascii_lowercase().contains("credential") {
                    Self { kind: Kind::Credentials, code: None, detail: text }
                } else {
                    Self::unreachable(&text)
                }
            }
        }
    }

    fn unreachable(detail: &str) -> Self {
        Self { kind: Kind::Unreachable, code: None, detail: detail.to_owned() }
    }

    fn other(detail: String) -> Self {
        Self { kind: Kind::Other, code: None, detail }
    }

    /// Why what the operation fills is not known.
    pub(super) fn reason(&self, operation: &Operation) -> Reason {
        let (operation, permission) = (operation.name.to_owned(), operation.permission());
        match self.kind {
            Kind::Denied => Reason::Denied { operation, permission },
            Kind::Throttled => Reason::Throttled { operation, permission },
            Kind::Credentials | Kind::Unreachable | Kind::Other => {
                Reason::Failed { operation, permission, detail: self.detail.clone() }
            }
        }
    }

    pub(super) fn status(&self) -> CoverageStatus {
        match self.kind {
            Kind::Denied => CoverageStatus::Denied,
            Kind::Throttled => CoverageStatus::Throttled,
            Kind::Credentials | Kind::Unreachable | Kind::Other => CoverageStatus::Failed,
        }
    }
}

fn kind(code: &str, status: u16) -> Kind {
    if THROTTLED.contains(&code) || status == 429 {
        Kind::Throttled
    } else if BAD_CREDENTIALS.contains(&code) {
        Kind::Credentials
    } else if status == 403
        || ["AccessDenied", "Unauthorized", "AuthorizationError", "NotAuthorized", "Forbidden"]
            .iter()
            .any(|word| code.contains(word))
    {
        Kind::Denied
    } else {
        Kind::Other
    }
}

fn described(code: &str, message: &str, status: u16) -> String {
    match (code, message) {
        ("", "") => format!("HTTP status {status} without an explanation"),
        ("", message) => message.to_owned(),
        (code, "") => code.to_owned(),
        (code, message) => format!("{code}: {message}"),
    }
}

/// An error with its causes, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = cause.source();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_what_went_wrong() {
        assert_eq!(kind("UnauthorizedOperation", 403), Kind::Denied);
        assert_eq!(kind("AccessDeniedException", 400), Kind::Denied);
        assert_eq!(kind("RequestLimitExceeded", 503), Kind::Throttled);
        assert_eq!(kind("ThrottlingException", 400), Kind::Throttled);
        assert_eq!(kind("ExpiredToken", 403), Kind::Credentials);
        assert_eq!(kind("InternalError", 500), Kind::Other);
        assert_eq!(kind("", 403), Kind::Denied);
    }
}
