-- Calls summed up by quarters of an hour, for reports; made from the calls, and made again when one of them changes.
CREATE TABLE report_counts (
    org_id UUID NOT NULL,
    -- all, campaign, publisher, target
    dimension TEXT NOT NULL,
    -- When the quarter began.
    bucket BIGINT NOT NULL,
    -- The campaign's or publisher's id, the target's name; empty for none, and for `all`.
    item TEXT NOT NULL,
    calls BIGINT NOT NULL,
    connected BIGINT NOT NULL,
    converted BIGINT NOT NULL,
    -- In micro-dollars.
    revenue BIGINT NOT NULL,
    payout BIGINT NOT NULL,
    -- In microseconds.
    talked BIGINT NOT NULL,
    PRIMARY KEY (org_id, dimension, bucket, item)
)
WITHOUT ROWID -- sqlite
;

-- One row: how far the timeline was read for it, and which node reads on.
CREATE TABLE report_progress (
    id BIGINT NOT NULL PRIMARY KEY,
    -- NULL: the counts have never been made.
    cursor TEXT,
    -- Up to when it has seen every change.
    seen_at BIGINT NOT NULL,
    node UUID,
    leased_until BIGINT NOT NULL
);
INSERT INTO report_progress (id, cursor, seen_at, node, leased_until) VALUES (1, NULL, 0, NULL, 0);

-- A call's start never changes.
CREATE INDEX calls_started ON calls (org_id, started_at);
