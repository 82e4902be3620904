//! Intents, slots and what entity resolution made of them.

use std::collections::BTreeMap;

use super::object::object;
use super::open::open_enum;

object! {
    /// An utterance that the interaction model understood.
    #[derive(Debug, Clone, Default, PartialEq)]
    IntentRequest {
        /// How far a dialog model has got.
        pub dialog_state: Option<DialogState> = "dialogState",
        /// What the user wants.
        pub intent: Intent = "intent",
    }
}

open_enum! {
    /// How far a multi-turn dialog has got.
    DialogState {
        /// The dialog has begun.
        Started = "STARTED",
        /// Slots or confirmations are missing.
        InProgress = "IN_PROGRESS",
        /// Everything that the dialog model requires is there.
        Completed = "COMPLETED",
    }
}

open_enum! {
    /// Whether the user confirmed an intent or a slot.
    ConfirmationStatus {
        /// Not asked yet.
        None = "NONE",
        /// Yes.
        Confirmed = "CONFIRMED",
        /// No.
        Denied = "DENIED",
    }
}

object! {
    /// What the user wants, with its slots.
    #[derive(Debug, Clone, Default, PartialEq)]
    Intent {
        /// Name in the interaction model.
        pub name: String = "name",
        /// Whether the user confirmed the intent.
        pub confirmation_status: Option<ConfirmationStatus> = "confirmationStatus",
        /// Slots by name.
        pub slots: Option<BTreeMap<String, Slot>> = "slots",
    }
}

impl Intent {
    /// One slot, filled or not.
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.as_ref()?.get(name)
    }
}

object! {
    /// One slot of an intent.
    #[derive(Debug, Clone, Default, PartialEq)]
    Slot {
        /// Name in the interaction model.
        pub name: String = "name",
        /// What the user said; absent in an empty slot.
        pub value: Option<String> = "value",
        /// Whether the user confirmed the value.
        pub confirmation_status: Option<ConfirmationStatus> = "confirmationStatus",
        /// Who filled the slot: `USER`, or the skill by a directive.
        pub source: Option<String> = "source",
        /// What entity resolution made of the value.
        pub resolutions: Option<Resolutions> = "resolutions",
        /// The value in the newer form, which can hold several.
        pub slot_value: Option<SlotValue> = "slotValue",
    }
}

impl Slot {
    /// The id of the value that the interaction model matched, if it matched one.
    pub fn resolved_id(&self) -> Option<&str> {
        let of_slot = self.resolutions.as_ref().and_then(Resolutions::first_id);
        let of_value = || self.slot_value.as_ref()?.values().first()?.resolved_id();
        of_slot.or_else(of_value)
    }
}

object! {
    /// One value, or a list of them in a multi-value slot.
    #[derive(Debug, Clone, Default, PartialEq)]
    SlotValue {
        /// `Simple` or `List`.
        pub kind: Option<String> = "type",
        /// What the user said, in a simple value.
        pub value: Option<String> = "value",
        /// What entity resolution made of a simple value.
        pub resolutions: Option<Resolutions> = "resolutions",
        /// The values of a list.
        pub values: Option<Vec<SlotValue>> = "values",
    }
}

impl SlotValue {
    /// The simple values: the members of a list, or the value itself.
    pub fn values(&self) -> &[SlotValue] {
        self.values
            .as_deref()
            .unwrap_or_else(|| std::slice::from_ref(self))
    }

    /// The id of the value that the interaction model matched.
    pub fn resolved_id(&self) -> Option<&str> {
        self.resolutions.as_ref()?.first_id()
    }
}

object! {
    /// The answers of every authority that resolved a slot.
    #[derive(Debug, Clone, Default, PartialEq)]
    Resolutions {
        /// One for the static slot type, one for dynamic entities and so on.
        pub resolutions_per_authority: Option<Vec<Resolution>> = "resolutionsPerAuthority",
    }
}

impl Resolutions {
    /// What the static slot types and the dynamic entities matched, authority by authority.
    pub fn matches(&self) -> impl Iterator<Item = (&Resolution, &ResolutionValue)> {
        self.resolutions_per_authority
            .iter()
            .flatten()
            .filter(|resolution| resolution.matched())
            .flat_map(|resolution| {
                let values = resolution.values.iter().flatten();
                values.map(move |found| (resolution, &found.value))
            })
    }

    fn first_id(&self) -> Option<&str> {
        self.resolutions_per_authority
            .iter()
            .flatten()
            .filter(|resolution| resolution.matched())
            .find_map(|resolution| resolution.values.as_ref()?.first()?.value.id.as_deref())
    }
}

object! {
    /// The answer of one authority.
    #[derive(Debug, Clone, Default, PartialEq)]
    Resolution {
        /// Which authority, `amzn1.er-authority.…`.
        pub authority: String = "authority",
        /// Whether it found a match.
        pub status: ResolutionStatus = "status",
        /// The matches, the best first.
        pub values: Option<Vec<ResolvedValue>> = "values",
    }
}

impl Resolution {
    fn matched(&self) -> bool {
        self.status.code == "ER_SUCCESS_MATCH"
    }

    /// Whether the values were taught by the skill (`Dialog.UpdateDynamicEntities`) and are not
    /// those of the interaction model.
    pub fn is_dynamic(&self) -> bool {
        self.authority
            .starts_with("amzn1.er-authority.echo-sdk.dynamic.")
    }
}

object! {
    /// Whether an authority found a match.
    #[derive(Debug, Clone, Default, PartialEq)]
    ResolutionStatus {
        /// `ER_SUCCESS_MATCH`, `ER_SUCCESS_NO_MATCH` or an error.
        pub code: String = "code",
    }
}

object! {
    /// One match, wrapped as Alexa wraps it.
    #[derive(Debug, Clone, Default, PartialEq)]
    ResolvedValue {
        /// The match.
        pub value: ResolutionValue = "value",
    }
}

object! {
    /// A value of a slot type.
    #[derive(Debug, Clone, Default, PartialEq)]
    ResolutionValue {
        /// Its canonical name.
        pub name: String = "name",
        /// Its id in the interaction model.
        pub id: Option<String> = "id",
    }
}
