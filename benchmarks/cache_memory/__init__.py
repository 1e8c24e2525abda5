"""What the field cache takes of memory, in Redis and in a process, and whether its cost grows with what it holds."""
