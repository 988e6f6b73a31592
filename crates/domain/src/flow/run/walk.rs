//! From node to node, until one waits.

use std::borrow::Cow;

use super::chance::fingerprint;
use super::scope::Scope;
use super::state::Whereabouts;
use super::trace::{NodeTrace, shortened};
use super::{Advanced, Effect, Ending, Env, Failure, FlowState, Input, NotExpected, NotSet, Pause};
use crate::condition::Explained;
use crate::flow::limits::STEPS_MAX;
use crate::flow::node::{Branch, Node, NodeType};
use crate::flow::{Destination, Flow, NodeId};
use crate::tags::TagName;

pub(super) struct Walk<'a> {
    pub flow: &'a Flow,
    pub env: Env<'a>,
    pub state: FlowState,
    pub scope: Scope<'a>,
    pub effects: Vec<Effect>,
    pub trace: Vec<NodeTrace>,
    pub visit: Visit,
}

/// What is noted of the node that is visited now.
#[derive(Default)]
pub(super) struct Visit {
    pub explained: Option<Explained>,
    pub set: Vec<Effect>,
    pub notes: Vec<String>,
    pub replayed: bool,
}

/// What a node says of how to go on.
pub(super) enum Move<'a> {
    Go { branch: Cow<'static, str>, next: Option<&'a NodeId> },
    Wait(Pause),
    End(Pause),
}

pub(super) fn go<'a>(branch: impl Into<Cow<'static, str>>, next: &'a Branch) -> Move<'a> {
    Move::Go { branch: branch.into(), next: next.as_ref() }
}

impl<'a> Walk<'a> {
    pub fn new(flow: &'a Flow, mut state: FlowState, env: Env<'a>) -> Self {
        let variables = std::mem::take(&mut state.variables);
        let tags_read = std::mem::take(&mut state.tags_read);
        let scope = Scope::new(variables, tags_read, env.tags);
        let (effects, trace) = (Vec::new(), Vec::new());
        Self { flow, env, state, scope, effects, trace, visit: Visit::default() }
    }

    pub fn take(mut self, input: Input) -> Result<Advanced, NotExpected> {
        let at = match (&self.state.at, &input) {
            (Whereabouts::Before, Input::Begin) => return Ok(self.begin()),
            (Whereabouts::Waiting(at), _) => at.clone(),
            (Whereabouts::Before | Whereabouts::Over, _) => return Err(NotExpected),
        };
        let flow = self.flow;
        let Some(node) = flow.node(at.as_str()) else {
            // The flow is not the one that the call began with.
            return Ok(self.fail(Failure::UnknownNode { node: at }));
        };
        if input == Input::TagsChanged {
            return self.decide_again(&at, node.task.node_type());
        }
        let step = self.resume(&at, &node.task, input)?;
        // The wait is over: to come here again begins a new one.
        self.state.at = Whereabouts::Before;
        Ok(self.follow(&at, node, step))
    }

    fn begin(self) -> Advanced {
        match self.flow.start() {
            Some(start) => self.walk(start.clone()),
            None => self.fail(Failure::NoStart),
        }
    }

    fn decide_again(mut self, at: &NodeId, waits_at: NodeType) -> Result<Advanced, NotExpected> {
        // In a menu the caller has the word, and what was sent to a server will be answered.
        if !matches!(waits_at, NodeType::Hold | NodeType::Dial | NodeType::RoutingPlan) {
            return Err(NotExpected);
        }
        self.state.steps = 0;
        self.state.draws = 0;
        self.state.answers.decide_again();
        self.scope.variables.clear();
        self.scope.tags_read.clear();
        let mut advanced = self.begin();
        // A plan may well decide otherwise than before.
        advanced.same_wait = waits_at != NodeType::RoutingPlan && advanced.state.waiting_at() == Some(at);
        Ok(advanced)
    }

    /// From entering a node on.
    fn walk(mut self, first: NodeId) -> Advanced {
        let flow = self.flow;
        let mut at = first;
        loop {
            let Some(node) = flow.node(at.as_str()) else {
                return self.fail(Failure::UnknownNode { node: at });
            };
            if self.state.steps >= STEPS_MAX {
                return self.fail(Failure::TooManySteps);
            }
            self.state.steps += 1;
            let step = self.enter(&at, node);
            match self.settle(&at, node, step) {
                Ok(next) => at = next,
                Err(pause) => return self.pause(at, pause),
            }
        }
    }

    /// From what a node said on.
    fn follow(mut self, at: &NodeId, node: &Node, step: Move<'a>) -> Advanced {
        match self.settle(at, node, step) {
            Ok(next) => self.walk(next),
            Err(pause) => self.pause(at.clone(), pause),
        }
    }

    /// Notes a visit. The next node, or what the run waits for or ends with.
    fn settle(&mut self, at: &NodeId, node: &Node, step: Move<'a>) -> Result<NodeId, Move<'a>> {
        let (branch, next) = match &step {
            Move::Go { branch, next } => (Some(branch.clone().into_owned()), next.cloned()),
            Move::Wait(_) | Move::End(_) => (None, None),
        };
        let visit = std::mem::take(&mut self.visit);
        self.trace.push(NodeTrace {
            node: at.clone(),
            node_type: node.task.node_type(),
            read: self.scope.take_reads(),
            explained: visit.explained,
            set: visit.set,
            branch,
            next: next.clone(),
            message: (!visit.notes.is_empty()).then(|| shortened(&visit.notes.join("; "))),
            replayed: visit.replayed,
        });
        next.ok_or(step)
    }

    fn pause(mut self, at: NodeId, step: Move<'a>) -> Advanced {
        match step {
            Move::Wait(pause) => {
                if self.state.waiting_at() != Some(&at) {
                    self.state.since = self.env.now;
                }
                self.state.at = Whereabouts::Waiting(at);
                self.finish(pause)
            }
            Move::End(pause) => self.end(pause),
            Move::Go { branch, .. } => {
                self.fail(Failure::MissingBranch { node: at, branch: branch.into_owned() })
            }
        }
    }

    fn fail(self, failure: Failure) -> Advanced {
        self.end(Pause::End(Ending::Failed { failure }))
    }

    fn end(mut self, pause: Pause) -> Advanced {
        self.state.at = Whereabouts::Over;
        self.finish(pause)
    }

    fn finish(mut self, pause: Pause) -> Advanced {
        self.state.variables = self.scope.variables;
        self.state.tags_read = self.scope.tags_read;
        let Self { state, effects, trace, .. } = self;
        Advanced { state, effects, pause, trace, same_wait: false }
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.visit.notes.push(text.into());
    }

    pub fn set(&mut self, to: &Destination, value: &str) {
        match to {
            Destination::Variable(name) => {
                let result = self.scope.set_variable(name, value);
                self.note_set(name, value, result);
            }
            Destination::Tag(name) => match self.scope.set_tag(name, value) {
                Ok((name, value)) => {
                    self.note_set(&name, &value, Ok(()));
                    let print = fingerprint(value.as_bytes());
                    // A call that is decided again sets again what it has set: that is no news.
                    let again = self.state.tags_set.insert(name.clone(), print) == Some(print);
                    if again && self.env.tags.get(name.as_str()).as_deref() == Some(value.as_str()) {
                        return;
                    }
                    let effect = Effect::SetTag { name, value };
                    self.visit.set.push(effect.clone());
                    self.effects.push(effect);
                }
                Err(why) => self.note_set(name, value, Err(why)),
            },
        }
    }

    fn note_set(&mut self, name: &TagName, value: &str, result: Result<(), NotSet>) {
        self.note(match result {
            Ok(()) => format!("{name} = {}", shortened(value)),
            Err(why) => format!("{name} is not set: {why}"),
        });
    }
}
