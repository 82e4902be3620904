//! The Lambda's entry point.

fn main() {}
