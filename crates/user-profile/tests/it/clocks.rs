//! Requests that are dated otherwise than they are received: what one says about its own token,
//! and that it has no effect on the ones after it.

use user_profile::{LinkProblem, StaleLink};

use crate::amazon::{Amazon, token as amazon_token};
use crate::pool::Pool;
use crate::{at, dated, foreign_key, test_token};

const YEAR: i64 = 365 * 24 * 3_600;

fn expired<T>(result: &Result<T, LinkProblem>) -> bool {
    matches!(result, Err(LinkProblem::Expired(StaleLink::PastExpiry)))
}

#[tokio::test]
async fn a_request_dated_far_ahead_does_not_keep_keys_from_being_fetched() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    cognito
        .identify(&pool.token("a", "s"), at(0))
        .await
        .unwrap();
    let mut claims = pool.claims("s");
    claims["exp"] = (test_token::NOW + 20 * YEAR).into();
    let lasting = test_token::sign("b", &claims).into();
    let unknown = cognito.identify(&lasting, dated(10 * YEAR, 60)).await;
    assert!(foreign_key(&unknown), "{unknown:?}");
    assert_eq!(pool.calls().0, 2);

    pool.publish(&["a", "b"]);
    // Within the minute of the machine, whatever the request says.
    for now in [at(119), dated(YEAR, 119), dated(20 * YEAR - 1, 119)] {
        let early = cognito.identify(&lasting, now).await;
        assert!(foreign_key(&early), "{early:?}");
    }
    assert_eq!(pool.calls().0, 2);
    cognito.identify(&lasting, at(120)).await.unwrap();
    assert_eq!(pool.calls().0, 3);
}

/// A machine's clock is set back when it was wrong.
#[tokio::test]
async fn a_clock_that_was_set_back_does_not_keep_keys_from_being_fetched() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    cognito
        .identify(&pool.token("a", "s"), at(1_000))
        .await
        .unwrap();
    pool.publish(&["a", "b"]);
    let token = pool.token("b", "s");
    cognito.identify(&token, at(10)).await.unwrap();
}

#[tokio::test]
async fn a_request_dated_far_ahead_forgets_nothing() {
    let pool = Pool::start(&["a"]).await;
    let cognito = pool.directory();
    let token = pool.token("a", "subject-1");
    let verified = cognito.identify(&token, at(0)).await.unwrap();
    cognito.profile(&verified).await.unwrap();
    let late = cognito.identify(&token, dated(10 * YEAR, 1)).await;
    assert!(expired(&late), "{late:?}");
    let verified = cognito.identify(&token, at(2)).await.unwrap();
    cognito.profile(&verified).await.unwrap();
    assert_eq!(pool.calls(), (1, 1));
}

#[tokio::test]
async fn a_request_dated_far_ahead_makes_no_token_of_amazon_last() {
    let (amazon, directory) = Amazon::start().await;
    let token = amazon_token();
    directory
        .identify(&token, dated(10 * YEAR, 0))
        .await
        .unwrap();
    directory.identify(&token, at(3_500)).await.unwrap();
    assert_eq!(amazon.asked().len(), 1);
    directory.identify(&token, at(3_700)).await.unwrap();
    assert_eq!(amazon.asked().len(), 2);
}

/// On a local stage, time passes by the requests.
#[tokio::test]
async fn a_token_of_amazon_expires_by_either_clock() {
    let (amazon, directory) = Amazon::start().await;
    let token = amazon_token();
    let stage = 2 * YEAR;
    directory.identify(&token, dated(stage, 0)).await.unwrap();
    let later = dated(stage + 3_500, 1);
    directory.identify(&token, later).await.unwrap();
    let past = directory.identify(&token, dated(stage + 3_700, 2)).await;
    assert!(expired(&past), "{past:?}");
    assert_eq!(amazon.asked().len(), 1);
}
