"""The field cache: what it makes of the router's speed, and how often it has what is asked: `python -m benchmarks.cache`."""
