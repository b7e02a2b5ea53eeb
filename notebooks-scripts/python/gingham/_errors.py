"""Errors of the library as Python has them."""

from __future__ import annotations


class Error(Exception):
    """Something that Gingham could not do. `kind` is what it is about: "network", "objective", "engine", …"""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind

    def __reduce__(self):
        return type(self), (str(self), self.kind)


class UsageError(Error, ValueError):
    """Arguments or options that are not understood, or do not go together."""


class FormatError(Error, OSError):
    """A file that cannot be read or written as what it should be."""


class ForkedError(Error, RuntimeError):
    """This process was forked from one in which Gingham was at work: the threads that work are not here.

    Open the first model behind the fork, or start processes with "spawn" or "forkserver"."""


class StalePass(Error):
    """The pass to go back through is not the last one of its kind any more."""


_classes = {"usage": UsageError, "format": FormatError, "image": FormatError, "forked": ForkedError, "stale": StalePass}


def error(kind: str, text: str) -> BaseException:
    """The exception for an error of the library."""
    if kind == "interrupted":
        return KeyboardInterrupt(text)
    return _classes.get(kind, Error)(text, kind)
