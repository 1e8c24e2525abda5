-- What all scripts over the field store begin with: the clock, what was invalidated, and whether an entry still counts.
--
-- KEYS[1]      the clock, the epoch that it began at, the server that it belongs to, since when that is not another, what
--              processes promise: see promise.py, and which of them believe their memory: see announcement.py
-- KEYS[2], [3] the marks of types and tags, and the older ones
-- KEYS[4], [5] the marks of entities and fields, for what is filled in late, and the older ones
-- KEYS[6...]   entities: a hash each. A field of it is an entry, but NAMES, which has the fields that were invalidated.

local CLOCK, FIRST = KEYS[1], 6
local NAMES = '\255' -- not UTF-8, so no field is called that
local HEADS = { -- by the first byte: plain, with times of being stale and spare, with tags, with both; a checksum is at the end
  [8] = { '>xI7I6I4', 18 }, [9] = { '>xI7I6I4I4I4', 26 }, [10] = { '>xI7I6I4I2', 20 }, [11] = { '>xI7I6I4I4I4I2', 28 },
}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A count, from what may be garbage.
local function count_of(text)
  local number = tonumber(text)
  return number and number >= 0 and number < 2 ^ 53 and number or nil
end

local info = redis.call('INFO', 'replication')
if not string.find(info, 'role:master', 1, true) then
  return redis.error_reply('READONLY a replica may not have heard of the last invalidations')
end
local server = string.match(info, 'master_replid:(%x+)') or error('the server has no replication id')
local state = redis.pcall('HMGET', CLOCK, 'server', 'clock', 'epoch', 'since', 'promised')
local clock, epoch, since = count_of(state[2]), count_of(state[3]), count_of(state[4]) or 0
local promised = count_of(state[5]) or math.huge

-- Ends by name, as far as they are not over.
local function read_ends(field)
  local read, found = pcall(function() return cmsgpack.unpack(redis.call('HGET', CLOCK, field)) end)
  local all = {}
  for name, ends in pairs(read and type(found) == 'table' and found or {}) do
    ends = count_of(ends)
    if type(name) == 'string' and ends and ends >= now then all[name] = ends end
  end
  return all
end

local function write_ends(field, all)
  redis.call('HSET', CLOCK, field, cmsgpack.pack(all))
end

local function write_promises(promises)
  local first = math.huge
  for _, ends in pairs(promises) do first = math.min(first, ends) end
  write_ends('promises', promises)
  redis.call('HSET', CLOCK, 'promised', string.format('%.0f', first))
end

local function open_book(key, floor)
  redis.call('HSET', key, '.since', clock, '.floor', floor, '.last', clock, '.born', now)
end

-- Nothing from before counts any more. The clock goes on from the time of day: it may have been lost.
local function begin_epoch()
  clock = math.max(time[1] * 1000000 + time[2], clock or 0) + 1
  epoch = clock
  local state = { CLOCK, 'server', server, 'clock', clock, 'epoch', epoch, 'since', since }
  if type(redis.pcall('HSET', unpack(state))) == 'table' then -- not a hash, so not ours
    redis.call('UNLINK', CLOCK)
    redis.call('HSET', unpack(state))
  end
  write_promises(read_ends('promises'))
  redis.call('UNLINK', unpack(KEYS, 2, FIRST - 1))
  open_book(KEYS[2], clock)
  open_book(KEYS[4], clock)
end

-- Where another server had the keys, some may still believe what it told them. In a Cluster that may be without a trace.
if not clock or not epoch or clock < epoch or state[1] ~= server then
  local came_from_elsewhere = state[1] or string.find(redis.call('INFO', 'cluster'), 'cluster_enabled:1', 1, true)
  since = came_from_elsewhere and now or 0
  begin_epoch()
elseif now > promised then
  begin_epoch()
end

-- Marks by name, each with the clock's value then. `floor`: nothing is known of before. `last`: no mark is later.
-- A book that is lost counts as if all had been marked just now.
local function read_book(key, older)
  local found = redis.pcall('HMGET', key, '.since', '.floor', '.last', '.born')
  local since, floor, last = count_of(found[1]), count_of(found[2]), count_of(found[3])
  local book = { key = key, older = older, seen = {}, born = count_of(found[4]) }
  book.whole = since and floor and last and book.born and floor >= epoch
  if not book.whole then since, floor, last = clock, clock, clock end
  if since > floor and count_of(redis.pcall('HGET', older, '.since')) ~= floor then floor = since end
  book.since, book.floor, book.last = since, floor, last
  return book
end

local function marked(book, name)
  local at = book.seen[name]
  if not at then
    at = count_of(redis.call('HGET', book.key, name))
    if not at and book.since > book.floor then at = count_of(redis.call('HGET', book.older, name)) end
    book.seen[name] = at or 0
  end
  return at or 0
end

local marks = read_book(KEYS[2], KEYS[3])
local seen_tags = { [''] = 0 }

-- The latest mark of some tags, each behind its length. Broken ones count as if marked in the future.
local function marked_tags(tags)
  if not seen_tags[tags] then
    local read, latest = pcall(function()
      local at, latest, tag = 1, 0, nil
      while at <= #tags do
        tag, at = struct.unpack('>Hc0', tags, at)
        latest = math.max(latest, marked(marks, 'g' .. tag))
      end
      return latest
    end)
    seen_tags[tags] = read and latest or math.huge
  end
  return seen_tags[tags]
end

local function type_of(entity)
  return string.match(entity, '^[^:]*')
end

local function name_of(field)
  return string.match(field, '^[^(|{#]*')
end

-- Whether types and tags were marked after this stamp.
local function unmarked(stamp, type, tags)
  return stamp >= marks.last or (stamp >= marked(marks, 't' .. type) and stamp >= marked_tags(tags))
end

-- The fields of an entity that were invalidated. Nil where that cannot be read, and so nothing of the hash can be believed.
local function names_in(packed)
  if not packed then return {} end
  local read, names = pcall(cmsgpack.unpack, packed)
  return read and type(names) == 'table' and names or nil
end

-- Whether an entry may be used, and whether it is broken. `after`: of its field by name.
local function usable(raw, type, after)
  local kind = string.byte(raw)
  local head = HEADS[kind]
  if not head or #raw < head[2] then return false, true end
  local stamp, born, fresh, stale, spare, length = struct.unpack(head[1], raw)
  local ends, tags = born + fresh, ''
  if kind % 2 == 1 then ends = ends + math.max(stale, spare) else length = stale end
  if kind >= 10 then
    if #raw < head[2] + length then return false, true end
    tags = string.sub(raw, head[2] + 1, head[2] + length)
  end
  local counts = stamp >= marks.floor and stamp >= after and stamp <= clock and ends >= now and born <= now + 1000
  return counts and unmarked(stamp, type, tags), false
end
