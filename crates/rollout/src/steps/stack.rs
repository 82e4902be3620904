//! Bringing any stack to its desired state.

use crate::aws::stack::{Decision, Observed, StackClient, decide};
use crate::error::{Code, Error};
use crate::session::Session;

/// Observes and acts until nothing is left to do.
pub(crate) async fn ensure(
    session: &Session<'_>,
    client: &StackClient,
) -> Result<(Observed, String), Error> {
    let mut outcome = "unchanged".to_owned();
    let mut acted = false;
    let mut observed = client.observe().await?;
    loop {
        let decision = decide(client.desired(), observed.as_ref());
        match (&decision, observed) {
            (Decision::Nothing, Some(observed)) => return Ok((observed, outcome)),
            (Decision::Update(reasons), _) if acted => {
                return Err(Error::new(
                    Code::Stack,
                    format!(
                        "stack {} was deployed and still differs in: {}",
                        client.desired().name,
                        reasons.join(", ")
                    ),
                )
                .hint("somebody else may be deploying it too; run the command again"));
            }
            _ => {}
        }
        session.may_change()?;
        observed = Some(client.act(&decision).await?);
        acted |= matches!(
            decision,
            Decision::Create | Decision::Resume(_) | Decision::Update(_)
        );
        outcome = match decision {
            Decision::Create => "created".to_owned(),
            Decision::Resume(status) => format!("resumed after {status}"),
            Decision::Update(reasons) => format!("updated: {}", reasons.join(", ")),
            Decision::Protect => "protected".to_owned(),
            Decision::Nothing | Decision::Wait | Decision::Stuck => outcome,
        };
    }
}
