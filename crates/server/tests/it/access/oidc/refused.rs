//! Who does not get in.

use reqwest::Method;
use serde_json::json;

use super::{SECRET, SigningKey, Sso, assert_failed, signed_in};
use crate::access::{Browser, PASSWORD, owner};
use crate::on_both_engines;
use crate::world::{Engine, try_run};

on_both_engines! {
    a_token_that_is_not_for_this_attempt_lets_nobody_in;
    a_token_that_the_provider_did_not_sign_lets_nobody_in;
    an_attempt_is_one_browsers_and_works_once;
    a_provider_that_is_down_keeps_no_password_out;
}

async fn a_token_that_is_not_for_this_attempt_lets_nobody_in(engine: Engine) {
    let sso = Sso::start(engine).await;
    owner(&sso.world).await;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    for (other, problem) in [
        (json!({"nonce": "another"}), "bad_token"),
        (json!({"nonce": null}), "bad_token"),
        (json!({"exp": now - 61}), "bad_token"),
        (json!({"nbf": now + 120}), "bad_token"),
        (json!({"exp": null}), "bad_token"),
        (json!({"aud": "another"}), "bad_token"),
        (json!({"aud": [super::CLIENT, "another"]}), "bad_token"),
        (json!({"azp": "another"}), "bad_token"),
        (json!({"iss": "http://another.example"}), "bad_token"),
        (json!({"sub": ""}), "bad_token"),
        (json!({"email_verified": false}), "email_unverified"),
        (json!({"email_verified": null}), "email_unverified"),
        (json!({"email": null}), "email_unverified"),
        (json!({"email": "eve@example.com"}), "unknown_user"),
    ] {
        let came = sso.sign_in(other.clone()).await;
        assert!(came.header("location").unwrap().contains(problem), "{other}: {:?}", came.headers);
        assert_failed(&came, problem);
    }
    assert_eq!((sso.count("identities").await, sso.count("sign_ins").await), (0, 1));
    let with_both = json!({"aud": [super::CLIENT, "another"], "azp": super::CLIENT});
    signed_in(&sso, &sso.sign_in(with_both).await);
}

async fn a_token_that_the_provider_did_not_sign_lets_nobody_in(engine: Engine) {
    let sso = Sso::start(engine).await;
    owner(&sso.world).await;
    let other = SigningKey::es256();
    for id in ["one", "two"] {
        let led = sso.begin("").await;
        let token = other.sign(id, &sso.claims(&led, json!({})));
        assert_failed(&sso.finish(&led, token).await, "bad_token");
    }
    let led = sso.begin("").await;
    let token = sso.key.sign("one", &sso.claims(&led, json!({})));
    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"none","kid":"one"} and {"alg":"HS256","kid":"one"}
    for header in ["eyJhbGciOiJub25lIiwia2lkIjoib25lIn0", "eyJhbGciOiJIUzI1NiIsImtpZCI6Im9uZSJ9"] {
        for signature in ["", parts[2]] {
            let led = sso.begin("").await;
            let forged = format!("{header}.{}.{signature}", parts[1]);
            assert_failed(&sso.finish(&led, forged).await, "bad_token");
        }
    }
    assert_eq!(sso.count("identities").await, 0);
}

async fn an_attempt_is_one_browsers_and_works_once(engine: Engine) {
    let sso = Sso::start(engine).await;
    owner(&sso.world).await;
    let (mine, others) = (sso.begin("").await, sso.begin("").await);
    let grant = || {
        let token = sso.key.sign("one", &sso.claims(&mine, json!({})));
        sso.provider.grant(&mine.to_provider["code_challenge"], token)
    };
    let state = &mine.to_provider["state"];
    let path = |code: &str| format!("/v1/sign-in/oidc/callback?code={code}&state={state}");
    assert_failed(&sso.get(&path(&grant()), "").await, "stale");
    assert_failed(&sso.get(&path(&grant()), &others.cookie).await, "stale");
    assert_failed(&sso.get(&path(&grant()), "hookline_oidc=made.up").await, "stale");
    let without_state = format!("/v1/sign-in/oidc/callback?code={}", grant());
    assert_failed(&sso.get(&without_state, &mine.cookie).await, "stale");
    let said_no = format!("/v1/sign-in/oidc/callback?error=access_denied&state={state}");
    assert_failed(&sso.get(&said_no, &mine.cookie).await, "refused");
    let code = grant();
    signed_in(&sso, &sso.get(&path(&code), &mine.cookie).await);
    assert_failed(&sso.get(&path(&code), &mine.cookie).await, "refused");
    // A code of another attempt does not fit this one's verifier.
    let token = sso.key.sign("one", &sso.claims(&mine, json!({})));
    let stolen = sso.provider.grant(&others.to_provider["code_challenge"], token);
    assert_failed(&sso.get(&path(&stolen), &mine.cookie).await, "refused");
}

async fn a_provider_that_is_down_keeps_no_password_out(engine: Engine) {
    let sso = Sso::start(engine).await;
    owner(&sso.world).await;
    sso.provider.go_down(true);
    assert_failed(&sso.get("/v1/sign-in/oidc", "").await, "provider_down");
    let credentials = json!({"email": "ada@example.com", "password": PASSWORD});
    Browser::new(&sso.world).expect(200, Method::POST, "/v1/sign-in", credentials).await;
    sso.provider.go_down(false);
    let log = std::fs::read_to_string(sso.world.log_path()).unwrap();
    assert!(log.contains("provider_down") && log.contains("502"), "{log}");
}

#[test]
fn options_that_do_not_fit_are_refused_and_the_secret_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/none.db", folder.path().display());
    let mut arguments = vec!["config", "check", "--oidc-issuer", "https://sso.example.com"];
    assert!(try_run(&url, &arguments).is_err_and(|said| said.contains("HOOKLINE_OIDC_CLIENT_ID")));
    arguments.extend(["--oidc-client-id", "hookline", "--oidc-client-secret", SECRET]);
    assert!(try_run(&url, &arguments).is_err_and(|said| said.contains("HOOKLINE_PUBLIC_URL")));
    arguments.extend(["--public-url", "https://calls.example.com"]);
    let said = try_run(&url, &arguments).unwrap();
    assert!(said.contains("HOOKLINE_OIDC_CLIENT_SECRET = REDACTED") && !said.contains(SECRET), "{said}");
}
