"""Compiles query plans to programs: plan -> layout of objects -> structs -> code."""
