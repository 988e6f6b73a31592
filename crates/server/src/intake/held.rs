//! What an update without its call waits for.

use hookline_domain::ids::OrgId;
use hookline_domain::update::Calls;
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
