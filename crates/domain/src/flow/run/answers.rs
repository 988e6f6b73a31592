//! What callers, other servers and targets have answered, kept so that a call that is decided again
//! does not ask them again.

use serde::{Deserialize, Serialize};

use crate::flow::limits::{ANSWERS_BYTES_MAX, ANSWERS_MAX};
use crate::flow::{Destination, NodeId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub node: NodeId,
    /// A fingerprint of the question: to another one it is no answer.
    pub asked: u64,
    /// The way that the run went on.
    pub branch: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(Destination, String)>,
}

impl Answer {
    fn bytes(&self) -> usize {
        self.values.iter().map(|(_, value)| value.len()).sum()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Answers {
    /// Given to the present decision, in order.
    used: Vec<Answer>,
    /// Given to an earlier one, and not yet to this.
    earlier: Vec<Answer>,
}

impl Answers {
    /// Keeps an answer, if there is room for it.
    pub fn keep(&mut self, answer: Answer) {
        let kept = || self.used.iter().chain(&self.earlier);
        let bytes: usize = kept().map(Answer::bytes).sum();
        if kept().count() < ANSWERS_MAX && bytes + answer.bytes() <= ANSWERS_BYTES_MAX {
            self.used.push(answer);
        }
    }

    /// All answers are earlier ones now.
    pub fn decide_again(&mut self) {
        let unused = std::mem::take(&mut self.earlier);
        self.earlier = std::mem::take(&mut self.used);
        self.earlier.extend(unused);
    }

    /// The next earlier answer of a node to this question.
    pub fn earlier(&mut self, node: &NodeId, asked: u64) -> Option<Answer> {
        let at = self.earlier.iter().position(|answer| answer.node == *node && answer.asked == asked)?;
        let answer = self.earlier.remove(at);
        self.used.push(answer.clone());
        Some(answer)
    }
}
