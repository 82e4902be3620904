//! The questions of `cargo xtask init` to whoever sits at a terminal.

use infra::StackFile;
use infra::stack_file::Region;

use super::Options;
use super::edits::{self, Names};
use crate::failure::{Code, Failure};

/// Questions to whoever sits at a terminal, about what no flag has said. No answer leaves a thing as it
/// is.
pub(super) fn ask_for_what_is_missing(
    options: &mut Options,
    names: &Names,
    homeless: &[String],
    ask: Ask<'_>,
) -> Result<(), Failure> {
    let current = names.store.values().next().cloned().unwrap_or_default();
    for (question, flag) in [
        (
            format!("name of the skill [{current}]: "),
            &mut options.name,
        ),
        (
            "how people sign in, a preset of docs/identity.md [email]: ".to_owned(),
            &mut options.preset,
        ),
        (
            "prefix of the sign-in host [{name}-{stage}-{account}]: ".to_owned(),
            &mut options.domain_prefix,
        ),
    ] {
        if flag.is_none() {
            *flag = answer(ask, &question)?;
        }
    }
    if options.invocation_name.is_empty() {
        let usual = options.name.as_deref().map(edits::invocation_name);
        for (locale, before) in &names.spoken {
            let usual = usual.as_ref().unwrap_or(before);
            let question = format!("what people call it in {locale} [{usual}]: ");
            let said = answer(ask, &question)?.map(|said| (locale.clone(), said));
            options.invocation_name.extend(said);
        }
    }
    if options.region.is_empty() {
        for (part, usual) in [
            ("default", Region::us_east_1().as_str()),
            ("NA", "as default"),
            ("EU", "as default"),
            ("FE", "as default"),
        ] {
            let question = format!("region of the function for {part} [{usual}]: ");
            let said = answer(ask, &question)?.map(|said| (part.to_owned(), said));
            options.region.extend(said);
        }
    }
    if options.stage.is_empty() {
        if !homeless.is_empty()
            && let Some(region) = answer(ask, &home_region_question(homeless))?
        {
            let stages = homeless.iter().map(|stage| format!("{stage}={region}"));
            options.stage.extend(stages);
        }
        let said = answer(
            ask,
            "stages besides these, or other regions, as NAME=REGION []: ",
        )?
        .unwrap_or_default();
        options
            .stage
            .extend(said.split_whitespace().map(str::to_owned));
    }
    Ok(())
}

/// The real stages whose home region is written nowhere; none if the file cannot be read, which is told later.
pub(super) fn homeless(stack: &str) -> Vec<String> {
    let Ok(stack) = StackFile::parse(stack, "stack.toml") else {
        return Vec::new();
    };
    let stages = stack.stages.iter();
    stages
        .filter(|(_, stage)| !stage.is_region_chosen)
        .map(|(name, _)| name.to_string())
        .collect()
}

/// The question where people's data is to lie. No answer leaves it open until the first real deployment.
pub(crate) fn home_region_question(stages: &[String]) -> String {
    format!(
        "home region of {}, where people's data lies for good, such as eu-west-1 [decide later]: ",
        stages.join(" and ")
    )
}

type Ask<'a> = &'a mut dyn FnMut(&str) -> std::io::Result<String>;

fn answer(ask: Ask<'_>, question: &str) -> Result<Option<String>, Failure> {
    let answer = ask(question)
        .map_err(|error| Failure::new(Code::Init, format!("nobody answers: {error}")))?;
    Ok(Some(answer).filter(|answer| !answer.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::wanted;

    #[test]
    fn everything_that_no_flag_has_said_is_asked_for() {
        #[derive(clap::Parser)]
        struct Command {
            #[command(flatten)]
            options: Options,
        }
        let mut options =
            <Command as clap::Parser>::parse_from(["init", "--preset", "email"]).options;
        let mut names = Names::default();
        names.spoken.insert("en-US".to_owned(), "old".to_owned());
        let mut asked = Vec::new();
        let mut ask = |question: &str| {
            let answers = [
                ("name", "Taxi Desk"),
                ("what people", "my taxi"),
                ("region of the function for EU", "eu-west-1"),
                ("home region of dev and prod, ", "eu-west-2"),
                ("stages", "trial  prod=eu-central-1"),
            ];
            asked.push(question.to_owned());
            let answer = answers
                .into_iter()
                .find(|(about, _)| question.starts_with(about));
            Ok(answer.map_or("", |(_, answer)| answer).to_owned())
        };
        let homeless = homeless("name = 'guide'\n[stages.beta]\nregion = 'eu-west-1'");
        ask_for_what_is_missing(&mut options, &names, &homeless, &mut ask).unwrap();
        assert!(
            asked.contains(&"what people call it in en-US [taxi desk]: ".to_owned()),
            "{asked:?}"
        );
        assert!(
            !asked.iter().any(|question| question.contains("preset")),
            "{asked:?}"
        );
        assert_eq!(options.name.as_deref(), Some("Taxi Desk"));
        assert_eq!(options.domain_prefix, None);
        let wanted = wanted(&options, &names).unwrap();
        assert_eq!(wanted.invocation_names["en-US"], "my taxi");
        assert_eq!(wanted.regions["EU"], "eu-west-1");
        assert_eq!(wanted.stages["prod"].as_deref(), Some("eu-central-1"));
        assert_eq!(wanted.stages["dev"].as_deref(), Some("eu-west-2"));
        assert_eq!(wanted.stages["trial"], None);
    }
}
