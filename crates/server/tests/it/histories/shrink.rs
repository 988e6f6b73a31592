//! Makes a history that fails shorter, as long as it fails: delta debugging.

use super::op::Op;

/// The shortest that was found; `fails` plays one from the start, and says how it failed if it did.
pub async fn shrink<S>(history: &[Op], first: S, fails: impl AsyncFn(&[Op]) -> Option<S>) -> (Vec<Op>, S) {
    let (mut shortest, mut why) = (history.to_vec(), first);
    let mut part = shortest.len().div_ceil(2);
    while part > 0 {
        let mut begin = 0;
        while begin < shortest.len() {
            let end = (begin + part).min(shortest.len());
            let without = [&shortest[..begin], &shortest[end..]].concat();
            match fails(&without).await {
                Some(surprise) => (shortest, why) = (without, surprise),
                None => begin = end,
            }
        }
        part /= 2;
    }
    (shortest, why)
}
