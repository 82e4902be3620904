//! Orders, placed at the company's backend in the person's name.

use serde::Deserialize;
use serde_json::json;
use skill_kit::http::Request;
use skill_kit::{Account, Bytes, Problem};

use crate::Turn;

#[derive(Deserialize)]
struct Order {
    minutes: u32,
}

/// Orders a taxi; the minutes until it is there.
pub(crate) async fn place(
    turn: &Turn<'_>,
    account: &Account<'_>,
    address: &str,
) -> Result<u32, Problem> {
    let key = turn.secret("API_KEY").await?;
    let backend = std::env::var("BACKEND_URL").unwrap_or_default();
    let request = Request::post(format!("{backend}/orders"))
        .header("content-type", "application/json")
        .header("x-api-key", key.expose())
        .body(Bytes::from(json!({ "from": address }).to_string()))
        .map_err(|error| Problem::service("an order", &error))?;
    let answer = account.call(request).await?;
    let order: Order = serde_json::from_slice(answer.body())
        .map_err(|error| Problem::service("the answer to an order", &error))?;
    Ok(order.minutes)
}
