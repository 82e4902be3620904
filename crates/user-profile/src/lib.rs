//! From an access token to a verified identity and a profile.
