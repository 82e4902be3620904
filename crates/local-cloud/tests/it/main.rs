//! The stage through its public doors.

mod aws;
mod s3;
