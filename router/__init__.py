"""A federation router: composes, plans, runs and caches GraphQL over subgraphs. It knows no service by name."""
