//! Which names a mapping asks of the maps that it reads, so that one that it
//! never asks for, and that is nearly one that it misses, can be told.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::node::{Node, Value};
use crate::suggest::is_slip;

thread_local! {
    static ASKED: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

/// The names that were asked of each map.
#[derive(Debug, Default)]
pub struct Asked(HashMap<*const Node, BTreeSet<String>>);

/// A name that nothing asks for.
#[derive(Debug)]
pub struct Misspelt<'n> {
    /// As it is written.
    pub name: &'n str,
    /// As it is asked for.
    pub meant: String,
    /// Its value.
    pub value: &'n Node,
}

/// Does `work`, and notes what it asks of maps.
pub fn listen(work: impl FnOnce()) -> Asked {
    let before = ASKED.replace(Some(Asked::default()));
    work();
    ASKED.replace(before).unwrap_or_default()
}

/// Notes that a map was asked for a name.
pub fn note(map: &Node, name: &str) {
    ASKED.with_borrow_mut(|asked| {
        if let Some(Asked(names)) = asked {
            let names = names.entry(std::ptr::from_ref(map)).or_default();
            if !names.contains(name) {
                names.insert(name.to_owned());
            }
        }
    });
}

impl Asked {
    /// The misspelt names in a map and in what it holds.
    pub fn misspelt<'n>(&self, node: &'n Node) -> Vec<Misspelt<'n>> {
        let mut found = Vec::new();
        self.collect(node, &mut found);
        found
    }

    fn collect<'n>(&self, node: &'n Node, found: &mut Vec<Misspelt<'n>>) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.collect(item, found)),
            Value::Map(entries) => {
                let names = self.0.get(&std::ptr::from_ref(node));
                let is_written = |name: &str| entries.iter().any(|(key, _)| key == name);
                for (name, value) in entries {
                    let meant = names.filter(|names| !names.contains(name)).and_then(|names| {
                        names.iter().find(|asked| is_slip(name, asked) && !is_written(asked))
                    });
                    if let Some(meant) = meant {
                        found.push(Misspelt { name, meant: meant.clone(), value });
                    }
                    self.collect(value, found);
                }
            }
            _ => {}
        }
    }
}
