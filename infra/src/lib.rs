//! The stack file, and CloudFormation stacks as Rust types.
