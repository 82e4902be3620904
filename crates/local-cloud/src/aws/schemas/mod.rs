//! Amazon's resource schemas, reduced to facts.
