//! The command `audit`.

fn main() {}
