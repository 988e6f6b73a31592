-- How calls find their way. One text for both engines, as 0001.
-- `revision` is the settings_version that the row's last change raised: a node reads again only what is newer than
-- what it knows.

CREATE TABLE targets (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- The JSON of a target, without its id.
    definition TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX targets_org ON targets (org_id, id);

CREATE TABLE routing_plans (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- The JSON of a plan, without its id; the draft is one that routes no call yet.
    definition TEXT NOT NULL,
    draft TEXT,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX routing_plans_org ON routing_plans (org_id, id);

CREATE TABLE flows (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    draft TEXT,
    -- The version that is published.
    version BIGINT,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX flows_org ON flows (org_id, id);

-- Never changed once written; removed only with their flow.
CREATE TABLE flow_versions (
    org_id UUID NOT NULL,
    flow_id UUID NOT NULL REFERENCES flows (id),
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT NOT NULL,
    PRIMARY KEY (org_id, flow_id, version)
);

CREATE TABLE rtb_endpoints (
    id UUID NOT NULL PRIMARY KEY,
    org_id UUID NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    campaign_id UUID NOT NULL REFERENCES campaigns (id),
    publisher_id UUID REFERENCES publishers (id),
    enabled BOOLEAN NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- One for each publisher and campaign, and one of a campaign without a publisher: NULLs are never equal.
CREATE UNIQUE INDEX rtb_endpoints_publisher ON rtb_endpoints (org_id, campaign_id, publisher_id)
    WHERE publisher_id IS NOT NULL;
CREATE UNIQUE INDEX rtb_endpoints_campaign ON rtb_endpoints (org_id, campaign_id) WHERE publisher_id IS NULL;

-- {"plan":"…"} or {"flow":"…"}; NULL: the campaign's calls are not routed here.
ALTER TABLE campaigns ADD COLUMN routing TEXT;
