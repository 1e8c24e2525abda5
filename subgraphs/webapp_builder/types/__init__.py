"""Types of webapp_builder: what can be learnt, and what belongs to a student."""
