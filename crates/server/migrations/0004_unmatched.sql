-- Updates whose call was not there. They wait for it, if their webhook says so.
CREATE TABLE held_updates (
    org_id UUID NOT NULL,
    -- The request's id, which is also the update's.
    request_id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    kind TEXT NOT NULL,
    -- What it waits for: 16 bytes of the SHA-256 of the organization and the caller, or a call's name.
    match_key UUID NOT NULL,
    caller TEXT,
    sent_id TEXT,
    -- JSON: the values to set.
    changes TEXT NOT NULL,
    -- Why it was not applied at once.
    reason TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- pending, applied, attached, expired, dismissed
    state TEXT NOT NULL,
    applied_to UUID,
    settled_at BIGINT,
    settled_by TEXT,
    -- JSON: fields that the call could not take, and why.
    skipped TEXT NOT NULL,
    PRIMARY KEY (org_id, request_id)
)
WITHOUT ROWID -- sqlite
;
-- What a call that starts looks for.
CREATE INDEX held_updates_key ON held_updates (match_key, received_at, request_id) WHERE state = 'pending';
CREATE INDEX held_updates_inbox ON held_updates (org_id, request_id) WHERE state = 'pending';
CREATE INDEX held_updates_age ON held_updates (expires_at) WHERE state = 'pending';

CREATE TYPE new_held AS (org_id UUID, request_id UUID, webhook_id UUID, kind TEXT, match_key UUID, caller TEXT, -- postgres
    sent_id TEXT, changes TEXT, reason TEXT, received_at BIGINT, expires_at BIGINT, state TEXT, -- postgres
    applied_to UUID, settled_at BIGINT, settled_by TEXT, skipped TEXT); -- postgres

-- What someone decided of call_data: attached, dismissed.
ALTER TABLE caller_data ADD COLUMN settled TEXT;
-- By organization, where the index before it was by time alone: as many writes, and the inbox can use it.
DROP INDEX caller_data_unmatched;
CREATE INDEX caller_data_inbox ON caller_data (org_id, request_id) WHERE matched_call IS NULL;
CREATE INDEX caller_data_settled ON caller_data (org_id, request_id) WHERE settled IS NOT NULL;
