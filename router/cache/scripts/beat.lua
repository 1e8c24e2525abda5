-- ARGV: a process, and until when it promises to tell of what is changed through it: milliseconds, 0 for as it was, -1 for
-- that it has nothing to tell any more. Answers the clock, the time, and the sum of both.

local name, ends = ARGV[1], tonumber(ARGV[2])
if ends ~= 0 then
  local promises = read_promises()
  if ends < 0 then
    promises[name] = nil
  elseif ends > now then -- else it was too long on its way, and nobody counts on it
    promises[name] = math.max(ends, promises[name] or 0)
  end
  write_promises(promises)
end
return { clock, now, clock + now }
