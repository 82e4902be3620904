//! The Alexa skill: intents, handlers and strings, and the Lambda that runs them.
