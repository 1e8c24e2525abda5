"""What a call to a subgraph costs the router: its own client beside others."""
