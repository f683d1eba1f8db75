//! CloudTrail.

use super::Declared;
use crate::model::{CloudTrailTrail, EventSelector, Snapshot};
use crate::source::event_selector::{self, FieldSelector};
use crate::source::node::Node;

pub(super) fn trail(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "cloudtrail_trails");
    let mut trail = CloudTrailTrail::new(declared.identity(&mut draft, "name"));
    trail.home_region = declared.deployment.region.clone();
    let mut flag =
        |path: &str, name: &str, default: bool| draft.bool(path, declared.get(name), Some(default));
    trail.is_multi_region_trail = flag("/is_multi_region_trail", "is_multi_region_trail", false);
    trail.is_organization_trail = flag("/is_organization_trail", "is_organization_trail", false);
    trail.is_logging = flag("/is_logging", "enable_logging", true);
    trail.include_global_service_events =
        flag("/include_global_service_events", "include_global_service_events", true);
    trail.log_file_validation_enabled =
        flag("/log_file_validation_enabled", "enable_log_file_validation", false);
    trail.kms_key_id = draft.string("/kms_key_id", declared.get("kms_key_id"), None);
    trail.s3_bucket = draft.string("/s3_bucket", declared.get("s3_bucket_name"), None);
    trail.cloud_watch_logs_log_group = draft.string(
        "/cloud_watch_logs_log_group",
        declared.get("cloud_watch_logs_group_arn"),
        None,
    );
    for (index, item) in
        declared.get("event_selector").map(Node::items).unwrap_or_default().iter().enumerate()
    {
        let at = |field: &str| format!("/event_selectors/{index}/{field}");
        draft.whole(&at("data_resource_types"), item.get("data_resource"));
        trail.event_selectors.push(EventSelector {
            include_management_events: draft.bool(
                &at("include_management_events"),
                item.get("include_management_events"),
                Some(true),
            ),
            read_write_type: draft.string(
                &at("read_write_type"),
                item.get("read_write_type"),
                Some("All"),
            ),
            data_resource_types: item
                .get("data_resource")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(|resource| resource.get("type").and_then(Node::text))
                .collect(),
            exclude_management_event_sources: draft.strings(
                &at("exclude_management_event_sources"),
                item.get("exclude_management_event_sources"),
            ),
        });
    }
    for item in declared.get("advanced_event_selector").map(Node::items).unwrap_or_default() {
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

/// An advanced selector, brought to the classic form.
fn advanced(node: &Node) -> EventSelector {
    const OTHERS: [&str; 4] = ["starts_with", "ends_with", "not_starts_with", "not_ends_with"];
    let fields = node.get("field_selector").map(Node::items).unwrap_or_default();
    let read = |field: &Node| {
        let values = |operator: &str| -> Vec<String> {
            let values = field.get(operator).map(Node::items).unwrap_or_default();
            values.iter().filter_map(Node::text).collect()
        };
        FieldSelector {
            field: field.get("field").and_then(Node::text).unwrap_or_default(),
            equals: values("equals"),
            not_equals: values("not_equals"),
            has_others: OTHERS.iter().any(|operator| !values(operator).is_empty()),
        }
    };
    event_selector::classic(&fields.iter().map(read).collect::<Vec<_>>())
}
