//! Services that the skill itself uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::text;

/// Services that the skill itself uses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Skill {
    /// Backends that handlers may call with the access token of the person who speaks (`Account::call`). The token goes
    /// to no other host; on a local stage this machine may be called as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backends: Vec<Backend>,
}

text! {
    /// The origin of a backend.
    Backend, "a backend",
    "write scheme and host, such as `https://api.example.com`, without a path",
    r"^https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?$"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_is_an_origin_that_others_cannot_read_along() {
        for good in ["https://api.example.com", "https://api.example.com:8443"] {
            assert!(good.parse::<Backend>().is_ok(), "{good}");
        }
        for bad in [
            "http://api.example.com",
            "https://api.example.com/",
            "https://api.example.com/v1",
            "https://user@api.example.com",
            "https://localhost",
            "https://*.example.com",
        ] {
            assert!(bad.parse::<Backend>().is_err(), "{bad}");
        }
    }
}
