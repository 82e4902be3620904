//! The characters that Alexa takes as part of a word.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// A letter of any script, or a mark that combines with one, such as the vowel signs of Devanagari.
/// Joiners say how the letters beside them are written.
pub(super) fn is_letter(c: char) -> bool {
    let group = c.general_category_group();
    matches!(
        group,
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
    ) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// A digit of any script.
pub(super) fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}

/// A letter that there is a small one of.
pub(super) fn is_capital(c: char) -> bool {
    let category = c.general_category();
    matches!(
        category,
        GeneralCategory::UppercaseLetter | GeneralCategory::TitlecaseLetter
    )
}
