"""The error of an answer that is none."""


class InvalidAnswerError(Exception):
    """Says what is wrong with the bytes that came as an answer."""
