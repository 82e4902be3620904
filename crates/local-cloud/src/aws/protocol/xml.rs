//! Writing XML, and turning JSON values into the XML of the query protocol.

use serde_json::Value;

/// A document under construction.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    text: String,
}

impl Xml {
    /// A document with its declaration.
    pub(crate) fn document() -> Self {
        Self {
            text: r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned() + "\n",
        }
    }

    /// An element that contains what `inside` writes.
    pub(crate) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) -> &mut Self {
        self.element_in(name, None, inside)
    }

    /// [`Xml::element`] in a namespace.
    pub(crate) fn element_in(
        &mut self,
        name: &str,
        namespace: Option<&str>,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        if let Some(namespace) = namespace {
            self.text.push_str(" xmlns=\"");
            self.text.push_str(namespace);
            self.text.push('"');
        }
        self.text.push('>');
        inside(self);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
        self
    }

    /// An element that contains only text.
    pub(crate) fn leaf(&mut self, name: &str, text: impl AsRef<str>) -> &mut Self {
        self.element(name, |xml| xml.push_escaped(text.as_ref()))
    }

    /// [`Xml::leaf`], left out when there is nothing to say.
    pub(crate) fn optional(&mut self, name: &str, text: Option<impl AsRef<str>>) -> &mut Self {
        match text {
            Some(text) => self.leaf(name, text),
            None => self,
        }
    }

    /// The members of an object as elements; lists become `<member>` elements, `null` is left out.
    pub(crate) fn members(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if !member.is_null() {
                        self.element(name, |xml| xml.members(member));
                    }
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.element("member", |xml| xml.members(item));
                }
            }
            Value::String(text) => self.push_escaped(text),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) => self.push_escaped(&value.to_string()),
        }
    }

    /// Markup that is already XML.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// The finished text.
    pub(crate) fn into_string(self) -> String {
        self.text
    }

    fn push_escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                // Without this a reader turns it into a line feed.
                '\r' => self.text.push_str("&#13;"),
                // Not allowed in XML 1.0, not even escaped.
                control if control < ' ' && control != '\t' && control != '\n' => {
                    self.text.push('\u{fffd}');
                }
                other => self.text.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_become_members_and_null_disappears() {
        let mut xml = Xml::default();
        xml.members(&json!({"Stacks": [{"Name": "a&b", "Reason": null, "Count": 2}]}));
        assert_eq!(
            xml.into_string(),
            "<Stacks><member><Name>a&amp;b</Name><Count>2</Count></member></Stacks>"
        );
    }

    proptest! {
        #[test]
        fn any_printable_text_survives_a_reader(text in "[\\PC\t\n\r]*") {
            let mut xml = Xml::document();
            xml.leaf("Message", &text);
            let written = xml.into_string();
            let document = roxmltree::Document::parse(&written).unwrap();
            prop_assert_eq!(document.root_element().text().unwrap_or_default(), text);
        }
    }
}
