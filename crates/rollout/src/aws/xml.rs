//! XML as AWS has it: elements are read by their names, whatever their namespace.

use std::collections::BTreeMap;

use bytes::Bytes;
use roxmltree::{Document, Node};

use crate::error::{CallError, chain};

/// Reads a document from its root.
pub(super) fn read<T>(body: &[u8], read: impl FnOnce(Node<'_, '_>) -> T) -> Result<T, CallError> {
    let text = std::str::from_utf8(body).map_err(|error| CallError::Failed(chain(&error)))?;
    let document = Document::parse(text).map_err(|error| CallError::Failed(chain(&error)))?;
    Ok(read(document.root_element()))
}

/// The child elements.
pub(super) fn elements<'a, 'input>(
    node: Node<'a, 'input>,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

/// The first child of a name.
pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    elements(node).find(|node| node.tag_name().name() == name)
}

/// The text of the first child of a name.
pub(super) fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    let node = child(node, name)?;
    Some(node.text().unwrap_or_default().to_owned())
}

/// The first element of a name, however deep.
pub(super) fn find<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    let mut all = node.descendants().filter(Node::is_element);
    all.find(|node| node.tag_name().name() == name)
}

/// The elements of a list, each of which is a `member`.
pub(super) fn members<'a, 'input>(
    node: Node<'a, 'input>,
    list: &str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    child(node, list).into_iter().flat_map(elements)
}

/// The texts of the child elements, by name.
pub(super) fn texts(node: Node<'_, '_>) -> BTreeMap<String, String> {
    elements(node)
        .map(|node| {
            let text = node.text().unwrap_or_default();
            (node.tag_name().name().to_owned(), text.to_owned())
        })
        .collect()
}

/// A document of texts that have no character that XML would escape.
pub(super) fn document(namespace: &str, root: &str, texts: &[(&str, &str)]) -> Bytes {
    let mut document = format!("<{root} xmlns=\"{namespace}\">");
    for (name, text) in texts {
        document.extend(["<", name, ">", text, "</", name, ">"]);
    }
    document.extend(["</", root, ">"]);
    document.into()
}
