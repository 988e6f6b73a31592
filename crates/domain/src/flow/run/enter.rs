//! What each type of node does when a call comes to it.

use super::answers::Answer;
use super::chance::{draw, fingerprint};
use super::outside::question;
use super::trace::shortened;
use super::walk::{Move, Walk, go};
use super::{Effect, Pause};
use crate::flow::limits::{HTTP_BODY_BYTES_MAX, HTTP_URL_BYTES_MAX};
use crate::flow::node::{MenuNode, Mode, Node, Share, Task};
use crate::flow::{Destination, HttpNode, NodeId};
use crate::tags::{TagName, is_json_number};
use crate::template::Place;
use crate::time::MICROS_PER_SECOND;

/// The question of a node that always asks the same.
pub(super) const SAME_QUESTION: u64 = 0;

impl<'a> Walk<'a> {
    pub fn enter(&mut self, id: &NodeId, node: &'a Node) -> Move<'a> {
        match &node.task {
            Task::Start { next } => go("next", next),
            Task::Condition { condition, then, otherwise } => {
                let explained = condition.explain(&|name| self.scope.get(name));
                let passed = explained.passed();
                self.visit.explained = Some(explained);
                if passed { go("then", then) } else { go("else", otherwise) }
            }
            Task::Switch { value, cases, default } => {
                let value = self.scope.render(value, Place::Text);
                self.note(format!("the value is {}", shortened(&value)));
                let fitting = cases.iter().enumerate().find(|(_, case)| case.fits(&value));
                fitting.map_or_else(
                    || go("default", default),
                    |(at, case)| go(format!("cases[{at}].next"), &case.next),
                )
            }
            Task::SetVariable { name, value, next } => {
                let value = self.scope.render(value, Place::Text);
                self.set(&Destination::Variable(name.clone()), &value);
                go("next", next)
            }
            Task::SetTag { name, value, next } => {
                let value = self.scope.render(value, Place::Text);
                self.set(&Destination::Tag(name.clone()), &value);
                go("next", next)
            }
            Task::HttpRequest(http) => self.ask_server(id, node, http),
            Task::Javascript { source, inputs, timeout_ms, .. } => {
                let input = self.script_input(inputs);
                let pause =
                    Pause::Script { source: source.clone(), input: input.clone(), timeout_ms: *timeout_ms };
                self.ask(id, node, fingerprint(input.as_bytes()), pause)
            }
            Task::Time { hours, open, closed } => {
                let local = hours.time_zone().local(self.env.now);
                self.note(format!("{} in {}", local.strftime("%A %F %H:%M"), hours.time_zone()));
                if hours.is_open(self.env.now) { go("open", open) } else { go("closed", closed) }
            }
            Task::Menu(menu) => {
                self.state.menu_attempts = 1;
                let pause = self.menu(menu);
                self.ask(id, node, SAME_QUESTION, pause)
            }
            Task::Distribute { mode, branches } => self.distribute(id, node, *mode, branches),
            Task::Dial { to, .. } => {
                let (targets, strategy) = (to.targets().to_vec(), to.strategy());
                self.ask(id, node, SAME_QUESTION, Pause::Dial { targets, strategy })
            }
            // Never answered by what was said before: the plan itself depends on the tags.
            Task::RoutingPlan { plan, .. } => Move::Wait(Pause::Plan { plan: *plan }),
            Task::Hold { seconds, .. } => {
                let pause = Pause::Hold { seconds: self.left_of(id, *seconds) };
                self.ask(id, node, SAME_QUESTION, pause)
            }
            Task::Reject { reason } => Move::End(Pause::Reject { reason: reason.clone() }),
            Task::Debug { message, next } => {
                let message = self.scope.render(message, Place::Text);
                self.note(message);
                go("next", next)
            }
        }
    }

    /// Waits for an answer, unless an earlier decision had it.
    fn ask(&mut self, id: &NodeId, node: &'a Node, asked: u64, pause: Pause) -> Move<'a> {
        self.answered_before(id, node, asked).unwrap_or_else(|| {
            self.state.asked = asked;
            Move::Wait(pause)
        })
    }

    fn answered_before(&mut self, id: &NodeId, node: &'a Node, asked: u64) -> Option<Move<'a>> {
        let answer = self.state.answers.earlier(id, asked)?;
        self.visit.replayed = true;
        for (to, value) in &answer.values {
            self.set(to, value);
        }
        let way = node.task.ways_out().into_iter().find(|way| way.field == answer.branch)?;
        Some(Move::Go { branch: way.field, next: way.next })
    }

    pub fn menu(&mut self, menu: &MenuNode) -> Pause {
        Pause::Menu {
            prompt: self.scope.render(&menu.prompt, Place::Text),
            digits: menu.digits.iter().map(|(digits, _)| digits.clone()).collect(),
            timeout_seconds: menu.timeout_seconds,
            attempt: self.state.menu_attempts,
        }
    }

    /// A call that is decided again and comes to the hold where it was goes on waiting there: else
    /// one that gets a tag every few seconds would be held for ever.
    fn left_of(&self, id: &NodeId, seconds: u32) -> u32 {
        if self.state.waiting_at() != Some(id) {
            return seconds;
        }
        let waited = self.env.now.micros_since(self.state.since).max(0);
        let left = i64::from(seconds) * MICROS_PER_SECOND - waited;
        let left = u32::try_from((left + MICROS_PER_SECOND - 1).div_euclid(MICROS_PER_SECOND));
        left.unwrap_or(0).clamp(1, seconds)
    }

    fn distribute(&mut self, id: &NodeId, node: &'a Node, mode: Mode, branches: &'a [Share]) -> Move<'a> {
        let total: u64 = branches.iter().map(|branch| u64::from(branch.weight)).sum();
        let mut place = match mode {
            Mode::Weighted => {
                self.state.draws += 1;
                draw(self.env.chance, id.as_str(), self.state.draws, total)
            }
            Mode::RoundRobin => {
                // A call has had its turn, also if it is decided again.
                if let Some(turn) = self.answered_before(id, node, SAME_QUESTION) {
                    return turn;
                }
                let effect = Effect::CountRoundRobin { node: id.clone() };
                let counted = self.effects.iter().filter(|other| **other == effect).count() as u64;
                self.effects.push(effect);
                (self.env.round_robin)(id).wrapping_add(counted).checked_rem(total).unwrap_or(0)
            }
        };
        for (at, branch) in branches.iter().enumerate() {
            let weight = u64::from(branch.weight);
            if place < weight {
                let field = format!("branches[{at}].next");
                if mode == Mode::RoundRobin {
                    self.keep(id, SAME_QUESTION, &field, Vec::new());
                }
                return go(field, &branch.next);
            }
            place -= weight;
        }
        // Only if all weights are 0, which can't be read.
        Move::Go { branch: "branches".into(), next: None }
    }

    pub fn keep(&mut self, id: &NodeId, asked: u64, branch: &str, values: Vec<(Destination, String)>) {
        self.state.answers.keep(Answer { node: id.clone(), asked, branch: branch.to_owned(), values });
    }

    fn ask_server(&mut self, id: &NodeId, node: &'a Node, http: &'a HttpNode) -> Move<'a> {
        let request = self.http_request(http);
        // Without the query: it is where keys are.
        let shown = request.url.split(['?', '#']).next().unwrap_or_default();
        self.note(format!("{} {}", http.method.as_str(), shortened(shown)));
        if request.url.len() > HTTP_URL_BYTES_MAX
            || request.body.as_ref().is_some_and(|body| body.len() > HTTP_BODY_BYTES_MAX)
        {
            self.note("the request is too large and was not sent");
            return go("error", &http.error);
        }
        self.ask(id, node, question(&request), Pause::Http(request))
    }

    fn script_input(&self, inputs: &[TagName]) -> String {
        let members = inputs.iter().map(|name| {
            let value = self.scope.get(name.as_str());
            let number = value.as_deref().map(str::trim).filter(|value| is_json_number(value));
            match number.filter(|_| name.as_str().ends_with("_numeric")) {
                Some(number) => format!("\"{name}\":{number}"),
                // A name has no character that JSON would escape.
                None => format!("\"{name}\":{}", serde_json::Value::from(value.map(String::from))),
            }
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}
