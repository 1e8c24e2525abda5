"""What subgraphs say on a Redis stream of their writes, for those that the router did not see."""
