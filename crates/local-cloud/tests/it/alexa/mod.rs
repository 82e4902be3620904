//! Alexa through its public doors, and what the tests of it share.

mod amazon_customers;
mod customers;
mod device;
mod linking;
mod listing;
mod lwa;
mod packages;
mod page;
mod simulations;
mod skills;
mod support;
mod voices;
