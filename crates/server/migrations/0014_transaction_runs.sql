-- On SQLite, transaction ids by runs, each of which is written once and removed as a whole: see 0001_core. What is in the request log goes
-- into runs at the next start.
DROP TRIGGER requests_expired; -- sqlite
DROP TABLE transaction_ids; -- sqlite
DROP TABLE transaction_ids_merged; -- sqlite
-- Ids of requests up to `upto` are in this run or in an earlier one; the writer has those of later ones in memory.
CREATE TABLE transaction_runs (run INTEGER NOT NULL PRIMARY KEY, upto BIGINT NOT NULL, ids BIGINT NOT NULL, filter BLOB NOT NULL); -- sqlite
CREATE TABLE transaction_ids (run BIGINT NOT NULL, transaction_hash BLOB NOT NULL, request BIGINT NOT NULL, -- sqlite
    PRIMARY KEY (run, transaction_hash)) WITHOUT ROWID; -- sqlite
