//! The usual address of each person, in a table.

use std::sync::OnceLock;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use skill_kit::Problem;

use crate::Turn;

/// The variable with the table's name.
const TABLE: &str = "ADDRESSES_TABLE";

/// The address that a person is usually picked up at.
pub(crate) async fn usual(turn: &Turn<'_>, person: &str) -> Result<Option<String>, Problem> {
    let read = tables(turn)?
        .get_item()
        .table_name(table())
        .key("person", AttributeValue::S(person.to_owned()))
        .send();
    let found = turn.wait_for(read).await?;
    let found = found.map_err(|error| Problem::service("reading the table", &error))?;
    let address = found.item.and_then(|mut item| item.remove("address"));
    Ok(address.and_then(|address| address.as_s().ok().cloned()))
}

/// Keeps a person's address.
pub(crate) async fn remember(turn: &Turn<'_>, person: &str, address: &str) -> Result<(), Problem> {
    let write = tables(turn)?
        .put_item()
        .table_name(table())
        .item("person", AttributeValue::S(person.to_owned()))
        .item("address", AttributeValue::S(address.to_owned()))
        .send();
    let written = turn.wait_for(write).await?;
    written.map_err(|error| Problem::service("writing to the table", &error))?;
    Ok(())
}

/// The client, kept from one request to the next.
fn tables(turn: &Turn<'_>) -> Result<&'static Client, Problem> {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let config = turn.aws()?;
    Ok(CLIENT.get_or_init(|| Client::new(config)))
}

fn table() -> String {
    std::env::var(TABLE).unwrap_or_default()
}
