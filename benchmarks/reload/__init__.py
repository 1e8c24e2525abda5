"""What clients notice while the router takes in a new supergraph."""
