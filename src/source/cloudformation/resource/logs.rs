//! `AWS::Logs`.

use super::Declared;
use crate::model::{LogGroup, Reason, Snapshot};

pub(super) fn log_group(declared: &Declared<'_>, snapshot: &mut Snapshot) {
    let mut draft = declared.draft(snapshot, "log_groups");
    let mut group = LogGroup::new(declared.identity(&mut draft, "LogGroupName"));
    group.log_group_name = draft.string("/log_group_name", declared.get("LogGroupName"), None);
    if declared.get("LogGroupName").is_none() {
        let expression = Some("LogGroupName".to_owned());
        draft.gap("/log_group_name", Reason::KnownAfterApply { expression });
    }
    group.retention_in_days =
        draft.integer("/retention_in_days", declared.get("RetentionInDays"), None);
    group.kms_key_id = draft.string("/kms_key_id", declared.get("KmsKeyId"), None);
    group.log_group_class =
        draft.string("/log_group_class", declared.get("LogGroupClass"), Some("STANDARD"));
    snapshot.model.insert(group);
}
