"""The PostgreSQL side. asyncpg prepares and caches every statement; a request is one transaction."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

# Try, never wait: a second request with an id that is in progress must get its 409 at once.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
# A statement of its own after LOCK: under READ COMMITTED only a new snapshot sees what the lock's last holder wrote.
READ = """SELECT i.response, i.webhook_type, c.organization_id
FROM (VALUES ($1::uuid, $2::text, $3::uuid)) AS q (organization_id, transaction_id, call_id)
LEFT JOIN idempotency i ON i.organization_id = q.organization_id AND i.transaction_id = q.transaction_id
LEFT JOIN calls c ON c.id = q.call_id"""
# The row is locked and read first, and the update joins what was read: the timeline's "from" is exact.
WRITE = """WITH before AS (
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
SELECT $11, $12, $13, $14, $10, $3 WHERE $12::text IS NOT NULL"""
LOG = """INSERT INTO requests (webhook_id, id, received_at, method, headers, query, body, status, response)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""


@dataclass(slots=True)
class Webhook:
    id: UUID
    organization_id: UUID
    type: str
    rate_limit: int
    rate_window_us: int


@dataclass(slots=True)
class Row:
    """What the request log keeps."""

    id: UUID
    at: int
    method: str
    headers: str
    query: str
    body: str


async def keep_state(_connection) -> None:
    """Only whole transactions run here, so the pool's reset query, a round trip per request, has nothing to undo."""


async def open_pool(url: str, connections: int) -> asyncpg.Pool:
    return await asyncpg.create_pool(url, min_size=connections, max_size=connections, reset=keep_state)


async def find_key(pool: asyncpg.Pool, key_hash: bytes) -> Webhook | None:
    row = await pool.fetchrow(
        """SELECT w.id, w.organization_id, w.type, w.rate_limit, w.rate_window_us
        FROM webhook_keys k JOIN webhooks w ON w.id = k.webhook_id WHERE k.hash = $1""",
        key_hash,
    )
    return None if row is None else Webhook(*row)


async def recent_times(pool: asyncpg.Pool, webhook: Webhook, since: int) -> list[int]:
    rows = await pool.fetch(
        "SELECT received_at FROM requests WHERE webhook_id = $1 AND received_at > $2 ORDER BY id DESC LIMIT $3",
        webhook.id, since, webhook.rate_limit,
    )
    return [row[0] for row in reversed(rows)]


async def log_request(connection, webhook: Webhook, row: Row, status: int, body: str) -> None:
    await connection.execute(
        LOG, webhook.id, row.id, row.at, row.method, row.headers, row.query, row.body, status, body
    )


async def update_revenue(pool, webhook: Webhook, row: Row, call_id: UUID, micros: int, transaction_id: str | None,
                         payload_hash: bytes | None, success: str) -> str | tuple[str, str]:
    """The name of a refusal, or how it was answered ("done", "replay") with the answer."""
    organization = webhook.organization_id
    async with pool.acquire() as connection, connection.transaction():
        if transaction_id is not None and not await connection.fetchval(LOCK, f"{organization} {transaction_id}"):
            return "in_progress"
        response, stored_type, owner = await connection.fetchrow(READ, organization, transaction_id, call_id)
        if response is not None:
            if stored_type != webhook.type:
                return "transaction_id_reused"
            await log_request(connection, webhook, row, 200, response)
            return ("replay", response)
        if owner is None:
            return "call_not_found"
        if owner != organization:
            return "foreign_call"
        await connection.execute(
            WRITE, call_id, micros, row.at, row.id, webhook.id, row.method, row.headers, row.query, row.body, success,
            organization, transaction_id, webhook.type, payload_hash,
        )
    return ("done", success)
