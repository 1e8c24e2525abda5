-- KEYS: leases. ARGV: whose they are; those of others are left alone. Until it would have been over, a lease tells that it was
-- given back.

for _, key in ipairs(KEYS) do
  if redis.pcall('GET', key) == ARGV[1] then redis.call('SET', key, '', 'KEEPTTL') end
end
return #KEYS
