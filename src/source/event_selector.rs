//! Advanced event selectors of trails, in the form of the classic ones.
//!
//! Source: the CloudTrail API reference, "AdvancedFieldSelector".

use crate::model::EventSelector;

/// What an advanced selector asks of one field of an event.
#[derive(Debug, Default)]
pub struct FieldSelector {
    /// The field: `eventCategory`, `readOnly`, `eventSource`, ….
    pub field: String,
    /// Values of which it must have one.
    pub equals: Vec<String>,
    /// Values that it must not have.
    pub not_equals: Vec<String>,
    /// Whether it asks for beginnings or ends of values too.
    pub has_others: bool,
}

impl FieldSelector {
    /// Whether the classic form can tell what is asked.
    fn is_told(&self) -> bool {
        match self.field.as_str() {
            "eventCategory" => true,
            "readOnly" => self.not_equals.is_empty() && !self.has_others,
            "eventSource" => self.equals.is_empty() && !self.has_others,
            _ => false,
        }
    }
}

/// An advanced selector, brought to the classic form. One that leaves out some
/// management events in a way that the classic form has no word for counts as if
/// it had none.
pub fn classic(fields: &[FieldSelector]) -> EventSelector {
    let of = |name: &'static str| fields.iter().filter(move |one| one.field == name);
    let equal = |name| of(name).flat_map(|one| one.equals.iter().cloned()).collect::<Vec<_>>();
    let is_management = equal("eventCategory").iter().any(|category| category == "Management");
    let read_write = match equal("readOnly").first().map(String::as_str) {
        Some("true") => "ReadOnly",
        Some("false") => "WriteOnly",
        _ => "All",
    };
    EventSelector {
        include_management_events: Some(is_management && fields.iter().all(FieldSelector::is_told)),
        read_write_type: Some(read_write.to_owned()),
        data_resource_types: equal("resources.type"),
        exclude_management_event_sources: of("eventSource")
            .flat_map(|one| one.not_equals.iter().cloned())
            .collect(),
    }
}
