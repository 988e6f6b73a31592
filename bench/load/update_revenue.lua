-- One call per request: the revenue of a call drawn at random, under a new transaction id.
package.path = debug.getinfo(1, "S").source:match("@(.*/)") .. "?.lua;" .. package.path
local common = require("common")
setup, init, done = common.setup, common.init, common.done

local function body()
  return '{"call_log_id":"' .. common.random_call_id() .. '","revenue_paid_out":' .. common.amount() ..
    ',"transaction_id":"' .. common.transaction_id() .. '"}'
end

local build = common.requests_to("/update-revenue", body())
function request()
  return build(body())
end
