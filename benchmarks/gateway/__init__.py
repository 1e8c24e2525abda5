"""Requests per second, latency, CPU and memory of the router beside other gateways: `python -m benchmarks.gateway`."""
