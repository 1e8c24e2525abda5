"""Where the router's time goes, as a flame graph: `python -m benchmarks.gateway.profile`."""
