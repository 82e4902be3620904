//! The locales that a skill speaks.

use std::fmt::Debug;

use crate::Words;

/// A locale that a skill speaks: one for each of its interaction models. [`locales!`](crate::locales)
/// makes the type.
pub trait Locale: Copy + Debug + Eq + Send + Sync + 'static {
    /// What the skill says in one language.
    type Strings: AsRef<Words> + 'static;

    /// Every locale. The first serves languages that have none. Of two with one language, the first
    /// serves other countries too.
    const ALL: &'static [Self];

    /// The tag that Alexa has for it, `en-US` for one.
    fn tag(self) -> &'static str;

    /// What the skill says there.
    fn strings(self) -> &'static Self::Strings;

    /// What the skill says there about accounts, time and failure.
    fn words(self) -> &'static Words {
        self.strings().as_ref()
    }

    /// The locale with a tag, if the skill speaks it.
    fn known(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|locale| locale.tag() == tag)
    }

    /// The locale of a request: the very one, or else one of the same language, or else the first.
    fn of(tag: Option<&str>) -> Self {
        let alike = |known: &Self| language(known.tag()) == tag.and_then(language);
        (tag.and_then(Self::known))
            .or_else(|| Self::ALL.iter().copied().find(alike))
            .unwrap_or(Self::ALL[0])
    }
}

/// The part of a tag that names the language.
fn language(tag: &str) -> Option<&str> {
    tag.split('-').next()
}

/// Makes the type `Locale` from a table: a name, Alexa's tag, and the strings of that language.
///
/// ```ignore
/// skill_kit::locales! { Strings:
///     /// English in the United States.
///     EnUs = "en-US" => en::US;
/// }
/// ```
#[macro_export]
macro_rules! locales {
    ($strings:ty: $(
        $(#[$doc:meta])*
        $locale:ident = $tag:literal => $table:path;
    )+) => {
        /// A locale that the skill speaks: one for each interaction model in `skill-package/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Locale {
            $($(#[$doc])* $locale,)+
        }

        impl $crate::Locale for Locale {
            type Strings = $strings;
            const ALL: &'static [Self] = &[$(Self::$locale,)+];

            fn tag(self) -> &'static str {
                match self {
                    $(Self::$locale => $tag,)+
                }
            }

            fn strings(self) -> &'static $strings {
                match self {
                    $(Self::$locale => &$table,)+
                }
            }
        }
    };
}
