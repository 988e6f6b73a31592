// The SQLite side: better-sqlite3 is synchronous, so a request is one IMMEDIATE transaction with its own commit,
// as the library's documentation shows it. With PEER_GROUP=1 the requests of one turn of the event loop share a
// commit instead, each in a savepoint: the strongest form of this stack, reported beside the plain one.
import Database from 'better-sqlite3';
import { failure } from '../common/app.js';
import { parseUuid } from '../common/ids.js';

export function openStore(path, group) {
  const db = new Database(path, { timeout: 5000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('cache_size = -65536');
  db.pragma('temp_store = MEMORY');

  const sql = {
    key: db.prepare(`SELECT w.id, lower(hex(w.id)) AS window, w.organization_id AS organizationId, w.type, w.rate_limit AS rateLimit,
        w.rate_window_us AS rateWindowUs
      FROM webhook_keys k JOIN webhooks w ON w.id = k.webhook_id WHERE k.hash = ?`),
    recent: db.prepare(`SELECT received_at FROM requests WHERE webhook_id = ? AND received_at > ? ORDER BY id DESC LIMIT ?`),
    stored: db.prepare(`SELECT response, webhook_type FROM idempotency WHERE organization_id = ? AND transaction_id = ?`),
    call: db.prepare(`SELECT organization_id, revenue_paid_out, converted_at FROM calls WHERE id = ?`),
    update: db.prepare(`UPDATE calls SET revenue_paid_out = ?, converted = 1, converted_at = coalesce(converted_at, ?) WHERE id = ?`),
    line: db.prepare(`INSERT INTO timeline (call_id, at, request_id, change) VALUES (?, ?, ?, ?)`),
    log: db.prepare(`INSERT INTO requests (webhook_id, id, received_at, method, headers, query, body, status, response)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    keep: db.prepare(`INSERT INTO idempotency (organization_id, transaction_id, webhook_type, payload_hash, response, created_at)
      VALUES (?, ?, ?, ?, ?, ?)`),
  };

  const logRow = (row, { status, body }) =>
    sql.log.run(row.webhook.id, row.id, row.at, row.method, row.headers, row.query, row.body, status, body);

  function apply({ row, callId, micros, transactionId, payloadHash, success }) {
    const organization = row.webhook.organizationId;
    const id = parseUuid(callId);
    const stored = transactionId === null ? undefined : sql.stored.get(organization, transactionId);
    const call = stored === undefined ? sql.call.get(id) : undefined;
    const refusal = refuse(stored, call, row);
    if (refusal !== undefined) {
      logRow(row, refusal);
      return refusal;
    }
    const change = JSON.stringify({
      revenue_paid_out: [call.revenue_paid_out, micros],
      ...(call.converted_at === null && { converted_at: [null, row.at] }),
    });
    const done = { status: 200, body: success };
    sql.update.run(micros, row.at, id);
    sql.line.run(id, row.at, row.id, change);
    logRow(row, done);
    if (transactionId !== null) sql.keep.run(organization, transactionId, row.webhook.type, payloadHash, success, row.at);
    return done;
  }

  const single = db.transaction(apply).immediate;
  return {
    findKey: (hash) => sql.key.get(hash),
    recentTimes: (window, since, count) =>
      sql.recent.raw().all(parseUuid(window), since, count).reverse().map(([at]) => at),
    logRequest: logRow,
    updateRevenue: group ? grouped(db, apply) : single,
    end: () => db.close(),
  };
}

function grouped(db, apply) {
  let waiting = [];
  const one = db.transaction(apply); // nested, so a savepoint: one failing request does not undo its neighbours
  const all = db.transaction((items) => {
    for (const item of items) {
      try {
        item.outcome = one(item.command);
      } catch (error) {
        item.error = error;
      }
    }
  }).immediate;
  const flush = () => {
    const items = waiting;
    waiting = [];
    try {
      all(items);
    } catch (error) {
      for (const item of items) item.error = error;
    }
    for (const item of items) item.error ? item.reject(item.error) : item.resolve(item.outcome);
  };
  return (command) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ command, resolve, reject });
    });
}

function refuse(stored, call, row) {
  if (stored !== undefined) {
    if (stored.webhook_type !== row.webhook.type) return failure('transaction_id_reused');
    return { status: 200, body: stored.response, replayed: true };
  }
  if (call === undefined) return failure('call_not_found');
  if (!call.organization_id.equals(row.webhook.organizationId)) return failure('foreign_call');
  return undefined;
}
