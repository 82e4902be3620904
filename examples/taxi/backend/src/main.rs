//! The taxi company's backend. An order is taken if the key is the skill's, and the access token is one that the
//! project's user pool has given to the skill's app client.
//!
//! Its configuration is in its environment: `PORT`, `API_KEY`, `ISSUER`, `CLIENT_ID`, `SIGN_IN_URL` and `SCOPE`.

use std::error::Error;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use jiff::Timestamp;
use models::request::AccessToken;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use user_profile::{Directory, RequestTime, Settings, TrustedRoots};

/// Minutes until a taxi is there; this company has a taxi at every corner.
const MINUTES: u32 = 5;

struct Backend {
    key: String,
    people: Box<dyn Directory>,
}

#[derive(Deserialize)]
struct Order {
    from: String,
}

#[derive(Serialize)]
struct Taken {
    minutes: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let text = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let client_id = text("CLIENT_ID")?.parse()?;
    let (issuer, sign_in_url) = (text("ISSUER")?, text("SIGN_IN_URL")?);
    let settings = Settings::user_info(client_id, &issuer, &sign_in_url, &text("SCOPE")?)?;
    let backend = Arc::new(Backend {
        key: text("API_KEY")?,
        people: user_profile::directory(settings, TrustedRoots::BuiltIn),
    });
    let router = Router::new()
        .route("/orders", post(order))
        .with_state(backend);
    let port: u16 = text("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on port {port}");
    axum::serve(listener, router).await?;
    Ok(())
}

async fn order(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    Json(order): Json<Order>,
) -> Result<Json<Taken>, StatusCode> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-api-key") != Some(&backend.key) {
        return Err(StatusCode::FORBIDDEN);
    }
    let token = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let token = AccessToken::from(token.ok_or(StatusCode::UNAUTHORIZED)?.to_owned());
    let now = RequestTime::new(Timestamp::now(), None);
    let person = backend.people.identify(&token, now).await;
    let person = person.map_err(|_| StatusCode::UNAUTHORIZED)?;
    println!(
        "an order of {} characters by {}",
        order.from.len(),
        person.subject()
    );
    Ok(Json(Taken { minutes: MINUTES }))
}
