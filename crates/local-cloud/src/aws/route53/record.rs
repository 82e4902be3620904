//! One record.

/// A record: what a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// In lower case, without the dot at its end.
    pub(crate) name: String,
    /// Its type, such as `A`.
    pub(crate) kind: String,
    pub(crate) target: Target,
}

/// Where a record leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// To these values.
    Values(Vec<String>),
    /// To a resource of AWS, by its host and the zone of that host.
    Alias { host: String, zone: String },
}
