-- What publishers asked of RTB endpoints, what they were answered, and the places that are held for it. One text for
-- both engines, as 0001.
CREATE TABLE rtb_bids (
    org_id UUID NOT NULL,
    -- The request's id.
    id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    -- In E.164; NULL if no number was sent.
    caller TEXT,
    at BIGINT NOT NULL,
    -- Until when the place is held. This and the next three only of a bid that got one.
    expires_at BIGINT,
    -- In micro-dollars; NULL: nothing is paid.
    payout BIGINT,
    target_id UUID,
    -- JSON: the target, the counters that were raised, and the rule that was answered.
    reservation TEXT,
    -- JSON: names and values as they were sent.
    parameters TEXT NOT NULL,
    -- reserved, used, expired, rejected
    state TEXT NOT NULL,
    -- Why it was rejected.
    reason TEXT,
    -- The call that used it.
    call_id UUID,
    -- JSON, as it was sent.
    answer TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX rtb_bids_endpoint ON rtb_bids (org_id, endpoint_id, id);
-- What a call that starts looks for, and what is to be given back.
CREATE INDEX rtb_bids_caller ON rtb_bids (org_id, caller) WHERE state = 'reserved';
CREATE INDEX rtb_bids_due ON rtb_bids (org_id, expires_at) WHERE state = 'reserved';
