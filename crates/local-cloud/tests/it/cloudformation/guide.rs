//! Stacks like the committed ones, end to end.
