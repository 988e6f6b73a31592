-- One text for both engines. A line that ends in "-- sqlite" or "-- postgres" is for that engine only.
-- Times are microseconds since 1970 (BIGINT), money is micro-dollars (BIGINT), ids are 16 bytes (UUID).

CREATE TABLE organizations (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    default_country TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- SHA-256 of the key; the key itself is stored nowhere.
    key_hash BYTEA NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE webhooks (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX webhooks_org ON webhooks (org_id, id);

CREATE TABLE webhook_keys (
    key_hash BYTEA NOT NULL PRIMARY KEY,
    webhook_id UUID NOT NULL REFERENCES webhooks (id),
    hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Set by a rotation: the old key works until then.
    expires_at BIGINT
);
CREATE INDEX webhook_keys_webhook ON webhook_keys (webhook_id);

CREATE TABLE custom_tags (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    tag_key TEXT NOT NULL,
    label TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, tag_key)
);

CREATE TABLE publishers (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    tag_defaults TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX publishers_org ON publishers (org_id, id);

CREATE TABLE campaigns (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    tag_defaults TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX campaigns_org ON campaigns (org_id, id);

CREATE TABLE numbers (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    phone_number TEXT NOT NULL,
    campaign_id UUID NOT NULL REFERENCES campaigns (id),
    publisher_id UUID REFERENCES publishers (id),
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, phone_number)
);

-- One row: raised by every change to the tables above, so that nodes know when to read them again.
CREATE TABLE settings_version (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO settings_version (id, version) VALUES (1, 1);

CREATE TABLE calls (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    -- The switch's own id of the call: a repeated start is the same call.
    external_id TEXT,
    caller TEXT NOT NULL,
    dialed TEXT NOT NULL,
    campaign_id UUID,
    publisher_id UUID,
    number_id UUID,
    target TEXT,
    status BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    answered_at BIGINT,
    ended_at BIGINT,
    converted BOOLEAN NOT NULL,
    converted_at BIGINT,
    revenue BIGINT,
    payout BIGINT,
    reason TEXT,
    no_payout_reason TEXT,
    state TEXT,
    zip TEXT,
    -- The newest timeline entry of this call; each entry names the one before it.
    last_seq BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
)
WITHOUT ROWID -- sqlite
-- Room on each page keeps an update on its page and out of the indexes.
WITH (fillfactor = 80) -- postgres
;
-- Tells an unknown id (404) from another organization's (403).
CREATE UNIQUE INDEX calls_id ON calls (id);
CREATE INDEX calls_caller ON calls (org_id, caller, started_at);
CREATE INDEX calls_live ON calls (org_id, caller) WHERE status < 2;
CREATE UNIQUE INDEX calls_external ON calls (org_id, external_id) WHERE external_id IS NOT NULL;

-- Beside the call and not in it: a revenue update then rewrites a small row.
CREATE TABLE call_tags (
    org_id UUID NOT NULL,
    call_id UUID NOT NULL,
    tags TEXT NOT NULL,
    PRIMARY KEY (org_id, call_id)
)
WITHOUT ROWID -- sqlite
WITH (fillfactor = 80) -- postgres
;

-- Every change to a call, appended; also the outbox and what streams read. No index by call: a call's
-- entries form a chain (calls.last_seq, then previous), so an append touches only the table's end.
CREATE TABLE timeline (
    seq INTEGER NOT NULL PRIMARY KEY, -- sqlite
    seq BIGINT NOT NULL PRIMARY KEY, -- postgres
    org_id UUID NOT NULL,
    call_id UUID NOT NULL,
    previous BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    request_id UUID,
    -- The writing transaction. Readers order by it where numbers alone are not in commit order.
    tx BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint), -- postgres
    changes TEXT NOT NULL
);
CREATE INDEX timeline_tail ON timeline (tx, seq); -- postgres
CREATE SEQUENCE timeline_blocks; -- postgres

-- The request log. Its rows are large and only appended: SQLite keeps them by a number, which splits no page for that.
CREATE TABLE requests (
    seq INTEGER NOT NULL PRIMARY KEY, -- sqlite
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    received_at BIGINT NOT NULL,
    method TEXT NOT NULL,
    address TEXT NOT NULL,
    query TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BYTEA NOT NULL,
    transaction_id TEXT,
    -- Of a request that used its transaction id: 16 bytes of the SHA-256 of organization and id, and
    -- what tells another payload.
    transaction_hash UUID,
    fingerprint BYTEA,
    caller TEXT,
    status BIGINT NOT NULL,
    code TEXT,
    -- The answer's bytes; empty for a replay, whose answer is that of the request it repeats.
    response BYTEA NOT NULL,
    replay_of UUID,
    mismatch BOOLEAN NOT NULL,
    -- What it did: calls changed, fields matched, and why not.
    effect TEXT NOT NULL,
    UNIQUE (org_id, id) -- sqlite
    PRIMARY KEY (org_id, id) -- postgres
);
CREATE INDEX requests_webhook ON requests (org_id, webhook_id, id);

-- A transaction id is used by one request: the one whose answer its repeats get.
CREATE UNIQUE INDEX requests_transaction ON requests (transaction_hash) WHERE transaction_hash IS NOT NULL; -- postgres
-- On SQLite that index would write a page of its own for every request, anywhere in it. The ids of requests up to `upto` are
-- in this table, added many at a time and in its order; the writer has those of later ones in memory.
CREATE TABLE transaction_ids (transaction_hash BLOB NOT NULL PRIMARY KEY, request BIGINT NOT NULL) WITHOUT ROWID; -- sqlite
CREATE TABLE transaction_ids_merged (id BIGINT NOT NULL PRIMARY KEY, upto BIGINT NOT NULL); -- sqlite
INSERT INTO transaction_ids_merged (id, upto) VALUES (1, 0); -- sqlite
CREATE TRIGGER requests_expired AFTER DELETE ON requests BEGIN -- sqlite
    DELETE FROM transaction_ids WHERE transaction_hash = OLD.transaction_hash AND request = OLD.seq; -- sqlite
END; -- sqlite

-- A commit hands its rows over as arrays of these.
CREATE TYPE new_call AS (org_id UUID, id UUID, external_id TEXT, caller TEXT, dialed TEXT, campaign_id UUID, -- postgres
    publisher_id UUID, number_id UUID, target TEXT, status BIGINT, started_at BIGINT, answered_at BIGINT, -- postgres
    ended_at BIGINT, converted BOOLEAN, converted_at BIGINT, revenue BIGINT, payout BIGINT, reason TEXT, -- postgres
    no_payout_reason TEXT, state TEXT, zip TEXT, last_seq BIGINT); -- postgres
CREATE TYPE changed_call AS (id UUID, target TEXT, status BIGINT, answered_at BIGINT, ended_at BIGINT, converted BOOLEAN, -- postgres
    converted_at BIGINT, revenue BIGINT, payout BIGINT, reason TEXT, no_payout_reason TEXT, state TEXT, zip TEXT, -- postgres
    last_seq BIGINT, read_seq BIGINT); -- postgres
CREATE TYPE new_timeline AS (org_id UUID, seq BIGINT, call_id UUID, previous BIGINT, at BIGINT, kind TEXT, -- postgres
    actor TEXT, request_id UUID, changes TEXT); -- postgres
CREATE TYPE new_request AS (org_id UUID, id UUID, webhook_id UUID, received_at BIGINT, method TEXT, address TEXT, -- postgres
    query TEXT, headers TEXT, body BYTEA, transaction_id TEXT, transaction_hash UUID, fingerprint BYTEA, -- postgres
    caller TEXT, status BIGINT, code TEXT, response BYTEA, replay_of UUID, mismatch BOOLEAN, effect TEXT); -- postgres

-- What call_data requests told of callers, until the longest lookback is over.
CREATE TABLE caller_data (
    org_id UUID NOT NULL,
    caller TEXT NOT NULL,
    request_id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    received_at BIGINT NOT NULL,
    fields TEXT NOT NULL,
    -- The first call it was matched to.
    matched_call UUID,
    PRIMARY KEY (org_id, caller, request_id)
)
WITHOUT ROWID -- sqlite
;
CREATE INDEX caller_data_age ON caller_data (received_at);
CREATE INDEX caller_data_unmatched ON caller_data (received_at) WHERE matched_call IS NULL;

-- Admissions against the rate limit: one row for each commit that admitted requests of a webhook.
CREATE TABLE rate_admissions (
    webhook_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    stamp BIGINT NOT NULL,
    admitted BIGINT NOT NULL,
    PRIMARY KEY (webhook_id, seq)
)
WITHOUT ROWID -- sqlite
;
CREATE INDEX rate_admissions_age ON rate_admissions (stamp);

-- The row that nodes lock to admit requests of a webhook, and the newest admission's seq.
CREATE TABLE rate_heads (
    webhook_id UUID NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL
);

-- One row: ties the steady clock of the rate limit to the machine's (sqlite) or the database's.
CREATE TABLE steady_clock (
    id BIGINT NOT NULL PRIMARY KEY,
    boot TEXT NOT NULL,
    behind BIGINT NOT NULL
);
