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

-- SQLite keeps no count of rows and would walk all calls in the order that is asked for. These are the figures of a call
-- log of a million, written down rather than measured: the same statement is then carried out alike on every server.
ANALYZE calls; -- sqlite
DELETE FROM sqlite_stat1 WHERE tbl = 'calls'; -- sqlite
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES -- sqlite
    ('calls', 'calls', '1000000 1000000 1'), -- sqlite
    ('calls', 'calls_id', '1000000 1'), -- sqlite
    ('calls', 'calls_caller', '1000000 1000000 5 1'), -- sqlite
    ('calls', 'calls_live', '100 100 1'), -- sqlite
    ('calls', 'calls_external', '1000000 1000000 1'), -- sqlite
    ('calls', 'calls_campaign', '1000000 1000000 50000 1'), -- sqlite
    ('calls', 'calls_publisher', '1000000 1000000 20000 1'), -- sqlite
    ('calls', 'calls_started', '1000000 1000000 1'); -- sqlite
