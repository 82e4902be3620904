//! Pure types of Alexa requests and responses, skill packages, account linking and profiles.
