"""The same endpoint on FastAPI, uvicorn (uvloop, httptools) and asyncpg."""

import hashlib
import json
import os
import time
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from uuid import UUID

import store
from fastapi import Depends, FastAPI, Request, Response
from pydantic import BaseModel, Field, ValidationError
from rate import RollingWindow

BODY_BYTES_MAX = 256 * 1024
KEY_CACHE_SECONDS = 5  # a deleted key must stop working within 5 s
SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie"}
WORKERS = int(os.environ.get("PEER_WORKERS", "1"))
CONNECTIONS = max(1, int(os.environ.get("PEER_CONNECTIONS", "32")) // WORKERS)
SHARED = Path(os.environ["PEER_SHARED_DIR"])  # emptied by whoever starts the workers

ERRORS = {
    "unauthorized": (401, "Unauthorized", "The key is missing or not valid here."),
    "rate_limited": (429, "Rate limited", "Wait as long as Retry-After says."),
    "bad_request": (400, "Bad request", "The body must be a JSON object with call_log_id and revenue_paid_out."),
    "too_large": (413, "Payload too large", "The body is over 256 KiB."),
    "foreign_call": (403, "Forbidden", "The call belongs to another organization."),
    "call_not_found": (404, "Not found", "Call log not found"),
    "in_progress": (409, "Conflict", "A request with this transaction_id is being processed."),
    "transaction_id_reused": (409, "Conflict", "This transaction_id was used on another webhook type."),
}


class UpdateRevenue(BaseModel):
    call_log_id: str
    # Decimal, because money is never a float.
    revenue_paid_out: Annotated[Decimal, Field(ge=0, lt=1_000_000_000, decimal_places=6)]
    transaction_id: Annotated[str, Field(max_length=255)] | None = None


class Refused(Exception):
    def __init__(self, code: str, headers: dict[str, str] | None = None) -> None:
        self.code, self.headers = code, headers or {}


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await store.open_pool(os.environ["DATABASE_URL"], CONNECTIONS)
    app.state.keys = {}
    app.state.windows = {}
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)


def refusal_body(code: str) -> str:
    _, error, message = ERRORS[code]
    return json.dumps({"success": False, "error": error, "code": code, "message": message}, separators=(",", ":"))


@app.exception_handler(Refused)
async def refuse(_request: Request, refused: Refused) -> Response:
    headers = {"cache-control": "no-store", **refused.headers}
    return Response(refusal_body(refused.code), ERRORS[refused.code][0], headers, "application/json")


async def gate(request: Request) -> store.Webhook:
    """Key, then rate, both before the body is read."""
    state = request.app.state
    key = request.query_params.get("moja_auth_key", "")
    webhook, until = state.keys.get(key, (None, 0.0))
    now = time.monotonic()
    if until < now:
        webhook = await store.find_key(state.pool, hashlib.sha256(key.encode()).digest())
        if webhook is not None:
            state.keys[key] = (webhook, now + KEY_CACHE_SECONDS)
    if webhook is None or webhook.type != "update_revenue":
        raise Refused("unauthorized")
    window = state.windows.get(webhook.id) or await open_window(state, webhook)
    wait = window.admit()
    if wait > 0:
        raise Refused("rate_limited", {"retry-after": str(wait)})
    return webhook


async def open_window(state, webhook: store.Webhook) -> RollingWindow:
    window = RollingWindow(SHARED / f"{webhook.id}.window", webhook.rate_limit, webhook.rate_window_us)
    since = time.time_ns() // 1000 - webhook.rate_window_us
    await window.refill(lambda: store.recent_times(state.pool, webhook, since))
    state.windows[webhook.id] = window
    return window


def uuid_v7() -> UUID:
    random = int.from_bytes(os.urandom(10))
    value = (time.time_ns() // 1_000_000) << 80 | random
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)


def log_row(request: Request, body: bytes) -> store.Row:
    query = {k: v for k, v in request.query_params.items() if k != "moja_auth_key"}
    headers = {k: v for k, v in request.headers.items() if k not in SECRET_HEADERS}
    return store.Row(uuid_v7(), time.time_ns() // 1000, request.method, json.dumps(headers), json.dumps(query),
                     body.decode(errors="replace"))


async def read_body(request: Request) -> bytes:
    if int(request.headers.get("content-length", 0)) > BODY_BYTES_MAX:
        raise Refused("too_large")
    body = await request.body()
    if len(body) > BODY_BYTES_MAX:
        raise Refused("too_large")
    return body


def money_text(micros: int) -> str:
    """Two to six decimals, so that 150.00 comes out as 150.00."""
    text = f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
    return text[:-4] + text[-4:].rstrip("0")


@app.post("/update-revenue")
async def update_revenue(request: Request, webhook: Annotated[store.Webhook, Depends(gate)]) -> Response:
    pool = request.app.state.pool
    body = await read_body(request)
    row = log_row(request, body)
    try:
        update = UpdateRevenue.model_validate_json(body)
        micros = int(update.revenue_paid_out.scaleb(6))
        call_id = UUID(update.call_log_id)
    except ValidationError:
        await log_refusal(pool, webhook, row, "bad_request")
    except ValueError:
        await log_refusal(pool, webhook, row, "call_not_found")
    success = (f'{{"success":true,"call_log_ids":["{update.call_log_id}"],'
               f'"revenue_paid_out":{money_text(micros)}}}')
    outcome = await store.update_revenue(pool, webhook, row, call_id, micros, update.transaction_id,
                                         hashlib.sha256(body).digest(), success)
    if isinstance(outcome, str):
        await log_refusal(pool, webhook, row, outcome)
    kind, answer = outcome
    seconds = webhook.rate_window_us // 1_000_000
    headers = {"cache-control": "no-store", "ratelimit-policy": f'"webhook";q={webhook.rate_limit};w={seconds}'}
    if kind == "replay":
        headers["idempotent-replayed"] = "true"
    return Response(answer, 200, headers, "application/json")


async def log_refusal(pool, webhook: store.Webhook, row: store.Row, code: str) -> None:
    await store.log_request(pool, webhook, row, ERRORS[code][0], refusal_body(code))
    raise Refused(code)


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    return {"status": "ready"}
