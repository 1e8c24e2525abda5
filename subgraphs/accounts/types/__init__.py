"""GraphQL types of accounts. Each is made from a row by `of`; related objects come through loaders."""
