"""How long planning takes, beside the reference planner: `python -m benchmarks.planning`."""
