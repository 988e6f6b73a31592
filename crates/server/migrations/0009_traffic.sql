-- How many requests came to each webhook, by hours; a server adds what it counted every few seconds.
CREATE TABLE webhook_traffic (
    org_id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    -- When the hour began.
    hour BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    -- Answered with 4xx or 5xx.
    refused BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, webhook_id, hour)
)
WITHOUT ROWID -- sqlite
;
