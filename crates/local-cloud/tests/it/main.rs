//! The stage through its public doors.

mod aws;
mod lambda;
mod recording;
mod s3;
mod smapi;
