-- ARGV: a process, and until when it promises to tell of what is changed through it: milliseconds, 0 for as it was, -1 for
-- that it has nothing to tell any more; the channel on which it listens; for how many milliseconds it may believe its memory
-- now. Answers the clock, the time, and the sum of both.

local name, ends, channel = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local believers = read_ends('believers')
believers[channel] = ends >= 0 and now + tonumber(ARGV[4]) or nil
write_ends('believers', believers)
if ends ~= 0 then
  local promises = read_ends('promises')
  if ends < 0 then
    promises[name] = nil
  elseif ends > now then -- else it was too long on its way, and nobody counts on it
    promises[name] = math.max(ends, promises[name] or 0)
  end
  write_promises(promises)
end
return { clock, now, clock + now }
