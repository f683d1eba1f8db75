//! SQS queues and SNS topics.
//!
//! Source: the Amazon SQS and Amazon SNS API references.

use super::facts::ResourceAccess;
use super::identity::PolicyDocument;
use super::resource::resource;

resource! {
    /// An SQS queue.
    SqsQueue: "AWS::SQS::Queue" in sqs_queues {
        /// Whether it keeps the order of its messages.
        fifo: Option<bool>,
        /// Seconds that messages are kept.
        message_retention_period: Option<i64>,
        /// Where messages go that could not be processed: key in `sqs_queues`,
        /// or ARN; null with no gap where they stay.
        dead_letter_queue: Option<String>,
        /// Whether SQS encrypts it with keys of its own (SSE-SQS).
        sqs_managed_sse_enabled: Option<bool>,
        /// The KMS key that encrypts it (SSE-KMS); null with no gap for none.
        kms_key_id: Option<String>,
        /// The queue policy; null with no gap when there is none: then only the
        /// owner's account decides.
        policy: Option<PolicyDocument>,
        /// Derived: whom the policy lets in.
        access: Option<ResourceAccess>,
    }
}

resource! {
    /// An SNS topic.
    SnsTopic: "AWS::SNS::Topic" in sns_topics {
        /// Whether it keeps the order of its messages.
        fifo: Option<bool>,
        /// The KMS key that encrypts it; null with no gap for none.
        kms_key_id: Option<String>,
        /// The topic policy; null with no gap where it has the one that SNS
        /// gives a new topic.
        policy: Option<PolicyDocument>,
        /// Derived: whom the policy lets in.
        access: Option<ResourceAccess>,
    }
}
