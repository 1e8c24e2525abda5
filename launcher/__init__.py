"""Starts the whole platform on one machine: databases, migrations, seed, services and router."""
