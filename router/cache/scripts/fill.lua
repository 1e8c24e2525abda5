-- ARGV: what keys of entities begin with, the stamp, when it was asked for, in milliseconds, or minus how many ago, and the bytes
-- that an entity may take; then for each entity how many milliseconds it is of use, the first byte of its entries, the end of
-- their head, tags, the number of values, and each value behind its field. Answers how many were kept.

local LARGE, SAMPLE, EXACT, AT_ONCE = 64, 20, 1000, 1000
local PLACE = 80 -- bytes of an entry in a hash, beside its texts
local SMALL, SHARE = 1048576, 4

local stamp, late = tonumber(ARGV[2]), read_book(KEYS[4], KEYS[5])
if not (stamp >= marks.floor and stamp >= late.floor and stamp <= clock) then return 0 end
local asked_for = tonumber(ARGV[3])
if asked_for <= 0 then asked_for = now + asked_for end
local times = struct.pack('>I7I6', stamp, math.min(asked_for, now))

-- Whether neither the entity nor this field of it was marked after the stamp.
local function in_time(entity, name)
  if stamp >= late.last then return true end
  return stamp >= marked(late, 'e' .. entity) and stamp >= marked(late, 'f' .. entity .. NAMES .. name)
end

-- One entity takes up to a part of the memory, where Redis has a limit of its own: all root fields are of one.
local function most_bytes()
  local maxmemory = count_of(string.match(redis.call('INFO', 'memory'), 'maxmemory:(%d+)')) or 0
  return math.min(tonumber(ARGV[4]), maxmemory > 0 and maxmemory / SHARE or math.huge)
end

local function drop_some(key, count)
  for _, field in ipairs(redis.call('HRANDFIELD', key, math.min(count, AT_ONCE))) do
    if field ~= NAMES then redis.call('HDEL', key, field) end
  end
end

-- `bytes`: about as many as the hash takes. Only where these are too many it is worth while to ask.
local function limit(key, bytes)
  if bytes <= math.min(tonumber(ARGV[4]), SMALL) then return end
  local most = most_bytes()
  if bytes <= most then return end
  local size = count_of(redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', EXACT)) or bytes
  if size > most then drop_some(key, math.ceil(redis.call('HLEN', key) * (1 - most / size))) end
end

-- A hash lives as long as its last entry. Where many come and go, as of `Query`, some of the dead are looked for each time,
-- and where the others take too much, some of these go, whichever.
local function tidy(key, kind, count)
  local length = redis.call('HLEN', key)
  if length <= LARGE then return end
  local some = redis.call('HRANDFIELD', key, math.min(2 * count, SAMPLE), 'WITHVALUES')
  local bytes = 0
  for index = 1, #some, 2 do
    bytes = bytes + #some[index] + #some[index + 1] + PLACE
    if some[index] ~= NAMES and not usable(some[index + 1], kind, 0) then redis.call('HDEL', key, some[index]) end
  end
  limit(key, bytes * length * 2 / #some)
end

local function keep(key, values, useful)
  local kept = redis.pcall('HSET', key, unpack(values))
  if type(kept) == 'table' and kept.err then -- not a hash, so not ours
    redis.call('UNLINK', key)
    redis.call('HSET', key, unpack(values))
  end
  if redis.call('PTTL', key) < useful then redis.call('PEXPIRE', key, useful) end
end

local total, at = 0, 5
for index = FIRST, #KEYS do
  local key, useful, first, rest, tags, count = KEYS[index], unpack(ARGV, at, at + 4)
  local entity, values = string.sub(key, #ARGV[1] + 1), {}
  local kind = type_of(entity)
  useful, count = tonumber(useful), tonumber(count)
  if unmarked(stamp, kind, tags) then
    local head = first .. times .. rest
    for field = at + 5, at + 3 + 2 * count, 2 do
      if in_time(entity, name_of(ARGV[field])) then
        values[#values + 1] = ARGV[field]
        values[#values + 1] = head .. ARGV[field + 1]
      end
    end
  end
  if #values > 0 then
    keep(key, values, useful)
    tidy(key, kind, #values / 2)
    total = total + #values / 2
  end
  at = at + 5 + 2 * count
end
return total
