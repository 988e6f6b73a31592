//! People: how they get in, what they may do, and what is written down of it.

mod audit;
mod dashboard;
mod links;
pub mod oidc;
mod roles;
mod setup;
mod sign_in;
mod users;
mod views;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answer, TestWorld, answer};

pub const PASSWORD: &str = "a long enough password";

/// A person's browser, which keeps the cookie.
#[derive(Clone)]
pub struct Browser {
    address: String,
    client: reqwest::Client,
    cookie: Option<String>,
}

impl Browser {
    pub fn new(world: &TestWorld) -> Self {
        Self { address: world.nodes[0].address.clone(), client: world.client.clone(), cookie: None }
    }

    /// The cookie's value.
    pub fn secret(&self) -> String {
        self.cookie.as_ref().expect("signed in").split_once('=').expect("a cookie").1.to_owned()
    }

    /// The same person at another server.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("http://{}{path}", self.address));
        match &self.cookie {
            Some(cookie) => request.header("cookie", format!("theme=dark; {cookie}")),
            None => request,
        }
    }

    /// As a page of the dashboard asks; without a body if it is null.
    pub async fn send(&mut self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header("origin", format!("http://{}", self.address));
        let got = answer(if body.is_null() { request } else { request.json(&body) }).await.unwrap();
        if let Some(set) = got.header("set-cookie") {
            let cookie = set.split(';').next().unwrap().to_owned();
            self.cookie = Some(cookie).filter(|cookie| !cookie.ends_with('='));
        }
        got
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, Value::Null).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    /// An answer that must have this status; its JSON.
    pub async fn expect(&mut self, status: u16, method: Method, path: &str, body: Value) -> Value {
        let said = format!("{method} {path} {body}");
        let got = self.send(method, path, body).await;
        assert_eq!(got.status, status, "{said}: {}", got.body);
        got.json()
    }

    /// Signed in by a link that sets a password.
    pub async fn by_link(world: &TestWorld, link: &str) -> Self {
        let mut browser = Self::new(world);
        let sent = json!({"token": token(link), "password": PASSWORD});
        browser.expect(200, Method::POST, "/v1/sign-in/link", sent).await;
        browser
    }
}

fn token(link: &str) -> &str {
    link.split_once("/sign-in#link=").unwrap_or_else(|| panic!("{link} is no link")).1
}

/// The first owner, signed in.
pub async fn owner(world: &TestWorld) -> Browser {
    let mut browser = Browser::new(world);
    let sent = json!({
        "organization": {"name": "Acme", "country": "US"},
        "owner": {"name": "Ada", "email": "Ada@Example.com", "password": PASSWORD},
    });
    browser.expect(200, Method::POST, "/v1/setup", sent).await;
    browser
}

/// Someone whom the owner lets in: the browser in which they are signed in, and their id.
pub async fn invited(world: &TestWorld, owner: &mut Browser, email: &str, role: &str) -> (Browser, String) {
    let sent = json!({"email": email, "name": email, "role": role});
    let made = owner.expect(201, Method::POST, "/v1/users", sent).await;
    let browser = Browser::by_link(world, made["link"].as_str().expect("a link")).await;
    (browser, made["user"]["id"].as_str().expect("an id").to_owned())
}

pub fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
