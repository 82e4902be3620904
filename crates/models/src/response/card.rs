//! Cards in the Alexa app
//! ([cards](https://developer.amazon.com/en-US/docs/alexa/custom-skills/include-a-card-in-your-skills-response.html)).

use serde::Serialize;

/// A card in the Alexa app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub enum Card {
    /// A title and plain text.
    Simple {
        /// The title.
        title: String,
        /// The text.
        content: String,
    },
    /// A title, plain text and perhaps a picture.
    Standard {
        /// The title.
        title: String,
        /// The text.
        text: String,
        /// The picture.
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<Image>,
    },
    /// A button that starts account linking.
    LinkAccount,
    /// A request for permissions.
    AskForPermissionsConsent {
        /// The permissions, such as `alexa::profile:email:read`.
        permissions: Vec<String>,
    },
}

impl Card {
    /// A card with a title and plain text.
    pub fn simple(title: impl Into<String>, content: impl Into<String>) -> Self {
        Self::Simple {
            title: title.into(),
            content: content.into(),
        }
    }

    /// How many characters count towards the limit of a card.
    pub(super) fn characters(&self) -> usize {
        let count = |text: &str| text.chars().count();
        match self {
            Self::Simple { title, content } => count(title) + count(content),
            Self::Standard { title, text, image } => {
                let urls = image.as_ref().map_or(0, |image| {
                    count(&image.small_image_url) + count(&image.large_image_url)
                });
                count(title) + count(text) + urls
            }
            Self::LinkAccount | Self::AskForPermissionsConsent { .. } => 0,
        }
    }
}

/// A picture in two sizes, both served over https to anybody (CORS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// 720 by 480 pixels.
    pub small_image_url: String,
    /// 1200 by 800 pixels.
    pub large_image_url: String,
}
