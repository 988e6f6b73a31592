//! What a simulation came to.

use std::collections::BTreeMap;
use std::fmt;

use super::play::Played;
use super::route::Went;

/// Differences that are shown; all are counted.
const SHOWN_MAX: usize = 20;

#[derive(Default)]
pub struct Report {
    pub calls: Vec<String>,
    /// By what was asked and the status.
    answers: BTreeMap<(&'static str, u16), u32>,
    micros: Vec<u64>,
    replays: u32,
    matched: u32,
    data_tag: Option<String>,
    /// How many went there for that, and the caller of one.
    went: BTreeMap<Went, (u32, String)>,
    /// By name, as the stream showed them.
    pub events: BTreeMap<String, u32>,
    pub differences: Vec<String>,
    pub interrupted: bool,
}

impl Report {
    pub fn new(data_tag: Option<String>) -> Self {
        Self { data_tag, ..Self::default() }
    }

    pub fn add(&mut self, played: Played) {
        self.calls.extend(played.call);
        for (what, status, micros) in played.answers {
            *self.answers.entry((what, status)).or_default() += 1;
            self.micros.push(micros);
        }
        self.replays += played.replays;
        if let Some(went) = played.went {
            self.went.entry(went).or_insert((0, played.caller)).0 += 1;
        }
        self.matched += u32::from(played.matched);
        self.differences.extend(played.differences);
    }

    pub fn requests(&self) -> usize {
        self.micros.len()
    }

    /// The time within which this share of the requests was answered, in milliseconds.
    fn percentile(&self, hundredths: usize) -> f64 {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * hundredths).div_ceil(100).saturating_sub(1);
        #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
        sorted.get(place).map_or(0.0, |micros| *micros as f64 / 1_000.0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.interrupted {
            writeln!(out, "Stopped early. So far:")?;
        }
        writeln!(out, "{:<20} {:>6} {:>8}", "request", "status", "count")?;
        for ((what, status), count) in &self.answers {
            writeln!(out, "{what:<20} {status:>6} {count:>8}")?;
        }
        writeln!(out, "\n{} calls played, {} replays answered", self.calls.len(), self.replays)?;
        match &self.data_tag {
            Some(tag) => writeln!(out, "{} calls got their call_data, as the tag {tag}", self.matched)?,
            None => {
                writeln!(out, "call_data became no tags: the organization has no custom tag of type text")?
            }
        }
        let events: Vec<String> = self.events.iter().map(|(name, count)| format!("{count} {name}")).collect();
        writeln!(out, "the stream showed {}", events.join(", "))?;
        writeln!(
            out,
            "answered within {:.1} ms (half), {:.1} ms (99 of 100)",
            self.percentile(50),
            self.percentile(99)
        )?;
        for (went, (calls, caller)) in &self.went {
            writeln!(out, "{calls:>4} {went}, as {caller}")?;
        }
        for difference in self.differences.iter().take(SHOWN_MAX) {
            writeln!(out, "otherwise: {difference}")?;
        }
        if self.differences.is_empty() { write!(out, "Every call is as it was told.") } else { Ok(()) }
    }
}
