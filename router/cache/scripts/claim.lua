-- KEYS: leases. ARGV: whose they will be, and for how many milliseconds. A lease that would never end is garbage. Answers for how
-- long somebody else has each, 0 where it is granted.

local left = {}
for index, key in ipairs(KEYS) do
  left[index] = 0
  if not redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) then
    local found = redis.call('PTTL', key)
    if found == -1 then redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) else left[index] = math.max(found, 1) end
  end
end
return left
