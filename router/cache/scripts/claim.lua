-- KEYS: leases. ARGV: whose they will be, and for how many milliseconds. A lease that would never end is garbage. Answers for how
-- long somebody else has each, 0 where it is granted, -1 where it is and was given back a moment ago.

local left = {}
for index, key in ipairs(KEYS) do
  left[index] = 0
  if not redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) then
    local found, is_back = redis.call('PTTL', key), redis.pcall('GET', key) == ''
    if is_back then left[index] = -1 elseif found ~= -1 then left[index] = math.max(found, 1) end
    if left[index] <= 0 then redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
  end
end
return left
