//! The dashboard's place beside the API.

use reqwest::Method;

use super::Browser;
use crate::world::{Engine, TestWorld, answer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_the_apis_is_the_dashboards() {
    let world = TestWorld::start(Engine::Sqlite).await;
    let browser = Browser::new(&world);
    let ask = |method: Method, path: &str| browser.request(method, path).header("accept", "text/html");
    for path in ["/", "/webhooks/0192", "/sign-in"] {
        let page = answer(ask(Method::GET, path)).await.unwrap();
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    }
    for (method, path) in
        [(Method::GET, "/v1/nothing"), (Method::POST, "/nothing"), (Method::GET, "/inbound_rtb")]
    {
        let unknown = answer(ask(method, path)).await.unwrap();
        assert_eq!(
            (unknown.status, &unknown.json()["code"]),
            (404, &serde_json::json!("unknown_route")),
            "{path}"
        );
    }
    let fetched = answer(browser.request(Method::GET, "/assets/gone.js")).await.unwrap();
    assert_eq!(fetched.status, 404);
}
