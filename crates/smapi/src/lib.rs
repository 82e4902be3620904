//! Client of the Alexa Skill Management API and of Login with Amazon tokens.
