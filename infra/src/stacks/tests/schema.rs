//! Every rendered property against Amazon's resource schemas, as the crate `facts` has them.

use serde_json::Value;

use super::{delivery, identity, json, skill, stack};
use crate::cloudformation::mistakes;

#[test]
fn every_property_is_one_that_amazon_knows() {
    let systems = [
        "",
        "[identity]\nsign-in = ['phone']\nmfa = 'required'\nmfa-factors = ['sms', 'totp']\n\
         recovery = ['admin-only']",
        "[identity]\nsign-in = ['email', 'phone']\nfirst-factors = ['password', 'email-otp', \
         'sms-otp']\n[identity.tokens]\nrotation = true",
        "[identity]\nsign-in = ['username']\nplan = 'lite'\npages = 'classic'",
        super::WEB_PAGE,
        super::CUSTOM_DOMAIN,
        super::EXISTING,
        super::SCOPES,
        "[identity.attributes]\nrequired = ['given_name']\ncustom = { since = 'date-time' }",
    ];
    let (mut problems, mut resources) = (Vec::new(), 0);
    for system in systems {
        let stack = stack(system);
        for template in [identity(&stack), skill(&stack), delivery(&stack)] {
            let template = json(&template);
            for (id, resource) in template["Resources"].as_object().unwrap() {
                let schema = schema(resource["Type"].as_str().unwrap());
                let found = mistakes(schema, &resource["Properties"]).into_iter();
                problems.extend(found.map(|mistake| (id.clone(), mistake)));
                resources += 1;
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(resources > 50, "{resources} resources");
}

pub(super) fn schema(type_name: &str) -> &'static Value {
    facts::cloudformation::schema(type_name).expect(type_name)
}
