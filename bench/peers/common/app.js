// The HTTP side that both Node peers share: authenticate, admit, parse, hand a command to the store, answer.
import { createHash } from 'node:crypto';
import { formatUuid, isUuid, uuidV7Bytes } from './ids.js';
import { fromMicros, toMicros } from './money.js';

const BODY_BYTES_MAX = 256 * 1024;
const KEY_CACHE_MS = 5000; // a deleted key must stop working within 5 s
const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie']);

const sha256 = (text) => createHash('sha256').update(text).digest();

const ERRORS = {
  unauthorized: [401, 'Unauthorized', 'The key is missing or not valid here.'],
  rate_limited: [429, 'Rate limited', 'Wait as long as Retry-After says.'],
  bad_request: [400, 'Bad request', 'The body must be a JSON object with call_log_id and revenue_paid_out.'],
  foreign_call: [403, 'Forbidden', 'The call belongs to another organization.'],
  call_not_found: [404, 'Not found', 'Call log not found'],
  in_progress: [409, 'Conflict', 'A request with this transaction_id is being processed.'],
  transaction_id_reused: [409, 'Conflict', 'This transaction_id was used on another webhook type.'],
};

export function failure(code) {
  const [status, error, message] = ERRORS[code];
  return { status, body: JSON.stringify({ success: false, error, code, message }) };
}

// `store` has findKey(sha256), updateRevenue(command) and logRequest(row); `admit` answers seconds to wait.
export function buildApp(fastify, store, admit) {
  const app = fastify({ logger: false, bodyLimit: BODY_BYTES_MAX, disableRequestLogging: true });
  const keys = new Map();

  // The request log keeps the body as it came, so the text is kept beside the parsed value.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    request.bodyText = text;
    try {
      done(null, JSON.parse(text));
    } catch {
      done(null, null);
    }
  });
  app.decorateRequest('bodyText', '');
  app.decorateRequest('webhook', null);

  async function findWebhook(key, type) {
    if (typeof key !== 'string') return undefined;
    const cached = keys.get(key);
    const now = Date.now();
    if (cached !== undefined && cached.until > now) return cached.webhook.type === type ? cached.webhook : undefined;
    const webhook = await store.findKey(sha256(key));
    if (webhook === undefined) return undefined;
    webhook.policy = `"webhook";q=${webhook.rateLimit};w=${webhook.rateWindowUs / 1e6}`;
    keys.set(key, { webhook, until: now + KEY_CACHE_MS });
    return webhook.type === type ? webhook : undefined;
  }

  function answer(reply, { status, body, replayed }) {
    reply.code(status).header('content-type', 'application/json').header('cache-control', 'no-store');
    if (replayed) reply.header('idempotent-replayed', 'true');
    return reply.send(body);
  }

  // Runs before the body is read: a stranger's body is never parsed.
  const gate = (type) => async (request, reply) => {
    const webhook = await findWebhook(request.query.moja_auth_key, type);
    if (webhook === undefined) return answer(reply, failure('unauthorized'));
    const wait = await admit(webhook);
    reply.header('ratelimit-policy', webhook.policy);
    if (wait > 0) {
      reply.header('retry-after', wait);
      return answer(reply, failure('rate_limited'));
    }
    request.webhook = webhook;
  };

  function logRow(request) {
    const { moja_auth_key: _, ...query } = request.query;
    const headers = {};
    for (const name in request.headers) if (!SECRET_HEADERS.has(name)) headers[name] = request.headers[name];
    return {
      id: uuidV7Bytes(),
      webhook: request.webhook,
      at: Date.now() * 1000,
      method: request.method,
      headers: JSON.stringify(headers),
      query: JSON.stringify(query),
      body: request.bodyText,
    };
  }

  app.post('/update-revenue', { onRequest: gate('update_revenue') }, async (request, reply) => {
    const row = logRow(request);
    const body = request.body;
    const micros = toMicros(body?.revenue_paid_out);
    const transactionId = body?.transaction_id ?? null;
    const badId = transactionId !== null && (typeof transactionId !== 'string' || transactionId.length > 255);
    if (micros === undefined || typeof body.call_log_id !== 'string' || badId) {
      const refused = failure('bad_request');
      await store.logRequest(row, refused);
      return answer(reply, refused);
    }
    const callId = body.call_log_id;
    if (!isUuid(callId)) {
      const missing = failure('call_not_found');
      await store.logRequest(row, missing);
      return answer(reply, missing);
    }
    const outcome = await store.updateRevenue({
      row,
      callId,
      micros,
      transactionId,
      payloadHash: transactionId === null ? null : sha256(request.bodyText),
      success: `{"success":true,"call_log_ids":["${callId}"],"revenue_paid_out":${fromMicros(micros)}}`,
    });
    return answer(reply, outcome);
  });

  app.get('/readyz', async () => ({ status: 'ready' }));
  return app;
}

export const requestIdText = (row) => formatUuid(row.id);
