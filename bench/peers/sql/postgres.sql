-- The tables of both PostgreSQL peers: what the product needs to answer later, no index more than that.
CREATE TABLE webhooks (
  id uuid PRIMARY KEY, organization_id uuid NOT NULL, type text NOT NULL,
  rate_limit bigint NOT NULL, rate_window_us bigint NOT NULL
);
CREATE TABLE webhook_keys (hash bytea PRIMARY KEY, webhook_id uuid NOT NULL REFERENCES webhooks);

-- Room on each page keeps an update on its page and out of the indexes (HOT).
CREATE TABLE calls (
  id uuid PRIMARY KEY, organization_id uuid NOT NULL, caller text NOT NULL, dialed text NOT NULL,
  status text NOT NULL, started_at bigint NOT NULL, answered_at bigint, ended_at bigint, connected_seconds bigint,
  converted boolean NOT NULL DEFAULT false, converted_at bigint,
  revenue_paid_out bigint, publisher_paid_out bigint, reason text, no_payout_reason text, state text, zip text
) WITH (fillfactor = 80);

CREATE TABLE timeline (
  call_id uuid NOT NULL, seq bigint GENERATED ALWAYS AS IDENTITY, at bigint NOT NULL, request_id uuid NOT NULL,
  change text NOT NULL, PRIMARY KEY (call_id, seq)
);
-- Request ids are UUIDs of version 7, so this one index also serves "the newest of a webhook".
CREATE TABLE requests (
  webhook_id uuid NOT NULL, id uuid NOT NULL, received_at bigint NOT NULL, method text NOT NULL, headers text NOT NULL,
  query text NOT NULL, body text NOT NULL, status integer NOT NULL, response text NOT NULL, PRIMARY KEY (webhook_id, id)
);
CREATE TABLE idempotency (
  organization_id uuid NOT NULL, transaction_id text NOT NULL, webhook_type text NOT NULL, payload_hash bytea NOT NULL,
  response text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY (organization_id, transaction_id)
);
