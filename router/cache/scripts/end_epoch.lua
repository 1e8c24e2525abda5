-- KEYS[1]: the clock, alone, since it may be at another node of a Cluster than the rest. Whoever runs a script over the store
-- next begins an epoch, and from before that nothing counts.

if type(redis.pcall('HDEL', KEYS[1], 'server')) == 'table' then redis.call('UNLINK', KEYS[1]) end
return 1
