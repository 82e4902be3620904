//! Orders, told to those who dispatch taxis: through a queue, where the stack file has one.

use aws_sdk_sqs::Client;
use serde_json::json;
use skill_kit::Problem;

use crate::Turn;

/// The variable with the queue's URL; README.md says when it is there.
const QUEUE: &str = "ORDERS_QUEUE";

/// Sends a message with the address that a taxi was ordered to.
pub(crate) async fn tell(turn: &Turn<'_>, address: &str) -> Result<(), Problem> {
    let Ok(queue) = std::env::var(QUEUE) else {
        return Ok(());
    };
    let send = Client::new(turn.aws()?)
        .send_message()
        .queue_url(queue)
        .message_body(json!({ "from": address }).to_string())
        .send();
    let sent = turn.wait_for(send).await?;
    sent.map_err(|error| Problem::service("sending to the queue", &error))?;
    Ok(())
}
