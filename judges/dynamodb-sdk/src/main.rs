//! The AWS SDK for Rust on the tables of a local stage: what a skill in Rust meets there.
//!
//! Run as `dynamodb-sdk DEVICE_URL`, with `AWS_ENDPOINT_URL` and keys in the environment, and the stage's token in
//! `STAGE_TOKEN`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, Put, ReturnValue, ScalarAttributeType, TableStatus,
    TimeToLiveSpecification, TransactWriteItem,
};
use serde_json::{Value, json};

const NAME: &str = "judged-by-the-sdk";
const REGION: &str = "eu-central-1";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let device = std::env::args()
        .nth(1)
        .context("the device's URL is missing")?;
    let client = client()?;
    create(&client).await?;
    fill(&client).await?;
    conditions(&client).await?;
    indexes_and_pages(&client).await?;
    transactions(&client).await?;
    expiry(&client, &device).await?;
    errors(&client).await?;
    client.delete_table().table_name(NAME).send().await?;
    println!("the AWS SDK for Rust reads and writes the stage's tables as it does DynamoDB's");
    Ok(())
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is missing"))
}

fn client() -> Result<Client> {
    let (id, secret) = (
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
    );
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(variable("AWS_ENDPOINT_URL")?)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::from_keys(id, secret, None));
    Ok(Client::from_conf(config.build()))
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement> {
    Ok(KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()?)
}

async fn create(client: &Client) -> Result<()> {
    let mut request = client
        .create_table()
        .table_name(NAME)
        .billing_mode(BillingMode::PayPerRequest);
    for name in ["person", "ride", "city"] {
        let attribute = AttributeDefinition::builder().attribute_name(name);
        request = request
            .attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build()?);
    }
    let by_city = GlobalSecondaryIndex::builder()
        .index_name("by-city")
        .key_schema(key("city", KeyType::Hash)?)
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::All)
                .build(),
        );
    let request = request
        .key_schema(key("person", KeyType::Hash)?)
        .key_schema(key("ride", KeyType::Range)?)
        .global_secondary_indexes(by_city.build()?);
    request.send().await?;
    for _ in 0..50 {
        let described = client.describe_table().table_name(NAME).send().await?;
        if described.table.and_then(|table| table.table_status) == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the table does not become active")
}

async fn fill(client: &Client) -> Result<()> {
    for (ride, city) in (0..).zip(["berlin", "hamburg", "berlin"]) {
        let put = client
            .put_item()
            .table_name(NAME)
            .item("person", text("ada"));
        let put = put
            .item("ride", text(&ride.to_string()))
            .item("city", text(city));
        put.item("price", number(ride)).send().await?;
    }
    Ok(())
}

async fn conditions(client: &Client) -> Result<()> {
    let put = client
        .put_item()
        .table_name(NAME)
        .item("person", text("ada"))
        .item("ride", text("0"));
    let refused = put
        .condition_expression("attribute_not_exists(ride)")
        .send()
        .await;
    let refused = refused
        .err()
        .context("a condition that does not hold was taken")?
        .into_service_error();
    ensure!(
        refused.is_conditional_check_failed_exception(),
        "{refused:?}"
    );
    let update = client
        .update_item()
        .table_name(NAME)
        .key("person", text("ada"))
        .key("ride", text("0"));
    let updated = update
        .update_expression("SET price = price + :more")
        .condition_expression("price < :most")
        .expression_attribute_values(":more", number(7))
        .expression_attribute_values(":most", number(1))
        .return_values(ReturnValue::AllNew)
        .send()
        .await?;
    let price = updated.attributes.and_then(|mut item| item.remove("price"));
    ensure!(price == Some(number(7)), "{price:?}");
    Ok(())
}

async fn indexes_and_pages(client: &Client) -> Result<()> {
    let query = client
        .query()
        .table_name(NAME)
        .index_name("by-city")
        .key_condition_expression("city = :city");
    let found = query
        .expression_attribute_values(":city", text("berlin"))
        .send()
        .await?;
    ensure!(found.count == 2, "{found:?}");
    let query = client
        .query()
        .table_name(NAME)
        .key_condition_expression("person = :person");
    let query = query
        .expression_attribute_values(":person", text("ada"))
        .limit(2);
    let mut pages = query.into_paginator().send();
    let mut rides = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page?;
        ensure!(page.count <= 2, "{page:?}");
        rides.extend(
            page.items
                .unwrap_or_default()
                .into_iter()
                .filter_map(|mut item| item.remove("ride")),
        );
    }
    ensure!(rides == [text("0"), text("1"), text("2")], "{rides:?}");
    Ok(())
}

async fn transactions(client: &Client) -> Result<()> {
    let put = |ride: &str| {
        let put = Put::builder().table_name(NAME).item("person", text("ada"));
        put.item("ride", text(ride))
    };
    let item = |put: Put| TransactWriteItem::builder().put(put).build();
    let conditional = put("0")
        .condition_expression("attribute_not_exists(ride)")
        .build()?;
    let request = client
        .transact_write_items()
        .transact_items(item(put("3").build()?));
    let refused = request.transact_items(item(conditional)).send().await;
    let refused = refused
        .err()
        .context("a transaction was taken that cannot be")?
        .into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = &refused else {
        anyhow::bail!("{refused:?}");
    };
    let reasons = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap_or_default());
    let reasons: Vec<_> = reasons.collect();
    ensure!(reasons == ["None", "ConditionalCheckFailed"], "{reasons:?}");
    ensure!(
        !exists(client, "ada", "3").await?,
        "half of a transaction was carried out"
    );
    Ok(())
}

async fn exists(client: &Client, person: &str, ride: &str) -> Result<bool> {
    let get = client
        .get_item()
        .table_name(NAME)
        .key("person", text(person))
        .key("ride", text(ride));
    Ok(get.send().await?.item.is_some())
}

/// Expiry by the stage's clock, which is moved.
async fn expiry(client: &Client, device: &str) -> Result<()> {
    let setting = TimeToLiveSpecification::builder()
        .attribute_name("until")
        .enabled(true)
        .build()?;
    client
        .update_time_to_live()
        .table_name(NAME)
        .time_to_live_specification(setting)
        .send()
        .await?;
    let ahead = clock(device, None).await?["aheadSeconds"]
        .as_i64()
        .unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let until = now.saturating_add_signed(ahead) + 60;
    let put = client
        .put_item()
        .table_name(NAME)
        .item("person", text("edsger"))
        .item("ride", text("0"));
    put.item("until", number(until)).send().await?;
    ensure!(
        exists(client, "edsger", "0").await?,
        "an item expired early"
    );
    clock(device, Some(json!({ "advanceSeconds": 61 }))).await?;
    ensure!(
        !exists(client, "edsger", "0").await?,
        "an item outlived its time"
    );
    Ok(())
}

/// Reads the stage's clock, or moves it.
async fn clock(device: &str, change: Option<Value>) -> Result<Value> {
    let url = format!("{}/control/clock", device.trim_end_matches('/'));
    let http = reqwest::Client::new();
    let request = match change {
        Some(change) => http.post(url).json(&change),
        None => http.get(url),
    };
    let answer = request.bearer_auth(variable("STAGE_TOKEN")?).send().await?;
    Ok(answer.error_for_status()?.json().await?)
}

async fn errors(client: &Client) -> Result<()> {
    let missing = client.describe_table().table_name("nowhere").send().await;
    let missing = missing
        .err()
        .context("a table that is nowhere was described")?
        .into_service_error();
    ensure!(missing.is_resource_not_found_exception(), "{missing:?}");
    let half = client
        .get_item()
        .table_name(NAME)
        .key("person", text("ada"))
        .send()
        .await;
    let half = half
        .err()
        .context("half a key was taken")?
        .into_service_error();
    ensure!(half.code() == Some("ValidationException"), "{half:?}");
    Ok(())
}
