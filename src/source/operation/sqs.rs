//! The calls for Amazon SQS.

use super::operations;

operations! {
    LIST_QUEUES = "sqs:ListQueues" fills ["sqs_queues"];
    GET_QUEUE_ATTRIBUTES = "sqs:GetQueueAttributes"
        fills [
            "sqs_queues/fifo",
            "sqs_queues/message_retention_period",
            "sqs_queues/dead_letter_queue",
            "sqs_queues/sqs_managed_sse_enabled",
            "sqs_queues/kms_key_id",
            "sqs_queues/policy",
        ];
    LIST_QUEUE_TAGS = "sqs:ListQueueTags" fills ["sqs_queues/tags"];
}
