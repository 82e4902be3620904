//! The least that `lambda_runtime` can run: what `cargo xtask bench` compares the skill with.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(async |_event: LambdaEvent<Value>| {
        Ok::<_, Error>(json!({ "version": "1.0", "response": {} }))
    }))
    .await
}
