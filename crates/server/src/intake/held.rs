//! Updates without their call: what they wait for, and their rows.

use hookline_domain::ids::{CallId, OrgId, RequestId};
use hookline_domain::matching::{HeldState, HeldUpdate};
use hookline_domain::time::Timestamp;
use hookline_domain::update::Calls;
use hookline_domain::webhook::{SkippedField, WebhookKind};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::work::StartCall;

/// 16 bytes of the SHA-256 of an organization and a caller's number, or a name of a call. Of one length and
/// without quotes, so that a commit can ask for it in its first message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeldKey(pub Uuid);

impl HeldKey {
    fn of(org: OrgId, what: &str, text: &str) -> Self {
        let digest =
            Sha256::new().chain_update(org.0.as_bytes()).chain_update(what).chain_update(text).finalize();
        Self(Uuid::from_bytes(digest[..16].try_into().expect("a SHA-256 has 32 bytes")))
    }

    /// What an update waits for; one of a batch never waits.
    pub fn of_update(org: OrgId, calls: &Calls) -> Option<Self> {
        match calls {
            Calls::Phone(caller) => Some(Self::of(org, "caller", caller)),
            Calls::One(name) => Some(Self::of(org, "name", name)),
            Calls::Batch(_) => None,
        }
    }

    /// What may wait for this call. Its own id is not among it: that is made here, and nobody can have
    /// named it before.
    pub fn of_start(start: &StartCall) -> impl Iterator<Item = Self> {
        let org = start.org.id;
        let name = start.external_id.as_deref().map(|name| Self::of(org, "name", name));
        [Self::of(org, "caller", &start.caller)].into_iter().chain(name)
    }
}

/// An update that waits for its call, beside what the request log has of it.
#[derive(Debug)]
pub struct HeldRow {
    pub org: OrgId,
    pub kind: WebhookKind,
    pub key: HeldKey,
    pub caller: Option<String>,
    pub sent_id: Option<String>,
    pub held: HeldUpdate,
    /// Why it was not applied at once.
    pub reason: String,
    /// Its call appeared in the very same commit.
    pub settled: Option<Settled>,
}

/// What became of a held update.
#[derive(Debug, Clone)]
pub struct Settled {
    pub state: HeldState,
    pub call: CallId,
    pub at: Timestamp,
    /// Who decided it, if it was someone.
    pub by: Option<String>,
    pub skipped: Vec<SkippedField>,
}

#[derive(Debug)]
pub struct SettledRow {
    pub org: OrgId,
    pub request: RequestId,
    pub settled: Settled,
}

/// A held update that someone attaches to a call.
#[derive(Debug, Clone)]
pub struct Attaching {
    pub held: HeldUpdate,
    pub state: HeldState,
    /// The call that has it by now.
    pub call: Option<CallId>,
}
