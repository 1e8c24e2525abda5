"""What a compiled plan should cost: one query of each graph, written by hand. `python -m benchmarks.gateway.yardstick`."""
