"""Memory of one router process under mixed load, over minutes: `python -m benchmarks.gateway.memory`."""
