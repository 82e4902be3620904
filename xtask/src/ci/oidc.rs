//! The OAuth endpoints of a local stage, asked by clients that were written for others: the matrix of endpoint
//! by outcome in `judges/browsers/oidc`.

use anyhow::Result;
use serde_json::json;
use xshell::cmd;

use super::presets::{self, EMAIL};
use super::stage::{self, OwnStage};
use super::toolbox::Toolbox;

pub(super) fn oidc(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let judge = toolbox.node_judge("browsers")?;
    let chromium = judge.join("chromium.mjs");
    cmd!(sh, "node {chromium}").run()?;
    let stage = OwnStage::start(None)?;
    let report = stage::deploy_with(toolbox, EMAIL)?;
    let input = json!({ "access": stage.access, "userPoolId": report.user_pool()? });
    let in_folder = sh.push_dir(&judge);
    cmd!(sh, "node --test-reporter=spec oidc/main.mjs")
        .stdin(input.to_string())
        .run()?;
    drop(in_folder);
    stage.stop();
    presets::tell(toolbox, &[EMAIL])
}
