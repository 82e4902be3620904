//! Vendors and skills.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use local_access::VENDOR_ID;
use serde_json::{Value, json};

use super::errors::{Refusal, Violation};
use super::skill::{Change, Pending, Skill};
use super::{manifest, manifest_rules, object, place};
use crate::alexa::Alexa;
use crate::base::pace::Progress;

/// The most skills that one page can list.
const PAGE_LIMIT: usize = 50;

/// `GET /v1/vendors`
pub(super) async fn vendors() -> Json<Value> {
    Json(json!({
        "vendors": [{ "id": VENDOR_ID, "name": "Local developer", "roles": ["ROLE_OWNER"] }],
    }))
}

/// `POST /v1/skills`
pub(super) async fn create(State(alexa): State<Alexa>, body: Bytes) -> Result<Response, Refusal> {
    let body = object(&body)?;
    owner(body.get("vendorId"))?;
    let Some(document) = body.get("manifest") else {
        return Err(Refusal::bad_request(
            "Skill creation request is not valid.",
            vec![Violation::at(
                "$",
                "MISSING_REQUIRED_PROPERTY",
                "Required property is missing: manifest.",
            )],
        ));
    };
    let document = manifest_rules::check(document)
        .map_err(|violations| Refusal::bad_request("Manifest is not valid.", violations))?;

    let id = Skill::new_id();
    let decided = manifest::triggers(&alexa, &id, document);
    let mut skill = Skill::new(id.clone(), alexa.now());
    skill.pending = Some(Pending {
        progress: Progress::start(alexa.pace()),
        change: Change::Manifest(decided),
    });
    alexa.state().skills.insert(id.clone(), skill);
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, format!("/v1/skills/{id}/status"))],
        Json(json!({ "skillId": id })),
    )
        .into_response())
}

/// Refuses every vendor but the caller's own.
pub(super) fn owner(vendor_id: Option<&Value>) -> Result<(), Refusal> {
    match vendor_id.and_then(Value::as_str) {
        Some(VENDOR_ID) => Ok(()),
        Some(other) => Err(Refusal::forbidden(format!(
            "The caller is not a member of the vendor {other}; GET /v1/vendors lists the vendors."
        ))),
        None => Err(Refusal::bad_request(
            "Vendor ID is not valid.",
            vec![Violation::at(
                "$",
                "MISSING_REQUIRED_PROPERTY",
                "Required property is missing: vendorId.",
            )],
        )),
    }
}

/// What a listing is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Listing {
    vendor_id: Option<String>,
    skill_ids: Vec<String>,
    start: usize,
    size: usize,
}

impl Listing {
    fn parse(query: &str) -> Result<Self, Refusal> {
        let mut listing = Self {
            size: 10,
            ..Self::default()
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "vendorId" => listing.vendor_id = Some(value.into_owned()),
                "skillId" => listing.skill_ids.push(value.into_owned()),
                "maxResults" => {
                    listing.size = value
                        .parse()
                        .ok()
                        .filter(|size| (1..=PAGE_LIMIT).contains(size))
                        .ok_or_else(|| {
                            Refusal::bad_request(
                                format!("maxResults must be between 1 and {PAGE_LIMIT}."),
                                Vec::new(),
                            )
                        })?;
                }
                "nextToken" => {
                    listing.start = value
                        .strip_prefix("after-")
                        .and_then(|start| start.parse().ok())
                        .ok_or_else(|| {
                            Refusal::bad_request("The nextToken is not valid.", Vec::new())
                        })?;
                }
                _ => {}
            }
        }
        if listing.skill_ids.len() > 10 {
            return Err(Refusal::bad_request(
                "At most 10 skill ids can be asked for at once.",
                Vec::new(),
            ));
        }
        Ok(listing)
    }
}

/// `GET /v1/skills`
pub(super) async fn list(
    State(alexa): State<Alexa>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let query = query.unwrap_or_default();
    let listing = Listing::parse(&query)?;
    owner(listing.vendor_id.map(Value::from).as_ref())?;
    let state = alexa.state();
    let late = alexa.pace().listing;
    let stages = |skill: &Skill| {
        state
            .skills
            .get(&skill.id)
            .into_iter()
            .chain(state.live.get(&skill.id))
    };
    let found: Vec<&Skill> = state
        .skills
        .values()
        .flat_map(stages)
        .filter(|skill| skill.created.elapsed() >= late)
        .filter(|skill| listing.skill_ids.is_empty() || listing.skill_ids.contains(&skill.id))
        .collect();
    let end = listing.start.saturating_add(listing.size).min(found.len());
    let page = found.get(listing.start..end).unwrap_or_default();
    let truncated = end < found.len();
    let mut answer = json!({
        "_links": { "self": { "href": format!("/v1/skills?{query}") } },
        "skills": page.iter().map(|skill| summary(skill)).collect::<Value>(),
        "isTruncated": truncated,
    });
    if truncated {
        let next = format!("after-{end}");
        answer["_links"]["next"] = json!({
            "href": format!(
                "/v1/skills?vendorId={VENDOR_ID}&maxResults={}&nextToken={next}",
                listing.size
            ),
        });
        answer["nextToken"] = next.into();
    }
    Ok(Json(answer))
}

fn summary(skill: &Skill) -> Value {
    let document = skill.manifest.as_ref().map(|manifest| &manifest.document);
    let names: serde_json::Map<String, Value> = document
        .and_then(|document| document["publishingInformation"]["locales"].as_object())
        .into_iter()
        .flatten()
        .map(|(locale, information)| (locale.clone(), information["name"].clone()))
        .filter(|(_, name)| name.is_string())
        .collect();
    let apis: Vec<&String> = document
        .and_then(|document| document["apis"].as_object())
        .into_iter()
        .flatten()
        .map(|(api, _)| api)
        .collect();
    json!({
        "skillId": skill.id,
        "stage": skill.stage.name(),
        "publicationStatus": skill.stage.publication_status(),
        "apis": apis,
        "nameByLocale": names,
        "lastUpdated": skill.last_updated,
        "_links": {
            "self": {
                "href": format!("/v1/skills/{}/stages/{}/manifest", skill.id, skill.stage.name()),
            },
        },
    })
}

/// `DELETE /v1/skills/{skillId}`
pub(super) async fn delete(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let mut state = alexa.state();
    place::skill(&mut state, &skill_id)?;
    if state.live.contains_key(&skill_id) {
        return Err(Refusal::forbidden(format!(
            "The skill {skill_id} is live; it has to be hidden or removed in the console first."
        )));
    }
    state.skills.shift_remove(&skill_id);
    state
        .sessions
        .retain(|_, session| session.skill_id != skill_id);
    state
        .attempts
        .retain(|_, attempt| attempt.skill_id != skill_id);
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_parsed() {
        let listing =
            Listing::parse("vendorId=M&skillId=a&skillId=b&maxResults=3&nextToken=after-6")
                .unwrap();
        assert_eq!(
            listing,
            Listing {
                vendor_id: Some("M".to_owned()),
                skill_ids: vec!["a".to_owned(), "b".to_owned()],
                start: 6,
                size: 3,
            }
        );
    }

    #[test]
    fn sizes_and_tokens_out_of_range_are_refused() {
        assert!(Listing::parse("maxResults=0").is_err());
        assert!(Listing::parse("maxResults=51").is_err());
        assert!(Listing::parse("nextToken=x").is_err());
    }
}
