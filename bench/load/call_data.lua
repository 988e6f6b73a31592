-- A landing page's request before the call: a caller and what is known of them.
package.path = debug.getinfo(1, "S").source:match("@(.*/)") .. "?.lua;" .. package.path
local common = require("common")
setup, init, done = common.setup, common.init, common.done

local function body()
  return '{"caller_id":"' .. common.phone() .. '","lead_source":"google_ads","ad_campaign":"medicare_q1",' ..
    '"landing_page":"medicare-info","zip":"90210","transaction_id":"' .. common.transaction_id() .. '"}'
end

local build = common.requests_to("/call-data", body())
function request()
  return build(body())
end
