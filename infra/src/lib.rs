//! The stack file, and CloudFormation stacks as Rust types.
//!
//! Everything here is a pure function: text in, [`StackFile`] out; stack file in, templates out.
//! Templates are the same for every stage; what differs are their parameters.
//!
//! ```
//! let stack = infra::StackFile::parse("name = \"account-guide\"", "stack.toml")?;
//! let template = infra::stacks::identity(&stack);
//! assert!(template.to_yaml()?.contains("DeletionProtection: ACTIVE"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cloudformation;
pub mod names;
pub mod presets;
pub mod render;
pub mod resources;
pub mod stack_file;
pub mod stacks;

pub use cloudformation::Template;
pub use stack_file::{OwnResources, StackFile, StackFileError};
