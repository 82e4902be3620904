//! The nodes of the rollout's graph. Each one observes, decides, acts and verifies, and can be
//! run again at any time.

pub(crate) mod abandoned;
pub(crate) mod bundle;
pub(crate) mod drift;
pub(crate) mod enablement;
pub(crate) mod identity;
pub(crate) mod linking;
pub(crate) mod orphan;
pub(crate) mod package;
pub(crate) mod recover;
pub(crate) mod sign_in_domain;
pub(crate) mod skill;
pub(crate) mod skill_stack;
pub(crate) mod stack;
