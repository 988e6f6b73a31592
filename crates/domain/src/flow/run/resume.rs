//! What each type of node does with what it waited for.

use super::enter::SAME_QUESTION;
use super::trace::shortened;
use super::walk::{Move, Walk, go};
use super::{DialOutcome, Ending, Input, NotExpected, Pause};
use crate::flow::NodeId;
use crate::flow::node::{Branch, MenuNode, Task};

impl<'a> Walk<'a> {
    pub fn resume(&mut self, id: &NodeId, task: &'a Task, input: Input) -> Result<Move<'a>, NotExpected> {
        Ok(match (task, input) {
            (Task::Menu(menu), Input::Digits(digits)) => self.pressed(id, menu, &digits),
            (Task::Menu(menu), Input::NoInput) => {
                self.note("no key was pressed");
                self.ask_again(id, menu, "no_input", &menu.no_input)
            }
            (Task::Hold { next, .. }, Input::HoldOver) => self.answered(id, "next", next),
            (Task::Dial { .. } | Task::RoutingPlan { .. }, Input::Dialed(DialOutcome::Connected)) => {
                self.note("connected");
                Move::End(Pause::End(Ending::Connected))
            }
            (Task::Dial { no_answer, .. }, Input::Dialed(outcome @ DialOutcome::NoAnswer)) => {
                self.not_reached(id, outcome, no_answer)
            }
            (Task::Dial { busy, .. }, Input::Dialed(outcome @ DialOutcome::Busy)) => {
                self.not_reached(id, outcome, busy)
            }
            (Task::Dial { failed, .. }, Input::Dialed(outcome @ DialOutcome::Failed)) => {
                self.not_reached(id, outcome, failed)
            }
            (Task::RoutingPlan { no_route, .. }, Input::PlanNoRoute(reason)) => {
                self.note(reason.clone());
                match no_route {
                    Some(_) => go("no_route", no_route),
                    None => Move::End(Pause::End(Ending::NoRoute { reason })),
                }
            }
            (Task::HttpRequest(http), Input::HttpDone(result)) => self.http_done(id, http, result),
            (Task::Javascript { next, error, .. }, Input::ScriptDone(result)) => {
                self.script_done(id, result, next, error)
            }
            _ => return Err(NotExpected),
        })
    }

    /// Goes on, and keeps the answer for when the call is decided again.
    fn answered(&mut self, id: &NodeId, branch: &'static str, next: &'a Branch) -> Move<'a> {
        self.keep(id, SAME_QUESTION, branch, Vec::new());
        go(branch, next)
    }

    fn not_reached(&mut self, id: &NodeId, outcome: DialOutcome, next: &'a Branch) -> Move<'a> {
        match next {
            Some(_) => self.answered(id, outcome.as_str(), next),
            None => {
                self.note(outcome.as_str());
                Move::End(Pause::End(Ending::NotReached { outcome }))
            }
        }
    }

    fn pressed(&mut self, id: &NodeId, menu: &'a MenuNode, digits: &str) -> Move<'a> {
        self.note(format!("pressed {}", shortened(digits)));
        match menu.digits.iter().find(|(known, _)| known == digits) {
            Some((known, next)) => {
                let branch = format!("digits.{known}");
                self.keep(id, SAME_QUESTION, &branch, Vec::new());
                go(branch, next)
            }
            None => self.ask_again(id, menu, "invalid", &menu.invalid),
        }
    }

    fn ask_again(
        &mut self,
        id: &NodeId,
        menu: &MenuNode,
        branch: &'static str,
        next: &'a Branch,
    ) -> Move<'a> {
        if self.state.menu_attempts >= menu.attempts {
            return self.answered(id, branch, next);
        }
        self.state.menu_attempts += 1;
        Move::Wait(self.menu(menu))
    }
}
