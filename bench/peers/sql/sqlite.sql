-- The tables of the SQLite peer, with the columns of postgres.sql.
PRAGMA journal_mode = WAL;
CREATE TABLE webhooks (
  id BLOB PRIMARY KEY, organization_id BLOB NOT NULL, type TEXT NOT NULL,
  rate_limit INTEGER NOT NULL, rate_window_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE webhook_keys (hash BLOB PRIMARY KEY, webhook_id BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE calls (
  id BLOB PRIMARY KEY, organization_id BLOB NOT NULL, caller TEXT NOT NULL, dialed TEXT NOT NULL,
  status TEXT NOT NULL, started_at INTEGER NOT NULL, answered_at INTEGER, ended_at INTEGER, connected_seconds INTEGER,
  converted INTEGER NOT NULL DEFAULT 0, converted_at INTEGER,
  revenue_paid_out INTEGER, publisher_paid_out INTEGER, reason TEXT, no_payout_reason TEXT, state TEXT, zip TEXT
) WITHOUT ROWID;
CREATE TABLE timeline (
  seq INTEGER PRIMARY KEY, call_id BLOB NOT NULL, at INTEGER NOT NULL, request_id BLOB NOT NULL, change TEXT NOT NULL
);
CREATE INDEX timeline_by_call ON timeline (call_id);
-- Request ids are UUIDs of version 7: clustered by them, a new row goes to the end of the table.
CREATE TABLE requests (
  webhook_id BLOB NOT NULL, id BLOB NOT NULL, received_at INTEGER NOT NULL, method TEXT NOT NULL, headers TEXT NOT NULL,
  query TEXT NOT NULL, body TEXT NOT NULL, status INTEGER NOT NULL, response TEXT NOT NULL, PRIMARY KEY (webhook_id, id)
) WITHOUT ROWID;
CREATE TABLE idempotency (
  organization_id BLOB NOT NULL, transaction_id TEXT NOT NULL, webhook_type TEXT NOT NULL, payload_hash BLOB NOT NULL,
  response TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (organization_id, transaction_id)
) WITHOUT ROWID;
