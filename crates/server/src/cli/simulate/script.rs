//! What happens to a simulated call: pure, so that a seed tells it all.

/// Area codes of the callers.
const AREAS: [u32; 20] =
    [212, 213, 214, 215, 216, 305, 310, 312, 313, 314, 404, 415, 503, 504, 602, 617, 702, 713, 801, 916];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub index: u32,
    /// Of the numbers that are set aside for stories: 555-0100 to 555-0199.
    pub caller: String,
    pub call_data: Option<Sent>,
    pub answered: bool,
    /// In cents.
    pub revenue: Option<u32>,
    /// The revenue is sent in a batch.
    pub batch: bool,
    /// The revenue is sent twice under one `transaction_id`.
    pub repeat: bool,
}

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    Json,
    /// As a pixel does.
    Get,
}

impl Script {
    /// What `call_data` says of where the caller comes from: the demo routes calls by it.
    pub fn lead_source(&self) -> &'static str {
        ["google_ads", "facebook", "organic"][self.index as usize % 3]
    }

    pub fn new(seed: u64, index: u32) -> Self {
        let mut chance = Chance(seed ^ (u64::from(index) << 32));
        let area = AREAS[(index / 100) as usize % AREAS.len()];
        let answered = chance.one_in(5) != 0;
        let sold = answered && chance.one_in(3) != 0;
        Self {
            index,
            caller: format!("+1{area}555{:04}", 100 + index % 100),
            call_data: match chance.one_in(5) {
                0 => None,
                1 => Some(Sent::Get),
                _ => Some(Sent::Json),
            },
            answered,
            revenue: sold.then(|| 1_000 + u32::try_from(chance.one_in(20_000)).unwrap_or(0)),
            batch: chance.one_in(4) == 0,
            repeat: chance.one_in(4) == 0,
        }
    }
}

/// A small generator of numbers (splitmix64).
struct Chance(u64);

impl Chance {
    /// A number below `sides`.
    fn one_in(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_seed_tells_it_all_and_another_tells_otherwise() {
        let play = |seed| (0..50).map(|index| Script::new(seed, index)).collect::<Vec<_>>();
        assert_eq!(play(7), play(7));
        assert_ne!(play(7), play(8));
    }

    #[test]
    fn callers_are_real_numbers_and_not_shared_by_calls_at_once() {
        let callers: HashSet<String> = (0..2_000).map(|index| Script::new(1, index).caller).collect();
        assert_eq!(callers.len(), 2_000);
        for caller in callers {
            let normal = hookline_domain::phone::normalize(&caller, hookline_domain::phone::Country::US);
            assert_eq!(normal.as_ref(), Some(&caller));
        }
    }

    #[test]
    fn a_hundred_calls_show_everything() {
        let all: Vec<Script> = (0..100).map(|index| Script::new(1, index)).collect();
        for sent in [None, Some(Sent::Json), Some(Sent::Get)] {
            assert!(all.iter().any(|script| script.call_data == sent), "{sent:?}");
        }
        assert!(all.iter().any(|script| !script.answered));
        assert!(all.iter().any(|script| script.revenue.is_some() && script.batch && script.repeat));
        assert!(all.iter().all(|script| script.answered || script.revenue.is_none()));
    }
}
