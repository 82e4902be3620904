//! What a user can ask about: the values of the slot type `InfoType`.

/// What a user asks about. Each has a value of the same id in every interaction model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InfoType {
    /// The e-mail address.
    EmailAddress,
    /// The telephone number.
    PhoneNumber,
    /// The name, and the name to sign in with.
    UserName,
    /// Everything.
    FullProfile,
}

impl InfoType {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::EmailAddress,
        Self::PhoneNumber,
        Self::UserName,
        Self::FullProfile,
    ];

    /// The id in the interaction models.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::EmailAddress => "emailAddress",
            Self::PhoneNumber => "phoneNumber",
            Self::UserName => "userName",
            Self::FullProfile => "fullProfile",
        }
    }

    /// The one with an id; `None` when this build has no such.
    #[must_use]
    pub fn with_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.id() == id)
    }
}
