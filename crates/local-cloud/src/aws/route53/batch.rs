//! `ChangeResourceRecordSets`: a batch of one change, as somebody with a console sends it.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html>

use roxmltree::{Document, Node};

use super::super::protocol::xml::Xml;
use super::rest::NAMESPACE;
use super::{Action, Change, Record, Target, name};
use crate::base::error::AwsError;

/// Reads the batch.
pub(super) fn read(body: &[u8]) -> Result<Change, AwsError> {
    let text = std::str::from_utf8(body).map_err(|error| invalid(&error.to_string()))?;
    let document = Document::parse(text).map_err(|error| invalid(&error.to_string()))?;
    let mut changes = document
        .descendants()
        .filter(|node| node.has_tag_name((NAMESPACE, "Change")));
    let (Some(change), None) = (changes.next(), changes.next()) else {
        return Err(invalid("a local stage takes one change at a time"));
    };
    let action = match text_of(change, "Action") {
        "CREATE" => Action::Create,
        "DELETE" => Action::Delete,
        "UPSERT" => Action::Upsert,
        other => return Err(invalid(&format!("{other} is no action"))),
    };
    let alias = find(change, "AliasTarget");
    let target = match alias {
        Some(alias) => Target::Alias {
            host: name::canonical(text_of(alias, "DNSName")),
            zone: text_of(alias, "HostedZoneId").to_owned(),
        },
        None => Target::Values(
            change
                .descendants()
                .filter(|node| node.has_tag_name((NAMESPACE, "Value")))
                .filter_map(|node| node.text())
                .map(str::to_owned)
                .collect(),
        ),
    };
    let (record, kind) = (text_of(change, "Name"), text_of(change, "Type"));
    if record.is_empty() || kind.is_empty() || target == Target::Values(Vec::new()) {
        return Err(invalid(
            "a record has a name, a type, and values or a target",
        ));
    }
    Ok(Change {
        action,
        record: Record {
            name: name::canonical(record),
            kind: kind.to_owned(),
            target,
        },
    })
}

/// What is answered: that every name server knows it.
pub(super) fn answer() -> String {
    let mut xml = Xml::document();
    xml.element_in("ChangeResourceRecordSetsResponse", Some(NAMESPACE), |xml| {
        xml.element("ChangeInfo", |xml| {
            xml.leaf("Id", "/change/C1LOCAL").leaf("Status", "INSYNC");
        });
    });
    xml.into_string()
}

fn find<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.descendants()
        .find(|node| node.has_tag_name((NAMESPACE, name)))
}

fn text_of<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    find(node, name)
        .and_then(|node| node.text())
        .unwrap_or_default()
}

fn invalid(message: &str) -> AwsError {
    AwsError::bad_request("InvalidInput", message)
}
