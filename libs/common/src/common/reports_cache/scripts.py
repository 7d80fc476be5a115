"""Lua scripts of the report cache: what Redis does in one step.

Each script touches keys of one tenant alone, so that it runs on one node of a cluster, and comes to
its first write before it has changed anything: a full server refuses it as a whole.
"""

from typing import Final

# Never backwards: of two loads that announce themselves out of order the later version stays.
# KEYS: data. ARGV: version.
ANNOUNCE: Final = """
local told = tonumber(redis.call('get', KEYS[1]) or '') or 0
if tonumber(ARGV[1]) > told then redis.call('set', KEYS[1], ARGV[1]) end
return 0
"""

# A report of older data than the cached one is dropped; who waits is told all the same, and what
# was computed from tells which data there is. Only the holder's own lease ends.
# KEYS: cached, failed, failures, requested, computing, data.
# ARGV: version, seconds to keep, lease, channel, then names and values of the fields.
STORE: Final = """
local version = tonumber(ARGV[1])
local known = tonumber(redis.call('hget', KEYS[1], 'version') or '')
local kept = 0
if not known or version >= known then
  redis.call('hset', KEYS[1], unpack(ARGV, 5))
  redis.call('expire', KEYS[1], ARGV[2])
  kept = 1
end
redis.call('del', KEYS[2], KEYS[3], KEYS[4])
if redis.call('get', KEYS[5]) == ARGV[3] then redis.call('del', KEYS[5]) end
local told = tonumber(redis.call('get', KEYS[6]) or '') or 0
if version > told then redis.call('set', KEYS[6], ARGV[1]) end
redis.call('publish', ARGV[4], KEYS[1])
return kept
"""

# The page of a report whose CSV is not written yet. A whole report gives way to it only if it is of
# older data and that is asked for: it goes with its CSV, for no page stands beside another's.
# KEYS: cached, data.
# ARGV: version, seconds to keep, '1' to replace a whole one, channel, then names and values of the
# fields.
STORE_PAGE: Final = """
local version = tonumber(ARGV[1])
local known = tonumber(redis.call('hget', KEYS[1], 'version') or '')
if known and version < known then return 0 end
if redis.call('hexists', KEYS[1], 'csv') == 1 and (ARGV[3] ~= '1' or version == known) then
  return 0
end
redis.call('hset', KEYS[1], unpack(ARGV, 5))
redis.call('hdel', KEYS[1], 'csv')
redis.call('expire', KEYS[1], ARGV[2])
local told = tonumber(redis.call('get', KEYS[2]) or '') or 0
if version > told then redis.call('set', KEYS[2], ARGV[1]) end
redis.call('publish', ARGV[4], KEYS[1])
return 1
"""

# Each failure in a row doubles the time before the next attempt, up to a limit.
# KEYS: failed, failures, requested, computing.
# ARGV: first seconds, most seconds, seconds to remember, lease, channel, name to announce.
FAIL: Final = """
local row = redis.call('incr', KEYS[2])
redis.call('expire', KEYS[2], ARGV[3])
local seconds = math.min(tonumber(ARGV[1]) * 2 ^ (row - 1), tonumber(ARGV[2]))
redis.call('set', KEYS[1], '1', 'ex', string.format('%d', seconds))
redis.call('del', KEYS[3])
if redis.call('get', KEYS[4]) == ARGV[4] then redis.call('del', KEYS[4]) end
redis.call('publish', ARGV[5], ARGV[6])
return 0
"""

# One asker gets through while no other has asked, no worker computes and nothing failed a moment
# ago. A page without its CSV is not enough: the computation goes on with that. A form is the same
# where it was made from the report, and with the brand, of now.
# KEYS: requested, computing, failed, cached, data, report, brand.
# ARGV: token or '' for no mark, milliseconds it lasts, what is enough, milliseconds still to live.
CLAIM: Final = """
if redis.call('exists', KEYS[1], KEYS[2], KEYS[3]) > 0 then return 0 end
if ARGV[3] ~= 'nothing' and redis.call('exists', KEYS[4]) == 1 then
  if ARGV[3] == 'same' then
    local brand, made = redis.call('get', KEYS[7]) or '', redis.call('hget', KEYS[4], 'brand') or ''
    local same = redis.call('hget', KEYS[4], 'meta') == redis.call('hget', KEYS[6], 'meta')
    if same and brand == made then return 0 end
  elseif redis.call('hexists', KEYS[4], 'csv') == 1 then
    if ARGV[3] == 'any' then return 0 end
    local version = tonumber(redis.call('hget', KEYS[4], 'version') or '')
    local told = tonumber(redis.call('get', KEYS[5]) or '') or 0
    local lives = redis.call('pttl', KEYS[4]) >= tonumber(ARGV[4])
    if version and version >= told and lives then return 0 end
  end
end
if ARGV[1] ~= '' then redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) end
return 1
"""

# The lease takes over from the request: from here on it says that a worker is at it.
# KEYS: computing, requested, cached, data. ARGV: token, milliseconds.
TAKE: Final = """
if not redis.call('set', KEYS[1], ARGV[1], 'nx', 'px', ARGV[2]) then return {0} end
redis.call('del', KEYS[2])
local meta, told = redis.call('hget', KEYS[3], 'meta'), redis.call('get', KEYS[4])
local whole, joined = redis.call('hexists', KEYS[3], 'csv'), redis.call('hget', KEYS[3], 'joined')
return {1, meta, told, whole, joined}
"""

# KEYS: computing. ARGV: token, milliseconds.
RENEW: Final = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('pexpire', KEYS[1], ARGV[2])
"""

# Compare and delete: only the one who set a mark may take it away. KEYS: the mark. ARGV: token.
RELEASE: Final = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""
