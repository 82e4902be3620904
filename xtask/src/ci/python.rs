//! The judges that are written in Python.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use infra::{OwnResources, StackFile, stacks};
use serde::Deserialize;
use xshell::cmd;

use super::toolbox::Toolbox;

/// A template in both notations.
struct Rendered {
    yaml: PathBuf,
    json: PathBuf,
}

/// Warnings fail as well: a template is either right or explained in its metadata.
pub(super) fn cfn_lint(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let cfn_lint = toolbox.python_program("cfn-lint")?;
    let mut templates: Vec<_> = rendered(toolbox)?
        .into_iter()
        .map(|rendered| rendered.yaml)
        .collect();
    // As the tool deploys it, with what keeps data.
    let own = sh.read_file(toolbox.root.join("examples/taxi").join(OwnResources::FILE))?;
    let own = OwnResources::parse(&own, OwnResources::FILE)?;
    let resources = toolbox.folder.join("templates/resources.json");
    write(&resources, &own.template().to_string())?;
    templates.push(resources);
    Ok(cmd!(sh, "{cfn_lint} {templates...}").run()?)
}

/// An action that IAM does not know, or not for the resource that it is allowed on, allows nothing.
pub(super) fn policies(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let judge = toolbox.judge("iam_judge.py");
    let templates: Vec<_> = rendered(toolbox)?
        .into_iter()
        .map(|rendered| rendered.json)
        .collect();
    cmd!(sh, "{python} {judge} {templates...}").run()?;
    // The decisions of the local stage about calls of functions.
    let rows = toolbox
        .root
        .join("crates/local-cloud/src/aws/iam/evaluate/rows.json");
    let judge = toolbox.node_judge("iam")?;
    let _in_folder = sh.push_dir(&judge);
    Ok(cmd!(sh, "node main.mjs {rows}").run()?)
}

/// `stack.schema.json` allows the stack files of this repository, the examples of the documentation and what the tests
/// of `infra` have read, and none that they have seen refused.
pub(super) fn stack_schema(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let judge = toolbox.judge("stack_schema.py");
    let cases = toolbox.folder.join("stack-schema");
    sh.remove_path(&cases)?;
    cmd!(
        sh,
        "cargo test --quiet --package voicelink-infra --lib declaration"
    )
    .env("STACK_SCHEMA_CASES", &cases)
    .run()?;
    Ok(cmd!(sh, "{python} {judge} {cases}").run()?)
}

/// CloudFormation reads YAML 1.1, in which a plain `OFF` is no text.
pub(super) fn yaml(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let judge = toolbox.judge("yaml_judge.py");
    let pairs: Vec<_> = rendered(toolbox)?
        .into_iter()
        .flat_map(|rendered| [rendered.yaml, rendered.json])
        .collect();
    Ok(cmd!(sh, "{python} {judge} {pairs...}").run()?)
}

/// The schemas that the local stage judges templates by are Amazon's, as cfn-lint ships them.
pub(super) fn schemas(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let find = "import cfnlint, pathlib; \
                print(pathlib.Path(cfnlint.__file__).parent / 'data' / 'schemas')";
    let folder = PathBuf::from(cmd!(sh, "{python} -c {find}").read()?);
    let printed = cmd!(
        sh,
        "cargo run --quiet --package voicelink-local-cloud --bin schemas -- {folder}"
    )
    .read()?;
    let Reduced { schemas, stale } = serde_json::from_str(&printed)?;
    create_only(&schemas)?;
    if stale.is_empty() {
        return Ok(());
    }
    let fresh = toolbox.folder.join("schemas");
    for (name, text) in schemas {
        sh.write_file(fresh.join(name), text)?;
    }
    bail!(
        "crates/facts/resource-schemas differs from cfn-lint's copies in {}; review and copy the \
         ones in {}",
        stale.join(", "),
        fresh.display()
    )
}

/// What the program `schemas` of the local stage prints.
#[derive(Deserialize)]
struct Reduced {
    schemas: BTreeMap<String, String>,
    stale: Vec<String>,
}

/// So are the facts by which a plan tells a replacement.
fn create_only(schemas: &BTreeMap<String, String>) -> Result<()> {
    let schemas = schemas
        .iter()
        .map(|(name, text)| serde_json::from_str(text).with_context(|| name.clone()))
        .collect::<Result<Vec<serde_json::Value>>>()?;
    let stale = rollout::diff::create_only::stale(&schemas);
    ensure!(
        stale.is_empty(),
        "crates/rollout/facts/create-only.json is not what cfn-lint's schemas say of {}",
        stale.join(", ")
    );
    Ok(())
}

/// The inputs that the local stage checks, the members that the rollout compares and writes back, and the
/// regions that user pools can be in.
pub(super) fn cognito_api(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let models = toolbox.service_models()?;
    let judge = toolbox.judge("cognito_model.py");
    let inputs = toolbox
        .root
        .join("crates/local-cloud/src/cognito/api/model.json");
    let members = toolbox.root.join("crates/rollout/facts/cognito.json");
    let regions = toolbox.root.join("crates/facts/cognito-regions.json");
    let fresh = toolbox.folder.join("cognito-api");
    Ok(cmd!(
        sh,
        "{python} {judge} --inputs {inputs} --members {members} --regions {regions} --fresh {fresh}"
    )
    .env("PYTHONPATH", models)
    .run()?)
}

/// The committed templates, those of the presets, and those of the stack files in `judges/stacks`,
/// which ask for what ours does not.
fn rendered(toolbox: &Toolbox) -> Result<Vec<Rendered>> {
    let mut rendered = render(toolbox, &toolbox.root.join("stack.toml"), true)?;
    let folder = toolbox.judge("stacks");
    let mut others = toolbox.sh.read_dir(&folder)?;
    others.sort();
    ensure!(
        !others.is_empty(),
        "{} has no stack files",
        folder.display()
    );
    let presets = toolbox.sh.read_dir(toolbox.root.join("infra/presets"))?;
    ensure!(!presets.is_empty(), "infra/presets has no stack files");
    for other in others.into_iter().chain(presets) {
        rendered.extend(render(toolbox, &other, false)?);
    }
    Ok(rendered)
}

/// Writes the JSON of its templates, and their YAML too unless that is committed.
fn render(toolbox: &Toolbox, stack_file: &Path, committed: bool) -> Result<Vec<Rendered>> {
    let text = fs::read_to_string(stack_file)
        .with_context(|| format!("cannot read {}", stack_file.display()))?;
    let stack = StackFile::parse(&text, &stack_file.display().to_string())?;
    let stem = stack_file.file_stem().unwrap_or_default();
    let folder = toolbox.folder.join("templates").join(stem);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut rendered = Vec::new();
    let mut templates = Vec::new();
    if stack.identity.has_a_pool() {
        templates.push(("identity", stacks::identity(&stack)));
    }
    templates.push(("skill", stacks::skill(&stack)));
    templates.push(("delivery", stacks::delivery(&stack)));
    for (name, template) in templates {
        let json = folder.join(name).with_extension("json");
        write(&json, &template.to_json()?.to_string())?;
        let yaml = if committed {
            toolbox.root.join("infra/templates").join(name)
        } else {
            folder.join(name)
        };
        let yaml = yaml.with_extension("yaml");
        if !committed {
            write(&yaml, &template.to_yaml()?)?;
        }
        rendered.push(Rendered { yaml, json });
    }
    Ok(rendered)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
