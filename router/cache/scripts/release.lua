-- KEYS: leases. ARGV: whose they are; those of others are left alone.

for _, key in ipairs(KEYS) do
  if redis.pcall('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
return #KEYS
