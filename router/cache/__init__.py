"""The field cache: fields of entities in Redis and in the process, shared by queries of any shape."""
