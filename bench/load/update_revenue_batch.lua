-- Fifty calls per request. The ids are distinct: a stride from a random start, so that 50 means 50 updates.
package.path = debug.getinfo(1, "S").source:match("@(.*/)") .. "?.lua;" .. package.path
local common = require("common")
setup, init, done = common.setup, common.init, common.done

local IDS = 50
local CALLS = tonumber(os.getenv("BENCH_CALLS") or "1000000")
local STRIDE = math.floor(CALLS / IDS)
if STRIDE < 1 then error("a batch needs at least 50 calls") end

local function body()
  local start, ids = math.random(0, CALLS - 1), {}
  for i = 1, IDS do
    ids[i] = common.call_id((start + i * STRIDE) % CALLS)
  end
  return '{"call_log_id":["' .. table.concat(ids, '","') .. '"],"revenue_paid_out":' .. common.amount() ..
    ',"transaction_id":"' .. common.transaction_id() .. '"}'
end

local build = common.requests_to("/update-revenue", body())
function request()
  return build(body())
end
