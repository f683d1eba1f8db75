//! Replicas of multi-Region KMS keys.

use super::draft::Draft;
use crate::model::Reason;

/// Leaves open what a replica has from its primary key, which is of another
/// region and declared elsewhere.
///
/// Source: KMS developer guide, "Multi-Region keys", "Shared properties".
pub fn leave_open(draft: &mut Draft<'_>) {
    const SHARED: [&str; 5] =
        ["/key_spec", "/key_usage", "/origin", "/rotation_enabled", "/rotation_period_in_days"];
    for path in SHARED {
        let reason = Reason::UnresolvedReference { target: "its primary key".to_owned() };
        draft.gap(path, reason);
    }
}
