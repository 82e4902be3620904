//! What every template is made of: values, parameters, resources and outputs.
//!
//! A logical id exists only by adding something to a [`Template`], which answers with a typed
//! handle. Values are built from handles, so a reference to nothing, or to an attribute that
//! the resource does not have, does not compile.

mod handle;
mod parameter;
mod policy;
mod properties;
pub mod reader;
mod references;
mod template;
mod value;
mod yaml;

pub(crate) use handle::known_later;
pub use handle::{Attribute, Handle, Kind};
pub use parameter::{Constraint, Parameter, Test};
pub use policy::{Condition, Effect, PolicyDocument, Principal, Statement};
pub(crate) use properties::mistakes;
pub use references::references;
pub use template::{RenderError, Template};
pub use value::{Pseudo, Sub, Value};
