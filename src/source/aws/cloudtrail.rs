//! CloudTrail trails with their status and selectors.
//!
//! Source: the AWS CloudTrail API reference.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types;

use super::scope::{Scope, each};
use crate::model::{CloudTrailTrail, EventSelector, Identity, ResourceRef};
use crate::source::event_selector::{self, FieldSelector};
use crate::source::operation::cloudtrail::{
    DESCRIBE_TRAILS, GET_EVENT_SELECTORS, GET_TRAIL_STATUS,
};

/// The region that is asked, among those that are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region<'a> {
    pub(super) name: &'a str,
    pub(super) scanned: &'a [String],
}

impl Region<'_> {
    /// Whether this region is the one to tell of a trail: its home, or the
    /// first that is asked where its home is not.
    fn tells_of(self, home: Option<&str>) -> bool {
        match home {
            Some(home) if self.scanned.iter().any(|region| region == home) => home == self.name,
            _ => self.scanned.first().is_some_and(|first| first == self.name),
        }
    }
}

pub(super) async fn read(scope: &Scope, client: Client, region: Region<'_>) {
    let call = client.describe_trails().send();
    let Some(answer) = scope.call(&DESCRIBE_TRAILS, None, call).await else { return };
    let trails = answer
        .trail_list
        .unwrap_or_default()
        .into_iter()
        .filter(|trail| region.tells_of(trail.home_region.as_deref()))
        .map(|found| trail(scope, &client, found));
    each(trails).await;
}

async fn trail(scope: &Scope, client: &Client, found: types::Trail) {
    let Some(arn) = found.trail_arn else { return };
    let identity = Identity {
        arn: Some(arn.clone()),
        name: found.name,
        region: found.home_region.clone(),
        ..scope.identity(arn.clone())
    };
    let mut trail = CloudTrailTrail::new(identity);
    trail.is_multi_region_trail = Some(found.is_multi_region_trail.unwrap_or(false));
    trail.is_organization_trail = Some(found.is_organization_trail.unwrap_or(false));
    trail.home_region = found.home_region;
    trail.include_global_service_events =
        Some(found.include_global_service_events.unwrap_or(false));
    trail.log_file_validation_enabled = Some(found.log_file_validation_enabled.unwrap_or(false));
    trail.kms_key_id = found.kms_key_id;
    trail.s3_bucket = found.s3_bucket_name;
    trail.cloud_watch_logs_log_group =
        found.cloud_watch_logs_log_group_arn.map(|arn| arn.trim_end_matches(":*").to_owned());
    let (status, selectors) = futures::join!(
        async {
            let call = client.get_trail_status().name(&arn).send();
            scope.call(&GET_TRAIL_STATUS, Some(&arn), call).await
        },
        async {
            let call = client.get_event_selectors().trail_name(&arn).send();
            scope.call(&GET_EVENT_SELECTORS, Some(&arn), call).await
        },
    );
    if let Some(status) = status {
        trail.is_logging = Some(status.is_logging.unwrap_or(false));
        trail.latest_cloud_watch_logs_delivery_time =
            status.latest_cloud_watch_logs_delivery_time.map(|time| time.to_string());
    }
    if let Some(answer) = selectors {
        let classic = answer.event_selectors.unwrap_or_default();
        let advanced = answer.advanced_event_selectors.unwrap_or_default();
        trail.event_selectors = classic
            .into_iter()
            .map(self::classic)
            .chain(advanced.into_iter().map(self::advanced))
            .collect();
    }
    scope.insert(trail, &DESCRIBE_TRAILS);
    let reference = ResourceRef::new("cloudtrail_trails", &arn);
    scope.read_by(&reference, "/is_logging", &GET_TRAIL_STATUS);
    scope.read_by(&reference, "/event_selectors", &GET_EVENT_SELECTORS);
}

fn classic(found: types::EventSelector) -> EventSelector {
    EventSelector {
        include_management_events: Some(found.include_management_events.unwrap_or(true)),
        read_write_type: Some(
            found.read_write_type.map_or("All".to_owned(), |kind| kind.as_str().to_owned()),
        ),
        data_resource_types: found
            .data_resources
            .unwrap_or_default()
            .into_iter()
            .filter_map(|resource| resource.r#type)
            .collect(),
        exclude_management_event_sources: found
            .exclude_management_event_sources
            .unwrap_or_default(),
    }
}

/// An advanced selector, brought to the classic form.
fn advanced(found: types::AdvancedEventSelector) -> EventSelector {
    let read = |one: types::AdvancedFieldSelector| {
        let others = [&one.starts_with, &one.ends_with, &one.not_starts_with, &one.not_ends_with];
        let has_others = others.into_iter().flatten().any(|values| !values.is_empty());
        FieldSelector {
            field: one.field,
            equals: one.equals.unwrap_or_default(),
            not_equals: one.not_equals.unwrap_or_default(),
            has_others,
        }
    };
    event_selector::classic(&found.field_selectors.into_iter().map(read).collect::<Vec<_>>())
}
