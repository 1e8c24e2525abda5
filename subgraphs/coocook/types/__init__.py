"""GraphQL types of coocook. Each is made from a row by `of`; related objects come through loaders."""
