//! What is called, whether it changes anything, and who wants to know.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;

/// Hears of every attempt to call SMAPI or LWA, successful or not.
pub type Observer = Arc<dyn Fn(&Call) + Send + Sync>;

/// One attempt, as an [`Observer`] hears of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// What was called.
    pub operation: Operation,
    /// Whether it changes anything.
    pub kind: CallKind,
    /// The HTTP method.
    pub method: Method,
    /// The path, without what it was asked for; of an upload URL, which gives access to who has
    /// it, nothing.
    pub path: String,
    /// The HTTP status, or `None` when there was no answer.
    pub status: Option<u16>,
    /// What Amazon's support asks for.
    pub request_id: Option<String>,
    /// Until the answer began.
    pub took: Duration,
}

/// Whether a call changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// It does not. Asking for an access token counts as reading.
    Reading,
    /// It does.
    Mutating,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $text:literal $kind:ident $repeat:ident,)*) => {
        /// The operations of this client.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operation {
            $($(#[$doc])* $name,)*
        }

        impl Operation {
            /// What it does, in words, for people.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Whether it changes anything.
            pub fn kind(self) -> CallKind {
                match self {
                    $(Self::$name => CallKind::$kind,)*
                }
            }

            /// When it may be sent again.
            pub(crate) fn repeat(self) -> Repeat {
                match self {
                    $(Self::$name => Repeat::$repeat,)*
                }
            }
        }
    };
}

operations! {
    /// `POST /auth/o2/token`.
    RefreshToken "get an access token" Reading Freely,
    /// `POST /auth/o2/token` with a code, which works once.
    RedeemCode "redeem the authorization code" Reading IfNotDone,
    /// `GET /v1/vendors`.
    ListVendors "list vendors" Reading Freely,
    /// `GET /v1/skills`.
    ListSkills "list skills" Reading Freely,
    /// `POST /v1/skills`.
    CreateSkill "create skill" Mutating IfNotDone,
    /// `DELETE /v1/skills/{skillId}`.
    DeleteSkill "delete skill" Mutating IfNotDone,
    /// `GET /v1/skills/{skillId}/status`.
    GetSkillStatus "get skill status" Reading Freely,
    /// `POST /v1/skills/uploads`. An upload URL that nobody uses expires by itself.
    CreateUpload "create upload URL" Mutating Freely,
    /// `PUT` to the upload URL. The same bytes in the same place.
    UploadPackage "upload skill package" Mutating Freely,
    /// `POST /v1/skills/{skillId}/imports`.
    ImportPackage "import skill package" Mutating IfNotDone,
    /// `GET /v1/skills/imports/{importId}`.
    GetImport "get import status" Reading Freely,
    /// `GET /v1/skills/{skillId}/stages/{stage}/manifest`.
    GetManifest "get manifest" Reading Freely,
    /// `PUT /v1/skills/{skillId}/stages/development/manifest`.
    PutManifest "update manifest" Mutating IfNotDone,
    /// `GET /v1/skills/{skillId}/stages/{stage}/interactionModel/locales/{locale}`.
    GetInteractionModel "get interaction model" Reading Freely,
    /// `GET /v1/skills/{skillId}/stages/{stage}/accountLinkingClient`.
    GetAccountLinking "get account linking" Reading Freely,
    /// `PUT /v1/skills/{skillId}/stages/development/accountLinkingClient`.
    PutAccountLinking "update account linking" Mutating IfNotDone,
    /// `DELETE /v1/skills/{skillId}/stages/development/accountLinkingClient`.
    DeleteAccountLinking "delete account linking" Mutating IfNotDone,
    /// `GET /v1/skills/{skillId}/stages/{stage}/enablement`.
    GetEnablement "get enablement" Reading Freely,
    /// `PUT /v1/skills/{skillId}/stages/{stage}/enablement`. Enabled twice is enabled.
    PutEnablement "enable skill" Mutating Freely,
    /// `DELETE /v1/skills/{skillId}/stages/{stage}/enablement`.
    DeleteEnablement "disable skill" Mutating IfNotDone,
    /// `POST /v2/skills/{skillId}/stages/{stage}/simulations`.
    Simulate "simulate an utterance" Mutating IfNotDone,
    /// `GET /v2/skills/{skillId}/stages/{stage}/simulations/{id}`.
    GetSimulation "get simulation" Reading Freely,
}

/// When an operation may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Whenever it failed in passing.
    Freely,
    /// Only where it certainly was not done: a second skill, or a 412 against one's own write,
    /// is worse than an error.
    IfNotDone,
}

impl Operation {
    /// Whether Login with Amazon is called, and not SMAPI.
    pub(crate) fn is_lwa(self) -> bool {
        matches!(self, Self::RefreshToken | Self::RedeemCode)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
