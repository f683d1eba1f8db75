//! `AWS::CloudTrail`.

use super::Declared;
use crate::model::{CloudTrailTrail, EventSelector, Snapshot};
use crate::source::draft::Draft;
use crate::source::event_selector::{self, FieldSelector};
use crate::source::node::Node;

pub(super) fn trail(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "cloudtrail_trails");
    let mut trail = CloudTrailTrail::new(declared.identity(&mut draft, "TrailName"));
    trail.is_multi_region_trail =
        draft.bool("/is_multi_region_trail", declared.get("IsMultiRegionTrail"), Some(false));
    trail.is_organization_trail =
        draft.bool("/is_organization_trail", declared.get("IsOrganizationTrail"), Some(false));
    trail.home_region = declared.root.options.region.clone();
    trail.is_logging = draft.bool("/is_logging", declared.get("IsLogging"), None);
    trail.include_global_service_events = draft.bool(
        "/include_global_service_events",
        declared.get("IncludeGlobalServiceEvents"),
        Some(false),
    );
    trail.log_file_validation_enabled = draft.bool(
        "/log_file_validation_enabled",
        declared.get("EnableLogFileValidation"),
        Some(false),
    );
    trail.kms_key_id = draft.string("/kms_key_id", declared.get("KMSKeyId"), None);
    trail.s3_bucket = draft.string("/s3_bucket", declared.get("S3BucketName"), None);
    trail.cloud_watch_logs_log_group = draft.string(
        "/cloud_watch_logs_log_group",
        declared.get("CloudWatchLogsLogGroupArn"),
        None,
    );
    for (index, item) in
        draft.items("/event_selectors", declared.get("EventSelectors")).iter().enumerate()
    {
        trail.event_selectors.push(classic(&mut draft, index, item));
    }
    for item in draft.items("/event_selectors", declared.get("AdvancedEventSelectors")) {
        // Any part of it may decide what it selects.
        draft.whole("/event_selectors", Some(item));
        trail.event_selectors.push(advanced(item));
    }
    if trail.event_selectors.is_empty() {
        trail.event_selectors.push(EventSelector {
            include_management_events: Some(true),
            read_write_type: Some("All".to_owned()),
            ..EventSelector::default()
        });
    }
    snapshot.model.insert(trail);
}

fn classic(draft: &mut Draft<'_>, index: usize, node: &Node) -> EventSelector {
    let at = |field: &str| format!("/event_selectors/{index}/{field}");
    draft.whole(&at("data_resource_types"), node.get("DataResources"));
    EventSelector {
        include_management_events: draft.bool(
            &at("include_management_events"),
            node.get("IncludeManagementEvents"),
            Some(true),
        ),
        read_write_type: draft.string(
            &at("read_write_type"),
            node.get("ReadWriteType"),
            Some("All"),
        ),
        data_resource_types: node
            .get("DataResources")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|resource| resource.get("Type").and_then(Node::text))
            .collect(),
        exclude_management_event_sources: draft.strings(
            &at("exclude_management_event_sources"),
            node.get("ExcludeManagementEventSources"),
        ),
    }
}

/// An advanced selector, brought to the classic form.
fn advanced(node: &Node) -> EventSelector {
    const OTHERS: [&str; 4] = ["StartsWith", "EndsWith", "NotStartsWith", "NotEndsWith"];
    let fields = node.get("FieldSelectors").map(Node::items).unwrap_or_default();
    let read = |field: &Node| {
        let values = |operator: &str| -> Vec<String> {
            let values = field.get(operator).map(Node::items).unwrap_or_default();
            values.iter().filter_map(Node::text).collect()
        };
        FieldSelector {
            field: field.get("Field").and_then(Node::text).unwrap_or_default(),
            equals: values("Equals"),
            not_equals: values("NotEquals"),
            has_others: OTHERS.iter().any(|operator| !values(operator).is_empty()),
        }
    };
    event_selector::classic(&fields.iter().map(read).collect::<Vec<_>>())
}
