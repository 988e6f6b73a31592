// The PostgreSQL side. node-pg's pipeline mode sends the statements of one step together, so a request costs two
// round trips: (begin, lock, read) and (write, commit). Every statement is prepared once per connection.
import pg from 'pg';
import { failure, requestIdText } from '../common/app.js';

pg.types.setTypeParser(pg.types.builtins.INT8, Number); // times and money fit 53 bits

const LOCK = {
  name: 'lock',
  // Try, never wait: a second request with an id that is in progress must get its 409 at once.
  text: `SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0)) AS mine`,
};
// A statement of its own after LOCK: under READ COMMITTED only a new snapshot sees what the lock's last holder wrote.
const READ = {
  name: 'read',
  text: `SELECT response, webhook_type FROM idempotency WHERE organization_id = $1 AND transaction_id = $2`,
};
const CALL = {
  name: 'call',
  text: `SELECT organization_id FROM calls WHERE id = $1`,
};
const WRITE = {
  name: 'write',
  // The row is locked and read first, and the update joins what was read: the timeline's "from" is exact.
  text: `WITH before AS (
    SELECT id, revenue_paid_out, converted_at FROM calls WHERE id = $1 FOR UPDATE
  ), updated AS (
    UPDATE calls c SET revenue_paid_out = $2, converted = true, converted_at = coalesce(c.converted_at, $3)
    FROM before WHERE c.id = before.id
  ), line AS (
    INSERT INTO timeline (call_id, at, request_id, change)
    SELECT id, $3, $4, json_build_object('revenue_paid_out', json_build_array(revenue_paid_out, $2::bigint),
      'converted_at', json_build_array(converted_at, coalesce(converted_at, $3)))::text FROM before
  ), logged AS (
    INSERT INTO requests (webhook_id, id, received_at, method, headers, query, body, status, response)
    VALUES ($5, $4, $3, $6, $7, $8, $9, 200, $10)
  )
  INSERT INTO idempotency (organization_id, transaction_id, webhook_type, payload_hash, response, created_at)
  SELECT $11, $12, $13, $14, $10, $3 WHERE $12::text IS NOT NULL`,
};
const LOG = {
  name: 'log',
  text: `INSERT INTO requests (webhook_id, id, received_at, method, headers, query, body, status, response)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};
const prepared = (statement, values) => ({ ...statement, values });

export function openStore(connectionString, connections) {
  const pool = new pg.Pool({ connectionString, max: connections, min: connections, idleTimeoutMillis: 0, pipeline: true });

  async function logRequest(row, { status, body }, on = pool) {
    const values = [row.webhook.id, requestIdText(row), row.at, row.method, row.headers, row.query, row.body, status, body];
    await on.query(prepared(LOG, values));
  }

  return {
    logRequest,

    async findKey(hash) {
      const { rows } = await pool.query(
        `SELECT w.id, w.id AS window, w.organization_id AS "organizationId", w.type, w.rate_limit AS "rateLimit",
                w.rate_window_us AS "rateWindowUs"
         FROM webhook_keys k JOIN webhooks w ON w.id = k.webhook_id WHERE k.hash = $1`,
        [hash],
      );
      return rows[0];
    },

    async recentTimes(window, since, count) {
      const { rows } = await pool.query({
        text: `SELECT received_at FROM requests WHERE webhook_id = $1 AND received_at > $2 ORDER BY id DESC LIMIT $3`,
        values: [window, since, count],
        rowMode: 'array',
      });
      return rows.reverse().map(([at]) => at);
    },

    async updateRevenue(command) {
      const client = await pool.connect();
      let broken;
      try {
        return await transact(client, command, logRequest);
      } catch (error) {
        broken = error; // the pool closes a connection whose state is unknown
        throw error;
      } finally {
        client.release(broken);
      }
    },
    end: () => pool.end(),
  };
}

async function transact(client, { row, callId, micros, transactionId, payloadHash, success }, logRequest) {
  const organization = row.webhook.organizationId;
  const [, lock, stored, found] = await Promise.all([
    client.query('BEGIN'),
    transactionId === null ? undefined : client.query(prepared(LOCK, [organization, transactionId])),
    transactionId === null ? undefined : client.query(prepared(READ, [organization, transactionId])),
    client.query(prepared(CALL, [callId])),
  ]);
  const refusal = refuse(lock?.rows[0], stored?.rows[0], found.rows[0], row);
  if (refusal !== undefined) {
    const logged = logRequest(row, refusal, client);
    await Promise.all([logged, client.query('COMMIT')]);
    return refusal;
  }
  const values = [callId, micros, row.at, requestIdText(row), row.webhook.id, row.method, row.headers, row.query];
  values.push(row.body, success, organization, transactionId, row.webhook.type, payloadHash);
  const [, end] = await Promise.all([client.query(prepared(WRITE, values)), client.query('COMMIT')]);
  // COMMIT of a failed transaction answers ROLLBACK without an error.
  if (end.command !== 'COMMIT') throw new Error('the transaction was rolled back');
  return { status: 200, body: success };
}

function refuse(lock, stored, call, row) {
  if (lock !== undefined && !lock.mine) return failure('in_progress');
  if (stored !== undefined) {
    if (stored.webhook_type !== row.webhook.type) return failure('transaction_id_reused');
    return { status: 200, body: stored.response, replayed: true };
  }
  if (call === undefined) return failure('call_not_found');
  if (call.organization_id !== row.webhook.organizationId) return failure('foreign_call');
  return undefined;
}
