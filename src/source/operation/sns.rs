//! The calls for Amazon SNS.

use super::operations;

operations! {
    LIST_TOPICS = "sns:ListTopics" fills ["sns_topics"];
    GET_TOPIC_ATTRIBUTES = "sns:GetTopicAttributes"
        fills ["sns_topics/fifo", "sns_topics/kms_key_id", "sns_topics/policy"];
    LIST_TAGS_FOR_RESOURCE = "sns:ListTagsForResource" fills ["sns_topics/tags"];
}
