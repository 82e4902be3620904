//! The cookies of the sign-in pages.

/// The cookie that stands for a browser's sign-ins.
pub(crate) const SESSION: &str = "cognito";
/// The cookie that every form must repeat.
pub(crate) const CSRF: &str = "XSRF-TOKEN";

/// The cookie that remembers the language of the pages; what Cognito calls it is not documented.
pub(crate) const LANGUAGE: &str = "lang";
