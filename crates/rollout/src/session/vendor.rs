//! The Amazon developer, and the vendor that a stage belongs to.

use models::ids::VendorId;

use crate::calls::CallCounter;
use crate::error::{Code, Error};
use crate::inputs::Inputs;
use crate::state::SkillRecord;

/// The vendor that a stage belongs to.
pub async fn find_vendor(inputs: &Inputs, counter: &CallCounter) -> Result<VendorId, Error> {
    let smapi = developer(inputs, counter);
    choose_vendor_of(&smapi, inputs.vendor.as_ref()).await
}

/// Who talks to the Skill Management API.
pub(super) fn developer(inputs: &Inputs, counter: &CallCounter) -> smapi::Client {
    smapi::Client::with(
        inputs.endpoints.developer.clone(),
        inputs.developer.clone(),
        Some(counter.observer()),
        smapi::RetryPolicy {
            call_timeout: inputs.endpoints.call_timeout,
            ..smapi::RetryPolicy::default()
        },
    )
}

pub(super) async fn choose_vendor_of(
    smapi: &smapi::Client,
    wanted: Option<&VendorId>,
) -> Result<VendorId, Error> {
    let vendors = smapi.vendors().await?;
    let ids: Vec<_> = vendors.into_iter().map(|vendor| vendor.id).collect();
    choose_vendor(&ids, wanted)
}

fn choose_vendor(vendors: &[VendorId], wanted: Option<&VendorId>) -> Result<VendorId, Error> {
    let list = |vendors: &[VendorId]| {
        vendors
            .iter()
            .map(VendorId::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (wanted, vendors) {
        (Some(wanted), vendors) if vendors.contains(wanted) => Ok(wanted.clone()),
        (Some(wanted), vendors) => Err(Error::new(
            Code::Vendor,
            format!(
                "vendor {wanted} is not among those of this Amazon developer: {}",
                list(vendors)
            ),
        )
        .hint("correct ASK_VENDOR_ID, or sign in as a developer of that vendor")),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(
            Error::new(Code::Vendor, "this Amazon developer account has no vendor").hint(
                "open https://developer.amazon.com/alexa/console/ask once and accept the terms",
            ),
        ),
        (None, several) => Err(Error::new(
            Code::Vendor,
            format!(
                "this Amazon developer has several vendors: {}",
                list(several)
            ),
        )
        .hint("choose one with ASK_VENDOR_ID")),
    }
}

/// Refuses to take a stage over to another vendor: its redirect URIs would change, and nobody
/// could link or refresh any more.
pub(super) fn same_vendor(skill: Option<&SkillRecord>, vendor: &VendorId) -> Result<(), Error> {
    match skill {
        Some(skill) if skill.vendor != *vendor => Err(Error::new(
            Code::Vendor,
            format!(
                "this stage belongs to vendor {}, and these credentials to {vendor}",
                skill.vendor
            ),
        )
        .hint("sign in as a developer of that vendor, or set ASK_VENDOR_ID")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_stays_with_its_vendor() {
        let [own, other]: [VendorId; 2] = ["M1EXAMPLE", "M2EXAMPLE"].map(|id| id.parse().unwrap());
        let record = SkillRecord {
            vendor: own.clone(),
            nonce: String::new(),
            id: None,
            package: None,
        };
        assert!(same_vendor(None, &other).is_ok());
        assert!(same_vendor(Some(&record), &own).is_ok());
        assert!(same_vendor(Some(&record), &other).is_err());
    }

    fn ids(ids: &[&str]) -> Vec<VendorId> {
        ids.iter().map(|id| id.parse().unwrap()).collect()
    }

    #[test]
    fn one_vendor_needs_no_choice_and_several_do() {
        let both = ids(&["M1EXAMPLE", "M2EXAMPLE"]);
        assert_eq!(
            choose_vendor(&ids(&["M1EXAMPLE"]), None).unwrap().as_str(),
            "M1EXAMPLE"
        );
        assert!(choose_vendor(&both, None).is_err());
        assert_eq!(choose_vendor(&both, Some(&both[1])).unwrap(), both[1]);
        assert!(choose_vendor(&ids(&["M1EXAMPLE"]), Some(&both[1])).is_err());
        assert!(choose_vendor(&[], None).is_err());
    }
}
