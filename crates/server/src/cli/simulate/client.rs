//! Speaks to the server as any client would.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    api_key: String,
}

/// An answer, and how long it took.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub replayed: bool,
    pub body: Value,
    pub micros: u64,
}

impl Answer {
    /// The body, if the status is as it should be.
    pub fn expect(self, status: u16, what: &str) -> Result<Value, String> {
        match self.status {
            got if got == status => Ok(self.body),
            401 => Err("the server refused the API key: give one that works with --api-key; `hookline key create --org ORG NAME` makes one".to_owned()),
            got => Err(format!("{what} was answered {got}: {}", self.body)),
        }
    }
}

impl Client {
    pub fn new(url: &str, api_key: &str) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("can't speak HTTP: {error}"))?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), api_key: api_key.to_owned() })
    }

    /// A request of the API.
    pub async fn api(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, String> {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.api_key);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request).await
    }

    /// A webhook's request by POST.
    pub async fn post(&self, endpoint: &str, key: &str, body: &Value) -> Result<Answer, String> {
        let url = format!("{}/{endpoint}", self.url);
        self.send(self.http.post(with_query(&url, &[("moja_auth_key", key)])?).json(body)).await
    }

    /// A webhook's request by GET.
    pub async fn get(&self, endpoint: &str, key: &str, fields: &[(&str, &str)]) -> Result<Answer, String> {
        let mut query = vec![("moja_auth_key", key)];
        query.extend(fields);
        self.send(self.http.get(with_query(&format!("{}/{endpoint}", self.url), &query)?)).await
    }

    /// The stream of every call.
    pub async fn stream(&self) -> Result<reqwest::Response, String> {
        let request = self.http.get(format!("{}/v1/stream", self.url)).bearer_auth(&self.api_key);
        request.send().await.map_err(|error| self.unreachable(&error))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, String> {
        let started = Instant::now();
        let response =
            request.timeout(ANSWER_WITHIN).send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        let replayed = response.headers().contains_key("idempotent-replayed");
        let text = response.text().await.map_err(|error| self.unreachable(&error))?;
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(Answer {
            status,
            replayed,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
            micros,
        })
    }

    /// Without the request's address, which has a key in it.
    fn unreachable(&self, error: &reqwest::Error) -> String {
        let why = if error.is_timeout() { "did not answer in time" } else { "does not answer" };
        format!(
            "the server at {} {why}; start it with `hookline serve`, or name another with --url",
            self.url
        )
    }
}

fn with_query(url: &str, fields: &[(&str, &str)]) -> Result<url::Url, String> {
    url::Url::parse_with_params(url, fields)
        .map_err(|error| format!("{url} is no address: {error}; write --url http://HOST:PORT"))
}
