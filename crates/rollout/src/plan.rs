//! What a deployment would do, found out by reading only.

mod identity;

use infra::stack_file::Region;
use infra::stacks::SkillOutputs;
use models::account_linking::AccountLinking;
use models::ids::SkillId;
use serde_json::json;

use crate::accounts::Accounts;
use crate::aws::identity::LivePool;
use crate::aws::stack::{Decision, Observed, decide, stack_part};
use crate::diff::change::{Change, Field, Kind, Replacement};
use crate::diff::{Part, Plan, stack};
use crate::error::Error;
use crate::guards::{self, Guard};
use crate::live;
use crate::package::Rendered;
use crate::progress::Step;
use crate::session::Session;
use crate::steps::bundle::{self, Building, Bundle};
use crate::steps::{abandoned, drift, enablement, linking, package, recover, skill_stack};
use crate::template::Template;

/// A plan, what its guards need to know, and what is deployed if it is empty.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) pool: Option<LivePool>,
    /// What keeps people from signing in where they shall.
    pub(crate) obstacle: Option<Error>,
    pub(crate) deployed: Option<Deployed>,
}

impl Planned {
    /// Refuses what a guard is there for, unless it is allowed, and what cannot be made.
    pub(crate) fn check(&self, allowed: &[Guard]) -> Result<(), Error> {
        guards::check(&self.plan, self.pool.as_ref(), allowed)?;
        self.obstacle.clone().map_or(Ok(()), Err)
    }
}

/// A finished deployment.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// The skill.
    pub skill_id: SkillId,
    /// Whose accounts people link.
    pub accounts: Accounts,
    /// The function in each region, the default first.
    pub functions: Vec<(Region, SkillOutputs)>,
    /// The skill package.
    pub package: Rendered,
    /// Account linking, without its secret.
    pub linking: AccountLinking,
}

/// Reads everything that decides; changes nothing.
pub(crate) async fn plan(
    session: &Session<'_>,
    building: &mut Building<'_>,
) -> Result<Planned, Error> {
    let people = identity::people(session).await?;
    let remembered = session.store.state().await.skill.is_some();
    let skill = recover::skill(session).await?.and_then(|skill| skill.id);
    let skill_part = skill_part(skill.as_ref(), remembered);

    let bundle = building.get().await?;
    let known = people.accounts.as_ref().zip(skill.as_ref());
    let stacks = skill_stacks(session, &bundle, known);
    let linking = linking_part(session, known);
    let enablement = enablement_part(session, skill.as_ref());
    let (stacks, linking, enablement) = tokio::join!(stacks, linking, enablement);
    let (stacks, (linking_part, linking)) = (stacks?, linking?);
    let (package_part, rendered) =
        package_part(session, skill.as_ref(), stacks.functions.as_deref()).await?;

    let mut parts = people.parts;
    parts.extend([code_part(&bundle, &stacks), skill_part]);
    parts.extend(stacks.parts);
    parts.extend(stacks.drifts);
    parts.extend([package_part, linking_part, enablement?]);
    // What is not there, or has nothing to do, need not be asked about.
    if let Some(skill) = &skill
        && parts.iter().any(|part| part.action.is_some())
        && live::exists(session, skill).await?
    {
        live::mark(&mut parts);
    }
    // Only what the live version does not name either.
    parts.extend(abandoned::parts(session, skill.as_ref()).await?);
    let plan = Plan { parts };
    let deployed = match (skill, people.accounts, stacks.functions, linking) {
        (Some(skill_id), Some(accounts), Some(functions), Some(linking)) if plan.is_empty() => {
            Some(Deployed {
                skill_id,
                accounts,
                functions,
                package: rendered,
                linking,
            })
        }
        _ => None,
    };
    Ok(Planned {
        plan,
        pool: people.pool,
        obstacle: people.obstacle,
        deployed,
    })
}

fn skill_part(skill: Option<&SkillId>, remembered: bool) -> Part {
    let change = |fields| vec![Change::new(Kind::Added, "skill", fields)];
    match skill {
        Some(_) if remembered => Part {
            unchanged: 1,
            ..Part::nothing(Step::Skill)
        },
        Some(id) => {
            let id = Field::new(vec!["id".to_owned()], None, Some(json!(id)));
            let action = "take up the skill that is there already; the state does not name it";
            Part::of(Step::Skill, action, change(vec![id]), 0)
        }
        None => {
            let action = "create it, or find the one begun";
            Part::of(Step::Skill, action, change(Vec::new()), 0)
        }
    }
}

/// The observed stack if its outputs will be the same after the change.
fn kept<'a>(part: &Part, observed: Option<&'a Observed>) -> Option<&'a Observed> {
    let same = |change: &Change| {
        change.kind != Kind::Removed
            && (change.replacement == Replacement::No
                // A new version is what its alias is for.
                || change.resource_type.as_deref() == Some("AWS::Lambda::Version"))
    };
    observed.filter(|_| part.changes.iter().all(same))
}

/// The skill stacks, and the functions if all of them stay the ones that they are.
struct Stacks {
    parts: Vec<Part>,
    drifts: Vec<Part>,
    functions: Option<Vec<(Region, SkillOutputs)>>,
    /// Digests of the code that is deployed.
    code: Vec<(Region, Option<String>)>,
}

async fn skill_stacks(
    session: &Session<'_>,
    bundle: &Bundle,
    known: Option<(&Accounts, &SkillId)>,
) -> Result<Stacks, Error> {
    let mut parts = Vec::new();
    let mut drifts = Vec::new();
    let mut functions = Some(Vec::new());
    let mut code = Vec::new();
    for region in session.inputs.skill_regions() {
        let step = Step::SkillStack(region.clone());
        let Some((accounts, skill)) = known else {
            let template = skill_stack::template(session)?;
            let stage = ("Stage".to_owned(), session.inputs.stage.to_string());
            let after = Template::read(&template, &[stage].into())?;
            let (changes, _) = stack::changes(None, &after);
            parts.push(Part {
                complete: false,
                ..Part::of(step, "deploy", changes, 0)
            });
            functions = None;
            code.push((region, None));
            continue;
        };
        let client = skill_stack::client(session, &region, accounts, skill, bundle)?;
        let observed = client.observe().await?;
        if decide(client.desired(), observed.as_ref()) == Decision::Stuck {
            return Err(client.stuck().await?);
        }
        let part = stack_part(step, client.desired(), observed.as_ref())?;
        drifts.push(drift::functions::part(&region, &client, observed.as_ref()).await?);
        code.push((region.clone(), observed.as_ref().and_then(deployed_code)));
        let outputs = kept(&part, observed.as_ref())
            .and_then(|observed| skill_stack::outputs(&client.desired().name, observed).ok());
        functions = match (functions, outputs) {
            (Some(mut functions), Some(outputs)) => {
                functions.push((region, outputs));
                Some(functions)
            }
            _ => None,
        };
        parts.push(part);
    }
    Ok(Stacks {
        parts,
        drifts,
        functions,
        code,
    })
}

fn deployed_code(observed: &Observed) -> Option<String> {
    bundle::digest_in(observed.parameters.get("CodeKey")?).map(str::to_owned)
}

fn code_part(bundle: &Bundle, stacks: &Stacks) -> Part {
    let value = |digest: &str| json!(format!("sha256:{digest}"));
    let changes: Vec<_> = stacks
        .code
        .iter()
        .filter(|(_, before)| before.as_deref() != Some(bundle.digest()))
        .map(|(region, before)| {
            let field = Field::new(
                vec!["digest".to_owned()],
                before.as_deref().map(value),
                Some(value(bundle.digest())),
            );
            Change::new(field.kind, format!("code {region}"), vec![field])
        })
        .collect();
    let unchanged = stacks.code.len() - changes.len();
    Part::of(Step::Build, "upload the Lambda's code", changes, unchanged)
}

async fn package_part(
    session: &Session<'_>,
    skill: Option<&SkillId>,
    functions: Option<&[(Region, SkillOutputs)]>,
) -> Result<(Part, Rendered), Error> {
    let endpoints = functions.map(|functions| package::endpoints(session, functions));
    let desired = package::desired(session, endpoints.as_ref()).await;
    let stored = match skill {
        Some(skill) => Some(package::observe(session, skill, desired.locales()).await?),
        None => None,
    };
    let record = session.store.state().await.skill;
    let record = record.and_then(|skill| skill.package);
    let mut part = package::part(&desired, stored.as_ref(), record.as_ref());
    if endpoints.is_none() {
        // The functions' ARNs are not known yet; they alone are left out.
        part.complete = false;
        for change in &mut part.changes {
            change
                .fields
                .retain(|field| !package::has_arns(&field.path));
        }
        let told = |change: &Change| change.kind != Kind::Changed || !change.fields.is_empty();
        part.changes.retain(told);
        part.action = Some("import when the functions' ARNs are known".to_owned());
    }
    Ok((part, desired))
}

async fn linking_part(
    session: &Session<'_>,
    known: Option<(&Accounts, &SkillId)>,
) -> Result<(Part, Option<AccountLinking>), Error> {
    let Some((accounts, skill)) = known else {
        let change = Change::new(Kind::Added, linking::SUBJECT, Vec::new());
        let part = Part {
            complete: false,
            ..Part::of(
                Step::Linking,
                "write when client and skill are known",
                vec![change],
                0,
            )
        };
        return Ok((part, None));
    };
    let (desired, observed) = tokio::join!(
        linking::foreseen(session, accounts),
        linking::observe(session, skill)
    );
    let ((desired, secret), observed) = (desired?, observed?);
    let record = session.store.state().await.linking;
    let observed = observed.as_ref().map(|observed| &observed.value);
    let part = linking::part(&desired, secret.as_ref(), observed, record.as_ref());
    Ok((part, Some(desired)))
}

async fn enablement_part(session: &Session<'_>, skill: Option<&SkillId>) -> Result<Part, Error> {
    let enabled = match skill {
        Some(skill) => enablement::observe(session, skill).await?,
        None => false,
    };
    Ok(enablement::part(enabled))
}
