-- How calls are being routed, and why they went where they went. One text for both engines, as 0001.

-- Where a call stands in its plan or flow, from its start to its end.
CREATE TABLE call_routes (
    org_id UUID NOT NULL,
    call_id UUID NOT NULL,
    -- The target that has the call, or had it: for what a plan says of a caller's next call.
    target_id UUID,
    state TEXT NOT NULL,
    PRIMARY KEY (org_id, call_id)
)
WITHOUT ROWID -- sqlite
WITH (fillfactor = 80) -- postgres
;

-- Each decision of a call with its trace, appended.
CREATE TABLE decisions (
    org_id UUID NOT NULL,
    call_id UUID NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    decision TEXT NOT NULL,
    PRIMARY KEY (org_id, call_id, number)
);

-- Calls that were sent to a target in a period, and places held by bids. Raised in the transaction of the decision.
CREATE TABLE target_counters (
    org_id UUID NOT NULL,
    target_id UUID NOT NULL,
    period TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (org_id, target_id, period, starts_at)
)
WITHOUT ROWID -- sqlite
;

-- Calls that ring at a target or are connected to it.
CREATE TABLE target_calls (
    org_id UUID NOT NULL,
    target_id UUID NOT NULL,
    live BIGINT NOT NULL,
    PRIMARY KEY (org_id, target_id)
)
WITHOUT ROWID -- sqlite
;

-- How many calls a flow's round-robin node has distributed.
CREATE TABLE flow_turns (
    org_id UUID NOT NULL,
    flow_id UUID NOT NULL,
    node TEXT NOT NULL,
    turns BIGINT NOT NULL,
    PRIMARY KEY (org_id, flow_id, node)
)
WITHOUT ROWID -- sqlite
;
