-- KEYS: leases. ARGV: whose they will be, and for how many milliseconds. A lease that would never end is garbage.

local got = {}
for index, key in ipairs(KEYS) do
  local is_new = redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2])
  if not is_new and redis.call('PTTL', key) == -1 then is_new = redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
  got[index] = is_new and 1 or 0
end
return got
