"""Composition beside the reference's, on one machine in turns."""
