//! Saves a conversation as a test: a new file in `tests/conversations` of the project that the stage was
//! started for. It is the only thing that a stage writes into a project, and it changes no file.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::conversation_file::{Person, file_name, render};
use crate::alexa::Alexa;
use crate::base::guard::{Caller, Door};
use crate::cognito::Cognito;

/// Where conversation tests are, in a project.
const FOLDER: &str = "tests/conversations";

/// The state of the door.
#[derive(Debug, Clone)]
pub(super) struct Saving {
    pub(super) alexa: Alexa,
    pub(super) cognito: Cognito,
    /// The project's folder; a stage that was started for none writes no file.
    pub(super) project: Option<Arc<Path>>,
}

pub(super) fn doors(saving: &Saving) -> Vec<Door> {
    let save = Door::post("/turns/test", Caller::StageToken, save);
    Door::all(saving, [save])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    /// Their numbers.
    turns: Vec<u64>,
    name: String,
    /// Also writes the file.
    #[serde(default)]
    save: bool,
}

type Problem = (StatusCode, Json<Value>);

fn problem(status: StatusCode, text: impl Into<String>) -> Problem {
    (status, Json(json!({ "error": text.into() })))
}

async fn save(
    State(saving): State<Saving>,
    Json(test): Json<Test>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let turns = saving.alexa.turns(&test.turns);
    if turns.is_empty() {
        let text = "None of these turns is kept: GET /turns lists those that are.";
        return Err(problem(StatusCode::NOT_FOUND, text));
    }
    let people: Vec<Person> = saving
        .cognito
        .people()
        .as_array()
        .map_or_else(Vec::new, |all| all.iter().map(Person::of).collect());
    let yaml = render(test.name.trim(), &turns, &people);
    let name = file_name(&test.name);
    if !test.save {
        let document = json!({ "file": file(&name), "yaml": yaml, "saved": false });
        return Ok((StatusCode::OK, Json(document)));
    }
    let Some(project) = &saving.project else {
        let text = format!(
            "This stage was started for no project; save the text as {} yourself.",
            file(&name)
        );
        return Err(problem(StatusCode::CONFLICT, text));
    };
    let file = write(project, &name, &yaml).map_err(|error| {
        let text = format!("Cannot write {}: {error}", file(&name));
        problem(StatusCode::INTERNAL_SERVER_ERROR, text)
    })?;
    let document = json!({ "file": file, "yaml": yaml, "saved": true });
    Ok((StatusCode::CREATED, Json(document)))
}

fn file(name: &str) -> String {
    format!("{FOLDER}/{name}.yaml")
}

/// Writes a new file; where there is one of that name, the next free number is added to it.
fn write(project: &Path, name: &str, yaml: &str) -> io::Result<String> {
    fs::create_dir_all(project.join(FOLDER))?;
    let numbered = (2..1000).map(|number| file(&format!("{name}-{number}")));
    for file in std::iter::once(file(name)).chain(numbered) {
        let path = project.join(&file);
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(mut new) => return new.write_all(yaml.as_bytes()).map(|()| file),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

impl Person {
    /// One of `GET /people`.
    fn of(person: &Value) -> Self {
        let attribute = |name: &str| {
            let mut attributes = person["attributes"].as_array().into_iter().flatten();
            let attribute = attributes.find(|attribute| attribute["Name"] == name)?;
            attribute["Value"].as_str().map(str::to_owned)
        };
        // Cognito makes up the subject, and takes it where people choose no name.
        let user_name = person["Username"].as_str().map(str::to_owned);
        let user_name = user_name.filter(|name| attribute("sub").as_ref() != Some(name));
        Self {
            name: attribute("name"),
            email: attribute("email"),
            phone: attribute("phone_number"),
            user_name: attribute("preferred_username").or(user_name),
        }
    }
}
