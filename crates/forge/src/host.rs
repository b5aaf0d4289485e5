//! Where the API is, and nothing that is not it.

use reqwest::Url;

use crate::ForgeError;

/// A checked base address of the API: `https`, or loopback for a server on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiHost(Url);

impl ApiHost {
    /// The API of github.com.
    pub const GITHUB: &str = "https://api.github.com";

    /// Parses what `GITHUB_API_URL` says. Errors: it is no URL, carries a user, a query or a fragment, or would send the token in
    /// the clear over a network.
    pub fn parse(text: &str) -> Result<Self, ForgeError> {
        let refuse = |problem: &'static str| ForgeError::Host { problem };
        let url = Url::parse(text).map_err(|_| refuse("it is no URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it carries a user name or password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it carries a query or a fragment"));
        }
        match url.scheme() {
            "https" if url.host_str().is_some_and(|host| !host.is_empty()) => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(refuse("it is neither https nor an address on this machine")),
        }
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address of a REST path, given in segments, each of which is encoded.
    pub(crate) fn rest(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        // Neither scheme can be a base of nothing.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// The address of GraphQL: beside the REST API on github.com, `/api/graphql` where that is `/api/v3`.
    /// Source: docs.github.com, "Forming calls with GraphQL", of each product.
    pub(crate) fn graphql(&self) -> Url {
        let mut url = self.0.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        let path = path.strip_suffix("/v3").unwrap_or(&path);
        url.set_path(&format!("{path}/graphql"));
        url
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_https_or_to_this_machine_only() {
        for text in [
            "http://api.github.com",
            "http://127.0.0.1.evil.example",
            "http://10.0.0.1",
            "https://user:hunter2@api.github.com",
            "https://api.github.com?x=1",
            "https://api.github.com#x",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "api.github.com",
            "",
        ] {
            let error = ApiHost::parse(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        for (text, rest, graphql) in [
            ("https://api.github.com", "https://api.github.com/user", "https://api.github.com/graphql"),
            (
                "https://ghe.example/api/v3/",
                "https://ghe.example/api/v3/user",
                "https://ghe.example/api/graphql",
            ),
            ("http://127.0.0.1:9/", "http://127.0.0.1:9/user", "http://127.0.0.1:9/graphql"),
        ] {
            let host = ApiHost::parse(text).unwrap();
            assert_eq!((host.rest(&["user"]).as_str(), host.graphql().as_str()), (rest, graphql));
        }
        assert_eq!(
            ApiHost::parse(ApiHost::GITHUB).unwrap().rest(&["a/../b", "?"]).as_str(),
            "https://api.github.com/a%2F..%2Fb/%3F"
        );
    }
}
