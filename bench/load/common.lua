-- Shared by the wrk scripts: call ids, transaction ids, the request's head, and the summary as one JSON line.
-- Configured by environment, because wrk gives its arguments to threads only and done() runs outside them.
local M = {}

local KEY = os.getenv("BENCH_KEY") or error("BENCH_KEY is not set")
local CALLS = tonumber(os.getenv("BENCH_CALLS") or "1000000")
local NONCE = tonumber(os.getenv("BENCH_NONCE") or os.time()) -- differs for every run, so that ids never repeat

local format, random, floor = string.format, math.random, math.floor
local thread_number, sent = 0, 0

-- The formula of bench/README.md: index to UUID of version 7.
function M.call_id(index)
  local millis = 1750000000000 + index
  return format("%08x-%04x-7%03x-%04x-%012x", floor(millis / 65536), millis % 65536, index % 4096,
    32768 + floor(index / 4096) % 16384, index * 40503)
end

function M.random_call_id()
  return M.call_id(random(0, CALLS - 1))
end

-- 36 characters: random first, as clients' order numbers and UUIDs are, so that the server's index is hit at random;
-- then run, thread and counter, which make it unique whatever chance does.
function M.transaction_id()
  sent = sent + 1
  return format("%08x-%04x-%08x-%04x-%08x", random(0, 0xffffffff), random(0, 0xffff), NONCE, thread_number, sent)
end

-- Three digits and two decimals: every body of a script has one length, so its head can be one constant string.
function M.amount()
  return format("%d.%02d", random(100, 999), random(0, 99))
end

function M.phone()
  return format("+1310%07d", random(2000000, 9999999)) -- an exchange starts with 2 to 9
end

-- Answers a function from body to whole request; the size is taken from a sample body.
function M.requests_to(path, sample)
  local head = table.concat({
    "POST " .. path .. "?moja_auth_key=" .. KEY .. " HTTP/1.1",
    "Host: 127.0.0.1",
    "User-Agent: hookline-bench/1",
    "Content-Type: application/json",
    "Content-Length: " .. #sample,
    "", "",
  }, "\r\n")
  local length = #sample
  return function(body)
    if #body ~= length then error("a body has another length than the sample") end
    return head .. body
  end
end

local threads = 0
function M.setup(thread)
  threads = threads + 1
  thread:set("bench_thread", threads)
end

function M.init()
  thread_number = bench_thread
  math.randomseed(NONCE * 64 + thread_number)
end

function M.done(summary, latency)
  local errors = summary.errors
  io.write(format(
    'BENCH {"requests":%d,"duration_us":%d,"requests_per_s":%.1f,"p50_us":%d,"p90_us":%d,"p99_us":%d,"max_us":%d,' ..
    '"non_2xx":%d,"socket_errors":%d}\n',
    summary.requests, summary.duration, summary.requests / (summary.duration / 1e6), latency:percentile(50),
    latency:percentile(90), latency:percentile(99), latency.max, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end

return M
