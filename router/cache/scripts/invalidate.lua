-- ARGV: 1 for everything, else 0; how many marks a book may have; for how many milliseconds it marks entities; what keys
-- of entities begin with; the command that publishes, the channel of those who keep copies, and what they are told behind
-- the clock; the command that counts who listens; the number of entities, whose keys come first, and of fields; the names of
-- these; marks. Answers the clock, how many were told, for how many milliseconds at least all who believe their memory have
-- been told of everything, and the sum of the first two.

local MOST_NAMES = 100

-- Whether somebody believes his memory and does not listen any more: his connection has ended, and he does not know yet.
local function is_somebody_cut_off()
  local channels = {}
  for channel in pairs(read_ends('believers')) do channels[#channels + 1] = channel end
  local listeners = redis.call('PUBSUB', ARGV[8], unpack(channels))
  for index = 2, #listeners, 2 do
    if listeners[index] == 0 then return true end
  end
  return false
end

local function tell()
  local told = redis.call(ARGV[5], ARGV[6], string.format('%.0f ', clock) .. ARGV[7])
  return { clock, told, is_somebody_cut_off() and 0 or now - since, clock + told }
end

if ARGV[1] == '1' then
  begin_epoch()
  return tell()
end

clock = clock + 1
redis.call('HSET', CLOCK, 'clock', clock)
local most, lasts, prefix = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local entities, fields = tonumber(ARGV[9]), tonumber(ARGV[10])
local late, changed = read_book(KEYS[4], KEYS[5]), {}

-- Two books for each: so the marks stay within bounds, and those that go are the oldest.
local function mark(book, names, lasts)
  if #names == 0 then return end
  if not book.whole then
    redis.call('UNLINK', book.key)
    open_book(book.key, clock)
    book.since, book.born = clock, now
  end
  for _, name in ipairs(names) do redis.call('HSET', book.key, name, clock) end
  redis.call('HSET', book.key, '.last', clock)
  if redis.call('HLEN', book.key) > most or now - book.born > lasts then
    redis.call('RENAME', book.key, book.older)
    open_book(book.key, book.since)
  end
end

-- Entries of a field stay where they are, with whatever arguments, and are not believed any more.
local function forget_field(key, name)
  local found = redis.pcall('HGET', key, NAMES)
  local names = (not found or type(found) == 'string') and names_in(found)
  local known = 0
  for _ in pairs(names or {}) do known = known + 1 end
  if not names or known >= MOST_NAMES then return redis.call('UNLINK', key) end
  names[name] = clock
  redis.call('HSET', key, NAMES, cmsgpack.pack(names))
end

for index = FIRST, FIRST + entities - 1 do
  redis.call('UNLINK', KEYS[index])
  changed[#changed + 1] = 'e' .. string.sub(KEYS[index], #prefix + 1)
end
for index = 1, fields do
  local key, name = KEYS[FIRST + entities + index - 1], ARGV[10 + index]
  if redis.call('EXISTS', key) == 1 then forget_field(key, name) end
  changed[#changed + 1] = 'f' .. string.sub(key, #prefix + 1) .. NAMES .. name
end

mark(late, changed, lasts)
changed = {}
for index = 11 + fields, #ARGV do changed[#changed + 1] = ARGV[index] end
mark(marks, changed, math.huge)
return tell()
