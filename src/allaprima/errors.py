"""What can go wrong, told in one line: the bad value, the bound, and what to do."""


class AllaprimaError(Exception):
    """Base of every error that the package raises on purpose; its message is one line for a person."""


class InputError(AllaprimaError, ValueError):
    """What was asked for cannot be done: a bad value, a missing or damaged file. The command line exits with 2."""


class AllaprimaWarning(UserWarning):
    """What was asked for is done, but not quite as it was meant; told in one line."""
