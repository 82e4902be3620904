//! The judges that are written in Python.

use anyhow::{Result, ensure};
use xshell::cmd;

use super::toolbox::Toolbox;

/// Warnings fail as well: a template is either right or explained in its metadata.
pub(super) fn cfn_lint(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let cfn_lint = toolbox.python_program("cfn-lint")?;
    let templates = templates(toolbox)?;
    Ok(cmd!(sh, "{cfn_lint} {templates...}").run()?)
}

fn templates(toolbox: &Toolbox) -> Result<Vec<std::path::PathBuf>> {
    let folder = toolbox.root.join("infra/templates");
    let mut templates = toolbox.sh.read_dir(&folder)?;
    templates.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    ensure!(
        !templates.is_empty(),
        "no template in {}; `cargo xtask render` writes them",
        folder.display()
    );
    Ok(templates)
}
