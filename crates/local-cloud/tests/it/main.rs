//! The stage through its public doors.

mod aws;
mod recording;
mod s3;
mod smapi;
