//! Every rule of the real services that a loopback address cannot keep, in one table.

use url::{Host, Url};

/// One rule that is relaxed, for loopback addresses only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    /// The rule of the real service.
    pub rule: &'static str,
    /// What the stage allows instead.
    pub instead: &'static str,
}

/// The whole list; `ARCHITECTURE.md` shows it and nothing else may be added in passing.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        rule: "Alexa takes only https URLs on port 443 for account linking",
        instead: "http on any loopback port",
    },
    Exception {
        rule: "Cognito takes only https callback URLs, or http://localhost",
        instead: "http on any loopback address",
    },
    Exception {
        rule: "every user pool domain is a host of its own",
        instead: "prefixes share the sign-in listener's address, domains of your own its name \
                  localhost, and the app client says which pool is meant",
    },
    Exception {
        rule: "what a name stands for is known to the DNS",
        instead: "it is known to /resolve of the device listener, from the stage's hosted zones, and \
                  every CloudFront distribution is 127.0.0.1",
    },
    Exception {
        rule: "a sign-in domain has a certificate of its pool's account, for names that are its owner's",
        instead: "any ARN that is entered at the device listener, for the names that are said there",
    },
    Exception {
        rule: "a user pool's issuer is https://cognito-idp.{region}.amazonaws.com/{pool}",
        instead: "the stage's AWS base URL takes the place of the host, and a folder of it that of \
                  issuer-cognito-idp.{region}.amazonaws.com",
    },
    Exception {
        rule: "Alexa redirects to pitangui.amazon.com, layla.amazon.com and alexa.amazon.co.jp",
        instead: "/na, /eu and /fe of the device listener",
    },
    Exception {
        rule: "Alexa's own APIs answer at https://api.amazonalexa.com",
        instead: "requests name the device listener as apiEndpoint",
    },
    Exception {
        rule: "a security profile of Login with Amazon lists https return URLs",
        instead: "http on any loopback address",
    },
    Exception {
        rule: "Login with Amazon redirects a developer to the return URLs that their security profile lists",
        instead: "/cb on any loopback port",
    },
    Exception {
        rule: "Lambda runs a function on the architecture it was created with",
        instead: "the host's own; a bundle for another one is refused at start",
    },
];

/// Whether `url` can only reach this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::EXCEPTIONS;

    #[test]
    fn the_architecture_page_shows_the_whole_table() {
        let page = include_str!("../../../../ARCHITECTURE.md");
        let rows: Vec<_> = page
            .lines()
            .skip_while(|line| !line.starts_with("| the rule |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        let expected: Vec<_> = EXCEPTIONS
            .iter()
            .map(|exception| format!("| {} | {} |", exception.rule, exception.instead))
            .collect();
        assert_eq!(rows, expected);
    }
}
