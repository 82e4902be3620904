//! Where people's data is to lie: a stage's home region can never change, so that it is not left to a default
//! when the stage is made.

use crate::error::{Code, Error};
use crate::stage_in_another_region::{Place, found};

/// Refuses to make a stage whose home region nobody has chosen. A stage that exists stays where it is.
pub(crate) async fn check(place: Place<'_>) -> Result<(), Error> {
    let Place {
        stack, stage, home, ..
    } = place;
    let chosen = stack.stage(stage).is_some_and(|it| it.is_region_chosen);
    if chosen || found(place, home).await?.is_some() {
        return Ok(());
    }
    Err(Error::new(
        Code::Region,
        format!(
            "stack.toml does not say in which region people's data of stage {stage} is to lie, and that \
             can never change"
        ),
    )
    .because(format!(
        "these regions have Cognito: {}",
        facts::cognito::regions().join(", ")
    ))
    .hint(format!(
        "write the region into stack.toml, such as `stages.{stage}.region = \"{home}\"`; where the function \
         runs is another matter"
    )))
}
