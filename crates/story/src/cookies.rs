//! As much of a browser's cookie store as sign-in pages need.

use url::Url;

/// The cookies of one browser. The port does not tell cookies apart (RFC 6265, section 8.5).
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
}

#[derive(Debug)]
struct Cookie {
    host: String,
    path: String,
    name: String,
    value: String,
}

impl Jar {
    /// Keeps, replaces or forgets what one `Set-Cookie` header says.
    pub(super) fn store(&mut self, url: &Url, header: &str) {
        let mut parts = header.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut path = default_path(url);
        let mut expired = false;
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            if key.eq_ignore_ascii_case("path") && value.starts_with('/') {
                value.clone_into(&mut path);
            } else if key.eq_ignore_ascii_case("max-age") {
                expired = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0);
            }
        }
        self.cookies
            .retain(|cookie| !(cookie.host == host && cookie.path == path && cookie.name == name));
        if !expired {
            self.cookies.push(Cookie {
                host,
                path,
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }

    /// The `Cookie` header for a request to `url`.
    pub(super) fn header(&self, url: &Url) -> Option<String> {
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .filter(|cookie| Some(cookie.host.as_str()) == url.host_str())
            .filter(|cookie| path_matches(url.path(), &cookie.path))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// RFC 6265, section 5.1.4.
fn default_path(url: &Url) -> String {
    match url.path().rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(end) => url.path()[..end].to_owned(),
    }
}

fn path_matches(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie_path.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn replaces_and_forgets() {
        let mut jar = Jar::default();
        jar.store(
            &url("http://127.0.0.1:1/login"),
            "session=a; Path=/; HttpOnly",
        );
        jar.store(&url("http://127.0.0.1:1/login"), "session=b; Path=/");
        assert_eq!(
            jar.header(&url("http://127.0.0.1:2/oauth2/authorize"))
                .as_deref(),
            Some("session=b")
        );
        jar.store(&url("http://127.0.0.1:1/x"), "session=; Path=/; Max-Age=0");
        assert_eq!(jar.header(&url("http://127.0.0.1:1/")), None);
    }

    #[test]
    fn keeps_to_host_and_path() {
        let mut jar = Jar::default();
        jar.store(&url("http://127.0.0.1/a/login"), "near=1");
        assert!(jar.header(&url("http://127.0.0.1/a/other")).is_some());
        assert!(jar.header(&url("http://127.0.0.1/ab")).is_none());
        assert!(jar.header(&url("http://localhost/a/other")).is_none());
    }
}
