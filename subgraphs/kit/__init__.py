"""What every subgraph is built from: database, federation, ids, pages, money, viewer. Knows nothing of a domain."""
