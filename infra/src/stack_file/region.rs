//! AWS regions, and the regions that Alexa knows.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{text, words};

text! {
    /// An AWS region.
    Region, "an AWS region",
    "write it as AWS does, such as `us-east-1` or `eu-west-1`",
    r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
}

impl Region {
    /// Northern Virginia: the default wherever a region is not said.
    pub fn us_east_1() -> Self {
        Self("us-east-1".to_owned())
    }
}

impl From<LambdaRegion> for Region {
    fn from(region: LambdaRegion) -> Self {
        Self(region.as_str().to_owned())
    }
}

/// Where it is written down which regions Alexa calls functions in.
pub(super) const HOSTING: &str = "https://developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html";

words! {
    /// A region in which Alexa can call a custom skill's Lambda
    /// ([host a custom skill](https://developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html)).
    LambdaRegion {
        /// Northern Virginia.
        UsEast1 = "us-east-1",
        /// Oregon.
        UsWest2 = "us-west-2",
        /// Ireland.
        EuWest1 = "eu-west-1",
        /// Tokyo.
        ApNortheast1 = "ap-northeast-1",
    }
}

words! {
    /// A part of the world for which a skill may have an endpoint of its own.
    AlexaRegion {
        /// North America.
        NorthAmerica = "NA",
        /// Europe and India.
        Europe = "EU",
        /// Far East.
        FarEast = "FE",
    }
}

impl AlexaRegion {
    /// The part of the world where a locale is mostly spoken, with the region that Amazon asks of a smart home skill
    /// in it; for a custom skill it is the one that is near
    /// ([smart home skills](https://developer.amazon.com/docs/alexa/smarthome/develop-smart-home-skills-in-multiple-languages.html)).
    fn of_locale(locale: &str) -> (Self, LambdaRegion) {
        match locale {
            "en-US" | "en-CA" | "es-MX" | "es-US" | "fr-CA" | "pt-BR" => {
                (Self::NorthAmerica, LambdaRegion::UsEast1)
            }
            "en-AU" | "ja-JP" => (Self::FarEast, LambdaRegion::UsWest2),
            _ => (Self::Europe, LambdaRegion::EuWest1),
        }
    }
}

/// Where the function runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// For everyone whose part of the world is not named.
    pub default: LambdaRegion,
    /// For North America.
    #[serde(rename = "NA")]
    pub north_america: Option<LambdaRegion>,
    /// For Europe and India.
    #[serde(rename = "EU")]
    pub europe: Option<LambdaRegion>,
    /// For the Far East.
    #[serde(rename = "FE")]
    pub far_east: Option<LambdaRegion>,
}

impl Default for Regions {
    fn default() -> Self {
        Self {
            default: LambdaRegion::UsEast1,
            north_america: None,
            europe: None,
            far_east: None,
        }
    }
}

impl Regions {
    /// Regions near the people who speak some locales; the first part of the world among North America, Europe and
    /// the Far East is the default.
    pub fn near<'a>(locales: impl IntoIterator<Item = &'a str>) -> Self {
        let found: BTreeMap<_, _> = locales.into_iter().map(AlexaRegion::of_locale).collect();
        let Some(default) = found.values().next() else {
            return Self::default();
        };
        let own = |part| found.get(&part).copied().filter(|region| region != default);
        Self {
            default: *default,
            north_america: own(AlexaRegion::NorthAmerica),
            europe: own(AlexaRegion::Europe),
            far_east: own(AlexaRegion::FarEast),
        }
    }

    /// The parts of the world that have a region of their own.
    pub fn named(&self) -> impl Iterator<Item = (AlexaRegion, LambdaRegion)> {
        [
            (AlexaRegion::NorthAmerica, self.north_america),
            (AlexaRegion::Europe, self.europe),
            (AlexaRegion::FarEast, self.far_east),
        ]
        .into_iter()
        .filter_map(|(part, region)| Some((part, region?)))
    }

    /// Each AWS region once, the default first: a skill stack belongs in each.
    pub fn distinct(&self) -> Vec<LambdaRegion> {
        let mut regions = vec![self.default];
        for (_, region) in self.named() {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_told_from_other_text() {
        for good in [
            "us-east-1",
            "ap-northeast-1",
            "us-gov-west-1",
            "il-central-1",
        ] {
            assert!(good.parse::<Region>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "us-east",
            "us_east_1",
            "US-EAST-1",
            "us-east-12",
            "us--1",
            "1-2-3",
        ] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_function_is_near_the_people_who_speak_to_it() {
        assert_eq!(Regions::near(["en-US"]), Regions::default());
        assert_eq!(Regions::near([]), Regions::default());
        let german = Regions::near(["de-DE"]);
        assert_eq!(german.distinct(), [LambdaRegion::EuWest1]);
        let three = Regions::near(["ja-JP", "de-DE", "en-GB", "en-US"]);
        assert_eq!(three.default, LambdaRegion::UsEast1);
        assert_eq!(three.europe, Some(LambdaRegion::EuWest1));
        assert_eq!(three.far_east, Some(LambdaRegion::UsWest2));
    }

    #[test]
    fn every_region_gets_one_stack() {
        let regions = Regions {
            default: LambdaRegion::EuWest1,
            north_america: Some(LambdaRegion::UsEast1),
            europe: Some(LambdaRegion::EuWest1),
            far_east: None,
        };
        assert_eq!(
            regions.distinct(),
            [LambdaRegion::EuWest1, LambdaRegion::UsEast1]
        );
    }
}
