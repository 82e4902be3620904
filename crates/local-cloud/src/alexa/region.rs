//! Alexa's three regions.

use serde::Deserialize;

/// Where a customer's Amazon account is registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Region {
    /// North America.
    #[default]
    Na,
    /// Europe and India.
    Eu,
    /// Far East.
    Fe,
}

impl Region {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Na, Self::Eu, Self::Fe];

    /// The key in a manifest's `regions`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Na => "NA",
            Self::Eu => "EU",
            Self::Fe => "FE",
        }
    }

    /// The path segment that stands for the region's redirect host.
    pub(super) fn segment(self) -> &'static str {
        match self {
            Self::Na => "na",
            Self::Eu => "eu",
            Self::Fe => "fe",
        }
    }

    /// The region that [`Region::segment`] belongs to.
    pub(super) fn from_segment(segment: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|region| region.segment() == segment)
    }

    /// The region that answers a device of this locale.
    pub(super) fn of_locale(locale: &str) -> Self {
        match locale {
            "en-US" | "en-CA" | "es-MX" | "es-US" | "fr-CA" | "pt-BR" => Self::Na,
            "en-AU" | "ja-JP" => Self::Fe,
            _ => Self::Eu,
        }
    }
}
