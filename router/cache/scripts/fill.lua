-- ARGV: what keys of entities begin with, the stamp, and how many milliseconds ago it was asked for; then for each entity how
-- many milliseconds it is of use, the end of the entries' head, tags, the number of values, and each value behind its field.
-- Answers how many were kept.

local LARGE, SAMPLE = 64, 20

local stamp, late = tonumber(ARGV[2]), read_book(KEYS[4], KEYS[5])
if not (stamp >= marks.floor and stamp >= late.floor and stamp <= clock) then return 0 end
local head = struct.pack('>Bdd', VERSION, stamp, now - tonumber(ARGV[3]))

-- Whether neither the entity nor this field of it was marked after the stamp.
local function in_time(entity, name)
  if stamp >= late.last then return true end
  return stamp >= marked(late, 'e' .. entity) and stamp >= marked(late, 'f' .. entity .. NAMES .. name)
end

-- A hash lives as long as its last entry. Where many come and go, as of `Query`, some of the dead are looked for each time.
local function tidy(key, kind, count)
  if redis.call('HLEN', key) <= LARGE then return end
  local some = redis.call('HRANDFIELD', key, math.min(2 * count, SAMPLE), 'WITHVALUES')
  for index = 1, #some, 2 do
    if some[index] ~= NAMES and not usable(some[index + 1], kind, 0) then redis.call('HDEL', key, some[index]) end
  end
end

local function keep(key, values, useful)
  local kept = redis.pcall('HSET', key, unpack(values))
  if type(kept) == 'table' and kept.err then -- not a hash, so not ours
    redis.call('UNLINK', key)
    redis.call('HSET', key, unpack(values))
  end
  if redis.call('PTTL', key) < useful then redis.call('PEXPIRE', key, useful) end
end

local total, at = 0, 4
for index = FIRST, #KEYS do
  local key, useful, rest, tags, count = KEYS[index], unpack(ARGV, at, at + 3)
  local entity, values = string.sub(key, #ARGV[1] + 1), {}
  local kind = type_of(entity)
  useful, count = tonumber(useful), tonumber(count)
  if unmarked(stamp, kind, tags) then
    for field = at + 4, at + 2 + 2 * count, 2 do
      if in_time(entity, name_of(ARGV[field])) then
        values[#values + 1] = ARGV[field]
        values[#values + 1] = head .. rest .. ARGV[field + 1]
      end
    end
  end
  if #values > 0 then
    keep(key, values, useful)
    tidy(key, kind, #values / 2)
    total = total + #values / 2
  end
  at = at + 4 + 2 * count
end
return total
