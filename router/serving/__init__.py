"""From files to processes that answer: what is served, replacing it while it is, and the workers that share a port."""
