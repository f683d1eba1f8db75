//! CloudTrail trails and CloudWatch log groups.
//!
//! Source: the CloudTrail and CloudWatch Logs API references.

use super::resource::{resource, value};

value! {
    /// What a trail records, classic and advanced selectors brought to one
    /// form.
    EventSelector {
        /// Whether management events are recorded.
        include_management_events: Option<bool>,
        /// `All`, `ReadOnly` or `WriteOnly`.
        read_write_type: Option<String>,
        /// Types of data events, such as `AWS::S3::Object`.
        data_resource_types: Vec<String>,
        /// Event sources left out of the management events.
        exclude_management_event_sources: Vec<String>,
    }
}

resource! {
    /// A CloudTrail trail.
    CloudTrailTrail: "AWS::CloudTrail::Trail" in cloudtrail_trails {
        /// Whether it records every region.
        is_multi_region_trail: Option<bool>,
        /// Whether it records every account of the organization.
        is_organization_trail: Option<bool>,
        /// The region it was made in.
        home_region: Option<String>,
        /// Whether it is recording.
        is_logging: Option<bool>,
        /// Whether events of global services are recorded.
        include_global_service_events: Option<bool>,
        /// Whether digests prove the files whole.
        log_file_validation_enabled: Option<bool>,
        /// The KMS key: key in `kms_keys`, ARN or alias.
        kms_key_id: Option<String>,
        /// The bucket: key in `s3_buckets`, or a foreign bucket's name.
        s3_bucket: Option<String>,
        /// The log group: key in `log_groups`, or ARN.
        cloud_watch_logs_log_group: Option<String>,
        /// When it last delivered to the log group, RFC 3339 (live only).
        latest_cloud_watch_logs_delivery_time: Option<String>,
        /// What it records; AWS's default, all management events, filled in.
        event_selectors: Vec<EventSelector>,
    }
}

resource! {
    /// A CloudWatch log group.
    LogGroup: "AWS::Logs::LogGroup" in log_groups {
        /// Its name, such as `/ecs/orders`.
        log_group_name: Option<String>,
        /// Days that events are kept; null with no gap is forever.
        retention_in_days: Option<i64>,
        /// The KMS key; null with no gap is CloudWatch's own.
        kms_key_id: Option<String>,
        /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
        log_group_class: Option<String>,
    }
}
