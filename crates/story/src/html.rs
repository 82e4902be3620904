//! What a person can see and use on a page: its text, its links and its forms.
//!
//! A reader for plain pages without scripts. It is no HTML parser: it knows tags, attributes,
//! comments and the entities that escape text, which is what a form needs.

/// A page as read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// The visible text, white space collapsed.
    pub(super) text: String,
    pub(super) links: Vec<Link>,
    pub(super) forms: Vec<Form>,
}

/// A link with its target, unresolved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) href: String,
}

/// A form with its fields in page order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    /// Where it is sent, unresolved; `None` means to the page itself.
    pub(super) action: Option<String>,
    /// Whether it is sent by POST.
    pub(super) post: bool,
    pub(super) fields: Vec<Field>,
}

/// A named input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// The value that the page filled in.
    pub(super) value: String,
    pub(super) kind: Kind,
}

/// Who fills a field in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The page.
    Hidden,
    /// The person.
    Visible,
    /// Whoever presses it.
    Button,
}

impl Form {
    /// Whether the form has a field of that name.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Whether the form has a button of that value.
    pub(super) fn offers(&self, value: &str) -> bool {
        let mut buttons = self
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Button);
        buttons.any(|button| button.value == value)
    }
}

impl Document {
    /// Reads a page.
    pub(super) fn parse(html: &str) -> Self {
        let mut document = Self::default();
        let mut text = String::new();
        let mut open_form: Option<Form> = None;
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            text.push_str(&rest[..start]);
            rest = &rest[start..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let Some((tag, after)) = Tag::read(rest) else {
                text.push('<');
                rest = &rest[1..];
                continue;
            };
            text.push(' ');
            rest = after;
            match tag.name.as_str() {
                // Their content is not for people.
                "head" | "script" | "style" => {
                    let end = format!("</{}", tag.name);
                    rest = rest.find(&end).map_or("", |position| &rest[position..]);
                }
                "a" => document
                    .links
                    .extend(tag.attribute("href").map(|href| Link { href })),
                "form" => {
                    open_form = Some(Form {
                        action: tag.attribute("action"),
                        post: tag
                            .attribute("method")
                            .is_some_and(|method| method.eq_ignore_ascii_case("post")),
                        fields: Vec::new(),
                    });
                }
                "/form" => document.forms.extend(open_form.take()),
                "input" | "button" => {
                    if let (Some(form), Some(field)) = (&mut open_form, tag.field()) {
                        form.fields.push(field);
                    }
                }
                _ => {}
            }
        }
        text.push_str(rest);
        document.forms.extend(open_form);
        document.text = unescape(&text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        document
    }
}

/// A start tag, or an end tag whose name begins with a slash.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// Reads the tag at the start of `text`, which begins with `<`.
    fn read(text: &str) -> Option<(Self, &str)> {
        let body = text.strip_prefix('<')?;
        let name_end = body
            .char_indices()
            .find(|(index, c)| !(c.is_ascii_alphanumeric() || (*index == 0 && "/!".contains(*c))))
            .map_or(body.len(), |(index, _)| index);
        if name_end == 0 {
            return None;
        }
        let name = body[..name_end].to_ascii_lowercase();
        let mut attributes = Vec::new();
        let mut rest = &body[name_end..];
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                return Some((Self { name, attributes }, after));
            }
            let end = rest.find(|c: char| c.is_whitespace() || "=>/".contains(c))?;
            let key = rest[..end].to_ascii_lowercase();
            rest = rest[end..].trim_start();
            let mut value = String::new();
            if let Some(after) = rest.strip_prefix('=') {
                (value, rest) = attribute_value(after.trim_start())?;
            }
            if key.is_empty() && value.is_empty() {
                return None;
            }
            attributes.push((key, value));
        }
    }

    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }

    /// The field that an `input` or `button` makes, unless it has no name or is not ticked.
    fn field(&self) -> Option<Field> {
        let kind = self.attribute("type").unwrap_or_default();
        let kind = match (self.name.as_str(), kind.as_str()) {
            ("button", "button" | "reset") | ("input", "button" | "reset" | "file") => return None,
            ("button", _) | ("input", "submit" | "image") => Kind::Button,
            ("input", "checkbox" | "radio") => {
                self.attribute("checked")?;
                Kind::Hidden
            }
            ("input", "hidden") => Kind::Hidden,
            _ => Kind::Visible,
        };
        Some(Field {
            name: self.attribute("name").filter(|name| !name.is_empty())?,
            value: self.attribute("value").unwrap_or_default(),
            kind,
        })
    }
}

fn attribute_value(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    if quote == '"' || quote == '\'' {
        let (value, rest) = text[1..].split_once(quote)?;
        return Some((unescape(value), rest));
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '>')?;
    Some((unescape(&text[..end]), &text[end..]))
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let decoded = rest
            .split_once(';')
            .and_then(|(entity, after)| Some((entity_char(&entity[1..])?, after)));
        if let Some((character, after)) = decoded {
            out.push(character);
            rest = after;
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn entity_char(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_a_sign_in_page() {
        let page = Document::parse(
            r#"<!doctype html><html><head><title>Sign in</title><style>a > b {}</style></head>
            <body><!-- <form> --><h1>Sign&nbsp;in</h1>
            <form action="/login?state=a&amp;b=1" method=POST>
            <input type="hidden" name="_csrf" value="&lt;x&#39;&#x22;">
            <label>E-mail <input name=username type='email' required/></label>
            <input type="checkbox" name="remember" value="1">
            <button type="submit" name="next" value="go">Next</button></form>
            <a href="/signup?x=1&amp;y=2">Create &amp; link</a></body></html>"#,
        );
        let field = |name: &str, value: &str, kind| Field {
            name: name.to_owned(),
            value: value.to_owned(),
            kind,
        };
        assert_eq!(
            page,
            Document {
                text: "Sign in E-mail Next Create & link".to_owned(),
                links: vec![Link {
                    href: "/signup?x=1&y=2".to_owned()
                }],
                forms: vec![Form {
                    action: Some("/login?state=a&b=1".to_owned()),
                    post: true,
                    fields: vec![
                        field("_csrf", "<x'\"", Kind::Hidden),
                        field("username", "", Kind::Visible),
                        field("next", "go", Kind::Button),
                    ],
                }],
            }
        );
    }

    #[test]
    fn survives_what_is_no_page() {
        assert_eq!(Document::parse("1 < 2 & 3").text, "1 < 2 & 3");
        assert_eq!(Document::parse("<p").text, "<p");
        assert!(Document::parse("<form><input name=a>").forms[0].asks_for("a"));
    }

    proptest! {
        #[test]
        fn never_fails(text in "[<>a-z=\"'&;#!/ -]{0,80}") {
            Document::parse(&text);
        }

        #[test]
        fn escaped_values_survive(value in "\\PC{0,20}") {
            let escaped: String = value.chars().fold(String::new(), |text, c| text + &format!("&#{};", u32::from(c)));
            let page = Document::parse(&format!("<form><input name=a value=\"{escaped}\"></form>"));
            prop_assert_eq!(&page.forms[0].fields[0].value, &value);
        }
    }
}
