"""What a call to a subgraph costs on its way through the guard: `python -m benchmarks.guard`."""
