//! Signing in by an OpenID Connect provider.

mod provider;
mod refused;
mod signed_in;

use std::collections::BTreeMap;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use serde_json::{Value, json};

use self::provider::{CLIENT, Provider, SigningKey};

pub use self::provider::SECRET;
use super::Browser;
use crate::world::{Answer, Engine, TestWorld, answer};

const PUBLIC: &str = "http://calls.test";
const REDIRECT_URI: &str = "http://calls.test/v1/sign-in/oidc/callback";

/// A server with a provider, which signs by one key.
pub struct Sso {
    pub world: TestWorld,
    pub provider: Provider,
    pub key: SigningKey,
    /// Follows nothing: where it is led is looked at.
    client: Client,
}

/// Somebody who was led to the provider.
pub struct Led {
    pub cookie: String,
    pub to_provider: BTreeMap<String, String>,
}

impl Sso {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    async fn start_with(engine: Engine, more: &[(&str, &str)]) -> Self {
        // What is logged at all is looked at.
        let mut world = TestWorld::start_with(engine, 1_000_000, true).await;
        let provider = Provider::start().await;
        world.nodes.clear();
        let issuer = provider.issuer();
        let mut variables = vec![
            ("HOOKLINE_PUBLIC_URL", PUBLIC),
            ("HOOKLINE_OIDC_ISSUER", &issuer),
            ("HOOKLINE_OIDC_CLIENT_ID", CLIENT),
            ("HOOKLINE_OIDC_CLIENT_SECRET", SECRET),
            ("HOOKLINE_OIDC_NAME", "Acme"),
        ];
        variables.extend_from_slice(more);
        world.add_node_with(&variables);
        let key = SigningKey::es256();
        provider.publish(&[("one", &key)]);
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { world, provider, key, client }
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        let url = format!("http://{}{path}", self.world.nodes[0].address);
        // As a browser that comes from the provider's page.
        let request = self.client.get(url).header("sec-fetch-site", "cross-site");
        answer(request.header("cookie", cookie)).await.unwrap()
    }

    pub async fn begin(&self, query: &str) -> Led {
        let led = self.get(&format!("/v1/sign-in/oidc{query}"), "").await;
        assert_eq!(led.status, 302, "{}", led.body);
        let set = led.header("set-cookie").expect("a cookie");
        assert!(set.contains("HttpOnly; SameSite=Lax; Max-Age=600"), "{set}");
        let location = Url::parse(led.header("location").unwrap()).unwrap();
        assert!(location.as_str().starts_with(&format!("{}/authorize?theme=dark&", self.provider.issuer())));
        let to_provider: BTreeMap<String, String> = location.query_pairs().into_owned().collect();
        assert_eq!(to_provider["redirect_uri"], REDIRECT_URI);
        assert_eq!(to_provider["response_type"], "code");
        assert_eq!(to_provider["code_challenge_method"], "S256");
        Led { cookie: set.split(';').next().unwrap().to_owned(), to_provider }
    }

    /// What the provider says of Ada, with some of it replaced; null leaves it out.
    pub fn claims(&self, led: &Led, other: Value) -> Value {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let mut claims = json!({
            "iss": self.provider.issuer(), "aud": CLIENT, "sub": "ada-1", "nonce": led.to_provider["nonce"],
            "exp": now + 300, "iat": now, "email": "Ada@example.com", "email_verified": true, "name": "Ada L.",
        });
        for (name, value) in other.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    async fn finish(&self, led: &Led, token: String) -> Answer {
        let code = self.provider.grant(&led.to_provider["code_challenge"], token);
        let path = format!("/v1/sign-in/oidc/callback?code={code}&state={}", led.to_provider["state"]);
        self.get(&path, &led.cookie).await
    }

    /// From the button to the end.
    async fn sign_in(&self, other: Value) -> Answer {
        let led = self.begin("").await;
        let token = self.key.sign("one", &self.claims(&led, other));
        self.finish(&led, token).await
    }

    async fn count(&self, table: &str) -> i64 {
        self.world.count(&format!("SELECT COUNT(*) FROM {table}")).await
    }
}

/// The browser in which somebody is signed in now.
fn signed_in(sso: &Sso, answer: &Answer) -> Browser {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let cookie =
        cookies.filter_map(|set| set.split(';').next()).find(|pair| pair.starts_with("hookline_sign_in="));
    let cookie = cookie.unwrap_or_else(|| panic!("not signed in: {:?}", answer.headers)).to_owned();
    Browser { cookie: Some(cookie), ..Browser::new(&sso.world) }
}

/// Nobody is signed in, and the sign-in page is told why.
fn assert_failed(answer: &Answer, problem: &str) {
    assert_eq!(answer.status, 302);
    let request = answer.header("x-request-id").unwrap();
    let expected = format!("/sign-in?problem={problem}&request={request}");
    assert_eq!(answer.header("location"), Some(&*expected));
    let sets = answer.headers.get_all("set-cookie");
    assert!(sets.iter().all(|set| !set.to_str().unwrap().starts_with("hookline_sign_in")));
}

async fn me(browser: &mut Browser) -> Value {
    browser.expect(200, Method::GET, "/v1/me", Value::Null).await
}
