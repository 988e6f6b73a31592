-- What calls' events are told to other systems. One text for both engines, as 0001.

CREATE TABLE outgoing_webhooks (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- JSON; the values of secret headers are in it sealed.
    settings TEXT NOT NULL,
    -- Which of its signing secrets is in force: they are derived from the server's secret, and stored nowhere.
    rotation BIGINT NOT NULL,
    -- The one before it signs too until then.
    old_secret_until BIGINT,
    -- Tells whether the server's secret is still the one that it was made with.
    secret_check BYTEA NOT NULL,
    -- Its events come after this place in the timeline.
    since TEXT NOT NULL,
    disabled_reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX outgoing_webhooks_org ON outgoing_webhooks (org_id, id);

-- One event of a call for one outgoing webhook.
CREATE TABLE deliveries (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    event TEXT NOT NULL,
    call_id UUID NOT NULL,
    -- Its own id for a replay, else 0: an event of a call is told once, and replayed as often as someone wants.
    copy UUID NOT NULL,
    replay_of UUID,
    -- waiting, pending, delivered, failed, dropped
    state TEXT NOT NULL,
    -- When the event was, or will be.
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When something is to be done with it; while it is being sent, when another may do it instead. NULL: never.
    next_at BIGINT,
    -- Who sends it.
    claim UUID,
    attempts_made BIGINT NOT NULL,
    ended_at BIGINT,
    last_status BIGINT,
    last_error TEXT,
    -- JSON: method, url, headers, body; made when it became pending.
    request TEXT,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX deliveries_call ON deliveries (org_id, call_id, webhook_id, event, copy);
CREATE INDEX deliveries_webhook ON deliveries (org_id, webhook_id, id);
CREATE INDEX deliveries_state ON deliveries (org_id, state, id);
-- From one outgoing webhook to the next, and in each what is due longest.
CREATE INDEX deliveries_due ON deliveries (state, webhook_id, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE delivery_attempts (
    org_id UUID NOT NULL,
    delivery_id UUID NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    response TEXT NOT NULL,
    PRIMARY KEY (org_id, delivery_id, number)
);

-- How many deliveries of each outgoing webhook ended, by hours.
CREATE TABLE delivery_traffic (
    org_id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    -- When the hour began.
    hour BIGINT NOT NULL,
    deliveries BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, webhook_id, hour)
)
WITHOUT ROWID -- sqlite
;

-- One row: how far the timeline was read for deliveries. Empty: nothing was.
CREATE TABLE delivery_progress (
    id BIGINT NOT NULL PRIMARY KEY,
    cursor TEXT NOT NULL
);
INSERT INTO delivery_progress (id, cursor) VALUES (1, '');
