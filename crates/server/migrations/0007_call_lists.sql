-- The call log by campaign and by publisher, newest first. Neither changes when a call is updated.
CREATE INDEX calls_campaign ON calls (org_id, campaign_id, id);
CREATE INDEX calls_publisher ON calls (org_id, publisher_id, id);
