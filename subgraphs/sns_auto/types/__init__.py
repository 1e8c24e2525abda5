"""GraphQL types of sns_auto. Each is made from a row by `of`; related objects come through loaders."""
