-- ARGV: what keys of entities begin with; then again and again for how many entities the next fields are, how many fields
-- that are, and the fields. Answers the stamp, the time in milliseconds, the sum of both, how many entries are broken, and for
-- each field of each entity its entry or nothing.

local answer, broken = { clock, now, clock + now, 0 }, 0

local function add(key, first, last)
  local found = redis.pcall('HMGET', key, NAMES, unpack(ARGV, first, last))
  local kind = type_of(string.sub(key, #ARGV[1] + 1))
  local names = not found.err and names_in(found[1])
  if not names then broken = broken + 1 end
  for index = first, last do
    local raw = names and found[index - first + 2]
    if raw then
      local after = found[1] and count_of(names[name_of(ARGV[index])]) or 0
      local counts, is_broken = usable(raw, kind, after)
      if is_broken then broken = broken + 1 end
      if not counts then raw = false end
    end
    answer[#answer + 1] = raw or false
  end
end

local key, at = FIRST, 2
while key <= #KEYS do
  local keys, fields = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  for index = key, key + keys - 1 do add(KEYS[index], at + 2, at + 1 + fields) end
  key, at = key + keys, at + 2 + fields
end

answer[4] = broken
return answer
