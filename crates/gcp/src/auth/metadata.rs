//! The metadata server of a Google Cloud machine: plain HTTP at a fixed address that never leaves the machine.
//! Source: "View and query VM metadata"; the header tells the server from a captive portal.

use std::time::Duration;

use model::CloudError;
use reqwest::{RequestBuilder, Url};

use super::courier::{Reply, deliver, deliver_once};
use super::failure::no_token;
use super::source::IdentityToken;
use super::{Fresh, Token};
use crate::http::{Proxies, client};
use crate::target::is_loopback;

/// A metadata server.
pub(super) struct MetadataServer {
    base: Url,
}

const USUAL: &str = "metadata.google.internal";
/// Its addresses, beside those of this machine.
const HOSTS: [&str; 2] = [USUAL, "169.254.169.254"];
const ACCOUNT: &str = "computeMetadata/v1/instance/service-accounts/default";
/// Where there is one, it answers within milliseconds.
const PROBE: Duration = Duration::from_millis(300);
const SHOWN: &str = "the metadata server";

impl MetadataServer {
    /// The server at its usual address, or where `GCE_METADATA_HOST` says. Errors: a host that is no metadata server's.
    pub(super) fn at(host: Option<&str>) -> Result<Self, String> {
        let host = host.filter(|host| !host.is_empty()).unwrap_or(USUAL);
        let known = |url: &Url| {
            url.path() == "/"
                && url.query().is_none()
                && url.username().is_empty()
                && (is_loopback(url) || HOSTS.contains(&url.host_str().unwrap_or_default()))
        };
        match Url::parse(&format!("http://{host}/")) {
            Ok(base) if known(&base) => Ok(Self { base }),
            Ok(_) | Err(_) => Err(format!(
                "GCE_METADATA_HOST names `{}`, which is neither {USUAL} nor on this machine",
                host.chars().filter(char::is_ascii_graphic).take(60).collect::<String>()
            )),
        }
    }

    /// The endpoint on this machine that stands for all of Google's services, this one too.
    pub(super) fn on(base: Url) -> Self {
        Self { base }
    }

    /// Whether it answers, and has an account to give tokens of.
    pub(super) async fn probe(&self) -> Result<(), String> {
        let request = self.get("email", &[])?;
        match tokio::time::timeout(PROBE, deliver_once(request)).await {
            Err(_) => Err("no answer within 300 ms, so this is no Google Cloud machine".to_owned()),
            Ok(Err(_)) => Err("no answer, so this is no Google Cloud machine".to_owned()),
            Ok(Ok(reply)) if !reply.from_metadata => Err("something else answers at its address".to_owned()),
            Ok(Ok(reply)) if reply.status == 200 => Ok(()),
            Ok(Ok(reply)) => {
                Err(format!("it answers {}: this machine runs as no service account", reply.status))
            }
        }
    }

    pub(super) async fn fetch(&self) -> Result<Fresh, CloudError> {
        let reply = self.ask("token", &[]).await.map_err(|problem| no_token(SHOWN, &problem))?;
        let token = reply
            .field("access_token")
            .ok_or_else(|| no_token(SHOWN, &format!("it answered {}", reply.refusal())))?;
        Ok(Fresh {
            token: Token { secret: token.into(), quota_project: None, member: None },
            left: reply.lifetime(),
        })
    }

    pub(super) async fn identity(&self, audience: &str) -> Result<IdentityToken, CloudError> {
        let reply = self
            .ask("identity", &[("audience", audience), ("format", "full")])
            .await
            .map_err(|problem| no_token(SHOWN, &problem))?;
        let token = reply.text.trim();
        if reply.status != 200 || token.split('.').count() != 3 {
            return Err(no_token(
                SHOWN,
                &format!("asked for an identity token, it answered {}", reply.refusal()),
            ));
        }
        Ok(IdentityToken { secret: token.into(), note: None })
    }

    /// The e-mail address of the account whose tokens it gives.
    pub(super) async fn email(&self) -> Option<String> {
        let reply = self.ask("email", &[]).await.ok()?;
        let email = reply.text.trim();
        (reply.status == 200 && reply.from_metadata && email.contains('@')).then(|| email.to_owned())
    }

    async fn ask(&self, what: &str, query: &[(&str, &str)]) -> Result<Reply, String> {
        deliver(self.get(what, query)?).await
    }

    fn get(&self, what: &str, query: &[(&str, &str)]) -> Result<RequestBuilder, String> {
        let mut url = self.base.clone();
        url.set_path(&format!("{ACCOUNT}/{what}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let client = client(Proxies::Ignored).map_err(|error| error.message)?;
        Ok(client.get(url).header("Metadata-Flavor", "Google"))
    }
}
