//! Texts that are held once though a snapshot repeats them.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

thread_local! {
    /// The texts that were read last: neighbours in a snapshot have the same
    /// file and operation.
    static LAST: RefCell<[Option<Arc<str>>; 4]> = const { RefCell::new([const { None }; 4]) };
}

/// A text that is held once, however often it is read in a row.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    struct Text;
    impl Visitor<'_> for Text {
        type Value = Arc<str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Arc<str>, E> {
            Ok(LAST.with_borrow_mut(|last| {
                if let Some(known) = last.iter().flatten().find(|known| &***known == text) {
                    return known.clone();
                }
                let text = Arc::<str>::from(text);
                last.rotate_right(1);
                last[0] = Some(text.clone());
                text
            }))
        }
    }
    deserializer.deserialize_str(Text)
}

/// As [`text`], where it may be left out.
pub(super) fn maybe<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Arc<str>>, D::Error> {
    #[derive(Deserialize)]
    struct Shared(#[serde(deserialize_with = "text")] Arc<str>);
    Ok(Option::<Shared>::deserialize(deserializer)?.map(|Shared(text)| text))
}
