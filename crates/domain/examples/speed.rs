use hookline_domain::webhook::*;
use std::hint::black_box;
fn main() {
    let country = "US".parse().unwrap();
    let key = "hlk_0123456789abcdef0123456789abcdef0123456789abc";
    let query = format!("moja_auth_key={key}");
    let headers: Vec<(&str, &[u8])> = vec![
        ("host", b"localhost:8080"),
        ("content-type", b"application/json"),
        ("user-agent", b"python-requests/2.32"),
        ("accept", b"*/*"),
        ("content-length", b"200"),
        ("accept-encoding", b"gzip, deflate"),
    ];
    let cases: [(&str, WebhookKind, Method, String, &[u8]); 5] = [
        ("revenue", WebhookKind::UpdateRevenue, Method::Post, query.clone(), br#"{"call_log_id":"0192f0c1-2345-7abc-8def-000000000001","revenue_paid_out":150.00,"transaction_id":"order-2026-11-24-000123"}"#),
        ("fields 200B", WebhookKind::UpdateFields, Method::Post, query.clone(), br#"{"call_log_id":"0192f0c1-2345-7abc-8def-000000000001","converted":true,"revenue_paid_out":150.00,"reason":"sale completed","transaction_id":"order-2026-11-24-000123","add":{"lead_quality":"high"}}"#),
        ("tags", WebhookKind::UpdateTags, Method::Post, query.clone(), br#"{"call_log_id":"0192f0c1-2345-7abc-8def-000000000001","add":{"lead_quality":"high","disposition":"sale_completed"},"remove":["pending_review"]}"#),
        ("revenue get", WebhookKind::UpdateRevenue, Method::Get, format!("{query}&call_log_id=0192f0c1-2345-7abc-8def-000000000001&amount=150.00&transaction_id=a"), b""),
        ("call_data", WebhookKind::CallData, Method::Post, query.clone(), br#"{"caller_id":"+13105559876","lead_source":"google_ads","ad_campaign":"medicare_q1","landing_page":"medicare-info","transaction_id":"order-2026-11-24-000123"}"#),
    ];
    for (name, kind, method, query, body) in &cases {
        let raw = RawRequest { kind: *kind, method: *method, query, headers: &headers, body };
        read(&raw, country).unwrap();
        let mut best = f64::MAX;
        for _ in 0..7 {
            let start = std::time::Instant::now();
            for _ in 0..50_000 {
                black_box(read(black_box(&raw), country).unwrap());
            }
            best = best.min(start.elapsed().as_secs_f64() / 50_000.0);
        }
        println!("{name}: {:.2} us", best * 1e6);
    }
}
