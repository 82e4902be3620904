//! Providers on loopback ports, asked through the crate's public door.

#![allow(
    clippy::unwrap_used,
    reason = "clippy takes helpers of a test for a program"
)]

mod amazon;
mod clocks;
mod hostile;
mod pool;
#[path = "../../src/test_token.rs"]
mod test_token;

use jiff::Timestamp;
use models::request::AccessToken;
use user_profile::{ForeignToken, LinkProblem, RequestTime, StaleLink};

use pool::Pool;
use test_token::NOW;

fn at(seconds: i64) -> RequestTime {
    RequestTime::new(timestamp(seconds), None)
}

/// A request of the same machine that is dated otherwise.
fn dated(seconds: i64, received: i64) -> RequestTime {
    RequestTime::new(timestamp(received), Some(timestamp(seconds)))
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW + seconds).unwrap()
}

fn foreign_key<T>(result: &Result<T, LinkProblem>) -> bool {
    matches!(result, Err(LinkProblem::Foreign(ForeignToken::UnknownKey)))
}

fn unavailable<T>(result: &Result<T, LinkProblem>) -> bool {
    matches!(result, Err(LinkProblem::ProviderUnavailable(_)))
}

#[tokio::test]
async fn a_profile_is_fetched_once_per_token() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    let token = pool.token("a", "subject-1");
    let verified = cognito.identify(&token, at(0)).await.unwrap();
    let (one, two) = tokio::join!(cognito.profile(&verified), cognito.profile(&verified));
    assert_eq!(one.unwrap().email(), Some("mary@example.com"));
    assert_eq!(two.unwrap().email(), Some("mary@example.com"));
    let again = cognito.identify(&token, at(60)).await.unwrap();
    assert_eq!(
        cognito.profile(&again).await.unwrap().first_name(),
        Some("Mary")
    );
    assert_eq!(pool.calls(), (1, 1));

    cognito.forget(&token);
    let verified = cognito.identify(&token, at(61)).await.unwrap();
    cognito.profile(&verified).await.unwrap();
    assert_eq!(pool.calls(), (1, 2));
}

#[tokio::test]
async fn what_is_remembered_expires_with_the_token() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    let token = pool.token("a", "subject-1");
    cognito.identify(&token, at(0)).await.unwrap();
    let late = cognito.identify(&token, at(3_700)).await;
    assert!(
        matches!(late, Err(LinkProblem::Expired(StaleLink::PastExpiry))),
        "{late:?}"
    );
}

#[tokio::test]
async fn help_needs_no_keys_and_neither_does_a_foreign_token() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    assert_eq!(pool.calls(), (0, 0));
    for token in [
        "",
        "Atza|opaque",
        "a.b.c",
        &test_token::sign("a", &test_token::claims()),
    ] {
        let result = cognito
            .identify(&AccessToken::from(token.to_owned()), at(0))
            .await;
        assert!(matches!(result, Err(LinkProblem::Foreign(_))), "{result:?}");
    }
    let expired = cognito.identify(&pool.token("a", "s"), at(4_000)).await;
    assert!(
        matches!(expired, Err(LinkProblem::Expired(_))),
        "{expired:?}"
    );
    assert_eq!(pool.calls(), (0, 0));
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_at_most_once_a_minute() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    cognito
        .identify(&pool.token("a", "s"), at(0))
        .await
        .unwrap();
    for seconds in [1, 30, 59] {
        let result = cognito.identify(&pool.token("b", "s"), at(seconds)).await;
        assert!(foreign_key(&result), "{result:?}");
    }
    assert_eq!(pool.calls().0, 1);
    pool.publish(&["a", "b"]);
    cognito
        .identify(&pool.token("b", "s"), at(60))
        .await
        .unwrap();
    assert_eq!(pool.calls().0, 2);
}

#[tokio::test]
async fn concurrent_tokens_fetch_keys_once() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    let (one, two) = (pool.token("a", "one"), pool.token("a", "two"));
    let (one, two) = tokio::join!(cognito.identify(&one, at(0)), cognito.identify(&two, at(0)));
    assert_eq!(one.unwrap().subject(), "one");
    assert_eq!(two.unwrap().subject(), "two");
    assert_eq!(pool.calls().0, 1);
}

/// Requests for one person that arrive together cost what one costs, from the first one on.
#[tokio::test]
async fn concurrent_lookups_of_one_token_make_one_call() {
    let pool = Pool::start(&["a"]).await;
    for (directory, calls) in [(pool.directory(), (1, 1)), (pool.get_user(), (2, 2))] {
        let token = pool.token("a", "subject-1");
        let look_up = async || {
            let verified = directory.identify(&token, at(0)).await.unwrap();
            directory.profile(&verified).await.unwrap()
        };
        let profiles = tokio::join!(look_up(), look_up(), look_up());
        assert_eq!(profiles.0, profiles.1);
        assert_eq!(profiles.1, profiles.2);
        assert_eq!(pool.calls(), calls);
    }
}

#[tokio::test]
async fn an_outage_keeps_serving_known_keys() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    pool.fail(500);
    let first = cognito.identify(&pool.token("a", "s"), at(0)).await;
    assert!(unavailable(&first), "{first:?}");
    pool.recover();
    // Nothing is known yet, so there is no minute to wait for.
    cognito
        .identify(&pool.token("a", "s"), at(1))
        .await
        .unwrap();

    pool.fail(503);
    cognito
        .identify(&pool.token("a", "t"), at(120))
        .await
        .unwrap();
    let calls = pool.calls().0;
    for seconds in [121, 150] {
        let rotated = cognito.identify(&pool.token("b", "s"), at(seconds)).await;
        assert!(
            unavailable(&rotated),
            "an outage says nothing about a link: {rotated:?}"
        );
    }
    assert_eq!(pool.calls().0, calls + 1);
    cognito
        .identify(&pool.token("a", "u"), at(122))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_refusal_means_revoked_and_a_failure_does_not() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    let token = pool.token("a", "subject-1");
    let verified = cognito.identify(&token, at(0)).await.unwrap();
    for status in [429, 500, 502] {
        pool.fail(status);
        let result = cognito.profile(&verified).await;
        assert!(unavailable(&result), "{result:?}");
    }
    pool.fail(401);
    let revoked = cognito.profile(&verified).await;
    assert!(
        matches!(revoked, Err(LinkProblem::Expired(StaleLink::Revoked))),
        "{revoked:?}"
    );
    pool.recover();
    assert!(cognito.profile(&verified).await.is_ok());
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_not_used() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    let verified = cognito
        .identify(&pool.token("a", "subject-2"), at(0))
        .await
        .unwrap();
    let result = cognito.profile(&verified).await;
    assert!(
        matches!(result, Err(LinkProblem::Foreign(ForeignToken::Subject))),
        "{result:?}"
    );
}

#[tokio::test]
async fn an_unreachable_pool_is_unavailable() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    let token = pool.token("a", "subject-1");
    pool.stop().await;
    let result = cognito.identify(&token, at(0)).await;
    assert!(unavailable(&result), "{result:?}");
}

#[tokio::test]
async fn get_user_is_another_source_of_the_same_profile() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.get_user();
    let token = pool.token("a", "subject-1");
    let verified = cognito.identify(&token, at(0)).await.unwrap();
    let profile = cognito.profile(&verified).await.unwrap();
    assert_eq!(profile.email(), Some("mary@example.com"));
    assert_eq!(profile.user_name(), Some("mary_ann"));
    cognito.profile(&verified).await.unwrap();
    assert_eq!(pool.calls(), (1, 1));

    let other = pool.token("a", "subject-2");
    let verified = cognito.identify(&other, at(0)).await.unwrap();
    let result = cognito.profile(&verified).await;
    assert!(
        matches!(result, Err(LinkProblem::Foreign(ForeignToken::Subject))),
        "{result:?}"
    );
}

/// `GetUser` would refuse such a token as it refuses a revoked one; the link was made before the
/// skill asked for the scope.
#[tokio::test]
async fn a_token_that_get_user_would_refuse_is_not_sent_to_it() {
    let pool = Pool::start(&["a"]).await;
    let mut claims = pool.claims("subject-1");
    claims["scope"] = "openid email".into();
    let token = AccessToken::from(test_token::sign("a", &claims));
    let result = pool.get_user().identify(&token, at(0)).await;
    assert!(
        matches!(result, Err(LinkProblem::Expired(StaleLink::MissingScope))),
        "{result:?}"
    );
    assert_eq!(pool.calls(), (0, 0));
    assert!(pool.directory().identify(&token, at(0)).await.is_ok());
}

#[tokio::test]
async fn get_user_tells_a_refusal_from_a_failure() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.get_user();
    let token = pool.token("a", "subject-1");
    let verified = cognito.identify(&token, at(0)).await.unwrap();
    pool.fail(429);
    let busy = cognito.profile(&verified).await;
    assert!(unavailable(&busy), "{busy:?}");
    let text = format!("{busy:?}");
    assert!(text.contains("TooManyRequestsException"), "{text}");
    assert!(!text.contains("mary"), "{text}");
    pool.fail(418);
    let strange = cognito.profile(&verified).await;
    assert!(unavailable(&strange), "{strange:?}");
    let text = format!("{strange:?}");
    assert!(!text.contains("mary") && text.len() < 200, "{text}");
    pool.fail(401);
    let revoked = cognito.profile(&verified).await;
    assert!(
        matches!(revoked, Err(LinkProblem::Expired(StaleLink::Revoked))),
        "{revoked:?}"
    );
}
