//! What addresses a name has.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use models::secure_url::SecureUrl;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use smapi::HttpClients;

use crate::error::{Error, chain};

/// Who is asked.
#[derive(Debug, Clone)]
pub enum Resolver {
    /// This machine's own.
    System,
    /// One that answers in JSON over HTTP
    /// (<https://developers.google.com/speed/public-dns/docs/doh/json>).
    Http {
        /// Where it answers.
        url: SecureUrl,
        /// The bearer token that it wants.
        token: SecretString,
    },
}

/// What is known of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// Its IPv4 addresses; there is at least one.
    To(Vec<Ipv4Addr>),
    /// None, and why.
    Nothing(String),
}

impl Resolved {
    fn of(addresses: Vec<Ipv4Addr>, otherwise: &str) -> Self {
        if addresses.is_empty() {
            Self::Nothing(otherwise.to_owned())
        } else {
            Self::To(addresses)
        }
    }
}

impl fmt::Display for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::To(addresses) => {
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                f.write_str(&addresses.join(", "))
            }
            Self::Nothing(why) => f.write_str(why),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    status: u16,
    #[serde(default)]
    answer: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    r#type: u16,
    data: String,
}

impl Resolver {
    /// The IPv4 addresses of a name: what its records of type A lead to.
    pub(crate) async fn addresses(
        &self,
        name: &str,
        clients: &HttpClients,
    ) -> Result<Resolved, Error> {
        match self {
            Self::System => Ok(system(name).await),
            Self::Http { url, token } => over_http(clients, url, token, name).await,
        }
    }
}

async fn system(name: &str) -> Resolved {
    // With the dot no search domain of this machine is tried.
    match tokio::net::lookup_host((format!("{name}."), 443)).await {
        Ok(found) => {
            let addresses = found.filter_map(|address| match address.ip() {
                IpAddr::V4(address) => Some(address),
                IpAddr::V6(_) => None,
            });
            Resolved::of(addresses.collect(), "it has no IPv4 address")
        }
        Err(error) => Resolved::Nothing(error.to_string()),
    }
}

async fn over_http(
    clients: &HttpClients,
    url: &SecureUrl,
    token: &SecretString,
    name: &str,
) -> Result<Resolved, Error> {
    let mut url = url.as_url().clone();
    url.query_pairs_mut()
        .append_pair("name", name)
        .append_pair("type", "A");
    let answer = async {
        let response = clients
            .for_url(&url)?
            .get(url.clone())
            .bearer_auth(token.expose_secret())
            .send()
            .await;
        Ok::<_, Error>(match response {
            Ok(response) => response.json::<Answer>().await,
            Err(error) => Err(error),
        })
    };
    Ok(match answer.await? {
        Ok(answer) => read(&answer),
        Err(error) => Resolved::Nothing(chain(&error.without_url())),
    })
}

fn read(answer: &Answer) -> Resolved {
    const TYPE_A: u16 = 1;
    const NO_SUCH_NAME: u16 = 3;
    let records = answer
        .answer
        .iter()
        .filter(|record| record.r#type == TYPE_A);
    let addresses = records.filter_map(|record| record.data.parse().ok());
    let otherwise = match answer.status {
        0 => "it has no A record".to_owned(),
        NO_SUCH_NAME => "there is no such name".to_owned(),
        status => format!("the resolver answered with status {status}"),
    };
    Resolved::of(addresses.collect(), &otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> String {
        read(&serde_json::from_str(text).unwrap()).to_string()
    }

    #[test]
    fn only_addresses_count() {
        let both = r#"{"Status": 0, "Answer": [
            {"name": "a.", "type": 5, "data": "b."},
            {"name": "b.", "type": 1, "data": "192.0.2.1"}
        ]}"#;
        assert_eq!(resolved(both), "192.0.2.1");
        let alias = r#"{"Status": 0, "Answer": [{"name": "a.", "type": 5, "data": "b."}]}"#;
        assert_eq!(resolved(alias), "it has no A record");
        assert_eq!(resolved(r#"{"Status": 3}"#), "there is no such name");
        assert!(resolved(r#"{"Status": 2}"#).contains("status 2"));
    }
}
