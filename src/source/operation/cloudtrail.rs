//! The calls for CloudTrail trails.

use super::operations;

operations! {
    DESCRIBE_TRAILS = "cloudtrail:DescribeTrails" fills ["cloudtrail_trails"];
    GET_TRAIL_STATUS = "cloudtrail:GetTrailStatus"
        fills [
            "cloudtrail_trails/is_logging",
            "cloudtrail_trails/latest_cloud_watch_logs_delivery_time",
        ];
    GET_EVENT_SELECTORS = "cloudtrail:GetEventSelectors" fills ["cloudtrail_trails/event_selectors"];
}
