//! A small OpenID Connect provider within the test: discovery, keys, tokens. It asks nobody for a password; a story says
//! who would come back from its page.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaPublicKeyComponents,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "hookline";
pub const SECRET: &str = "a client: secret & more";

/// By which the provider signs.
pub enum SigningKey {
    Rs256(RsaKeyPair),
    Es256(EcdsaKeyPair),
}

impl SigningKey {
    pub fn rs256() -> Self {
        Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Es256(_) => "ES256",
        }
    }

    fn public(&self, id: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rs256(key) => {
                let parts = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": text(&parts.n), "e": text(&parts.e)})
            }
            Self::Es256(key) => {
                let point = &key.public_key().as_ref()[1..];
                json!({"kty": "EC", "crv": "P-256", "kid": id, "x": text(&point[..32]), "y": text(&point[32..])})
            }
        }
    }

    pub fn sign(&self, id: &str, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm(), "typ": "JWT", "kid": id});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let random = SystemRandom::new();
        let signature = match self {
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Self::Es256(key) => key.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[derive(Default)]
struct Inner {
    issuer: String,
    keys: Vec<Value>,
    /// By code: the challenge that its verifier must fit, and the token it stands for.
    codes: HashMap<String, (String, String)>,
    is_down: bool,
}

#[derive(Clone, Default)]
pub struct Provider(Arc<Mutex<Inner>>);

impl Provider {
    pub async fn start() -> Self {
        let provider = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        provider.0.lock().unwrap().issuer = format!("http://{}/realm", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/realm/.well-known/openid-configuration", get(discovery))
            .route("/realm/keys", get(keys))
            .route("/realm/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn issuer(&self) -> String {
        self.0.lock().unwrap().issuer.clone()
    }

    /// From now on it publishes these keys and no others.
    pub fn publish(&self, keys: &[(&str, &SigningKey)]) {
        // A key for something else, of a kind that nobody knows.
        let strange = json!({"kty": "moon", "kid": "moon"});
        let keys = keys.iter().map(|(id, key)| key.public(id)).chain([strange]);
        self.0.lock().unwrap().keys = keys.collect();
    }

    pub fn go_down(&self, is_down: bool) {
        self.0.lock().unwrap().is_down = is_down;
    }

    /// What somebody comes back with who was led to its page.
    pub fn grant(&self, challenge: &str, token: String) -> String {
        let code = format!("code-{}", uuid::Uuid::new_v4());
        self.0.lock().unwrap().codes.insert(code.clone(), (challenge.to_owned(), token));
        code
    }
}

async fn discovery(State(provider): State<Provider>) -> Result<String, StatusCode> {
    let inner = provider.0.lock().unwrap();
    if inner.is_down {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let issuer = &inner.issuer;
    Ok(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize?theme=dark"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    })
    .to_string())
}

async fn keys(State(provider): State<Provider>) -> String {
    json!({ "keys": provider.0.lock().unwrap().keys }).to_string()
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<String, StatusCode> {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET)));
    assert_eq!(headers["authorization"], format!("Basic {basic}"));
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["redirect_uri"], super::REDIRECT_URI);
    let granted = provider.0.lock().unwrap().codes.remove(&form["code"]);
    let (challenge, token) = granted.ok_or(StatusCode::BAD_REQUEST)?;
    if URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])) != challenge {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(json!({"access_token": "unused", "token_type": "Bearer", "id_token": token}).to_string())
}
