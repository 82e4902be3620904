//! Skills: list, create, delete
//! ([operations](https://developer.amazon.com/docs/smapi/skill-operations.html)).

use std::collections::{BTreeMap, HashSet};

use http::Method;
use models::ids::{SkillId, VendorId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::transport::Request;
use crate::{Client, Error, Operation};

/// How many skills one page may have; the most that the API gives.
const PAGE: &str = "50";

/// A skill at one stage. A skill that is live appears twice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SkillSummary {
    /// Its id.
    pub skill_id: SkillId,
    /// `development`, `certified` or `live`.
    #[serde(default)]
    pub stage: String,
    /// Its name by locale.
    #[serde(default)]
    pub name_by_locale: BTreeMap<String, String>,
    /// Such as `DEVELOPMENT`, `CERTIFICATION`, `PUBLISHED`.
    #[serde(default)]
    pub publication_status: Option<String>,
    /// When it was last changed, as the service writes it.
    #[serde(default)]
    pub last_updated: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    skills: Vec<Value>,
    next_token: Option<String>,
    #[serde(default)]
    is_truncated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    skill_id: SkillId,
}

impl Client {
    /// Every skill of a developer account, at every stage, over all pages.
    ///
    /// Skills with ids from before `amzn1.ask.skill` cannot be managed here and are left out.
    pub async fn skills(&self, vendor: &VendorId) -> Result<Vec<SkillSummary>, Error> {
        let mut skills = Vec::new();
        let mut token: Option<String> = None;
        let mut seen = HashSet::new();
        loop {
            let mut url = self.url(["v1", "skills"]);
            let mut query = url.query_pairs_mut();
            query.append_pair("vendorId", vendor.as_str());
            query.append_pair("maxResults", PAGE);
            query.extend_pairs(token.as_ref().map(|token| ("nextToken", token)));
            drop(query);
            let request = Request::new(Operation::ListSkills, Method::GET, url);
            let answer = self.send(request).await?;
            let page: Page = answer.json()?;
            skills.extend(page.skills.into_iter().filter_map(summary));
            token = page.next_token.filter(|token| !token.is_empty());
            match &token {
                Some(next) if !seen.insert(next.clone()) => {
                    return Err(answer.unexpected("its pages go round in a circle"));
                }
                Some(_) => {}
                None if page.is_truncated => {
                    return Err(answer.unexpected("it is truncated and names no next page"));
                }
                None => return Ok(skills),
            }
        }
    }

    /// Creates a skill. `manifest` is what `skill.json` holds, `{"manifest": {...}}`.
    ///
    /// The manifest is processed after the answer: wait for [`Client::skill_status`].
    pub async fn create_skill(
        &self,
        vendor: &VendorId,
        manifest: &Value,
    ) -> Result<SkillId, Error> {
        let url = self.url(["v1", "skills"]);
        let body = json!({"vendorId": vendor, "manifest": manifest.get("manifest")});
        let request = Request::new(Operation::CreateSkill, Method::POST, url).json(&body)?;
        Ok(self.send(request).await?.json::<Created>()?.skill_id)
    }

    /// Deletes a skill that is not live.
    pub async fn delete_skill(&self, skill: &SkillId) -> Result<(), Error> {
        let url = self.url(["v1", "skills", skill.as_str()]);
        let request = Request::new(Operation::DeleteSkill, Method::DELETE, url);
        self.send(request).await.map(drop)
    }
}

fn summary(skill: Value) -> Option<SkillSummary> {
    serde_json::from_value(skill).ok()
}
