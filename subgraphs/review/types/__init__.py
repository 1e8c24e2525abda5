"""GraphQL types of review."""
