"""GraphQL over HTTP: from requests to the pipeline and back. https://graphql.github.io/graphql-over-http/draft/"""
