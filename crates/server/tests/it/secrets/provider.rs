//! What is said between a provider, a browser and us: the client's secret, codes, tokens, cookies; and who was not let in.

use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{assert_nowhere, back_up_and_restore, stored};
use crate::access::oidc::{SECRET, Sso};
use crate::access::owner;
use crate::world::Engine;

pub async fn what_a_provider_and_we_tell_each_other_is_nowhere_else(engine: Engine) {
    const CODE: &str = "sentinel-of-a-code";
    const UNKNOWN: &str = "eve.sentinel@example.com";
    let mut sso = Sso::start(engine).await;
    owner(&sso.world).await;
    // As it is, and as it is sent.
    let mut secrets = vec![
        SECRET.to_owned(),
        form_urlencoded::byte_serialize(SECRET.as_bytes()).collect(),
        UNKNOWN.to_owned(),
    ];
    let mut seen = Vec::new();
    let mut signed_in = 0;
    for (other, code) in [
        (json!({}), None),
        (json!({"nonce": "another"}), None),
        (json!({"sub": "sentinel-of-eve", "email": UNKNOWN}), None),
        (json!({}), Some(CODE)),
    ] {
        let led = sso.begin("").await;
        let token = sso.key.sign("one", &sso.claims(&led, other));
        secrets.extend(token.split('.').map(str::to_owned));
        let granted = sso.provider.grant(&led.to_provider["code_challenge"], token);
        let code = code.map_or(granted, str::to_owned);
        let path = format!("/v1/sign-in/oidc/callback?code={code}&state={}", led.to_provider["state"]);
        let came = sso.get(&path, &led.cookie).await;
        assert_eq!(came.status, 302);
        let sets = came.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
        for cookie in sets.filter_map(|set| set.strip_prefix("hookline_sign_in=")) {
            secrets.push(cookie.split(';').next().unwrap().to_owned());
            signed_in += 1;
        }
        let (_, cookie) = led.cookie.split_once('=').unwrap();
        secrets.extend([code, cookie.to_owned(), led.to_provider["state"].clone()]);
        seen.extend([came.header("location").unwrap().to_owned(), came.body]);
    }
    assert_eq!(signed_in, 1);
    for path in ["/metrics", "/v1/audit-log", "/v1/users"] {
        seen.push(sso.world.api(Method::GET, path, Value::Null).await.body);
    }
    if engine == Engine::Sqlite {
        back_up_and_restore(&sso.world);
    }
    sso.world.nodes.clear();
    let log = std::fs::read_to_string(sso.world.log_path()).unwrap();
    for told in ["bad_token", "unknown_user", "\"TRACE\""] {
        assert!(log.contains(told), "{told} is not in the log");
    }
    seen.extend(stored(&sso.world, engine, &["server.log"]).await);
    assert_nowhere(&secrets, &seen);
}
