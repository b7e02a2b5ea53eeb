"""The verbs as functions, made from the tool's own description of its options: no list of them is kept here."""

from __future__ import annotations

import contextlib
import difflib
import functools
import inspect
import json
import keyword
import os
import re
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Mapping, Sequence

from . import _library
from ._errors import UsageError
from ._results import Result


@dataclass(frozen=True)
class Option:
    """One option or argument of a verb."""

    #: As a keyword argument.
    name: str
    #: On the command line, such as `--input-size`; `None` of an argument that has its place.
    flag: "str | None"
    takes_value: bool
    is_repeating: bool
    #: Whether several values stand behind one another, where an option is otherwise repeated.
    takes_several: bool
    is_optional: bool
    value_name: str
    default: "str | None"
    choices: Sequence[str]
    help: str

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Option":
        positional = raw["kind"] == "positional"
        # Positional arguments have no dashes in their names.
        spelled = raw.get("valueName", "") if positional else raw["preferredName"]["name"]
        name = spelled.replace("-", "_")
        return cls(
            name=name + "_" if keyword.iskeyword(name) else name, flag=None if positional else "--" + spelled,
            takes_value=raw["kind"] != "flag", is_repeating=raw.get("isRepeating", False),
            takes_several=raw.get("parsingStrategy") == "upToNextOption", is_optional=raw.get("isOptional", True),
            value_name=raw.get("valueName", ""), default=raw.get("defaultValue"), choices=tuple(raw.get("allValues") or ()),
            help=" ".join(filter(None, [raw.get("abstract"), raw.get("discussion")])))

    def words(self, value: Any) -> "list[str]":
        """What stands on the command line for a value; nothing for None and False."""
        if value is None or value is False:
            return []
        if not self.takes_value:
            if value is not True:
                raise UsageError(f"{self.name} is True or False, not {value!r}", "usage")
            return [self.flag or ""]
        if self.is_repeating and _is_sequence(value):
            values = [self._word(item) for item in value]
            if self.flag is None:
                return values
            if self.takes_several:
                return [self.flag, *values] if values else []
            return [word for item in values for word in self._pair(item)]
        word = self._word(value)
        return [word] if self.flag is None else self._pair(word)

    def _pair(self, word: str) -> "list[str]":
        # What begins with a dash would be taken for an option.
        return [f"{self.flag}={word}"] if word.startswith("-") else [self.flag or "", word]

    def _word(self, value: Any) -> str:
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, range):
            return f"{value.start}-{value.stop - 1}"
        if _is_sequence(value):
            # "HxW" wants an x between its numbers, everything else a comma.
            return ("x" if re.fullmatch("[A-Z]x[A-Z]", self.value_name) else ",").join(map(self._word, value))
        if isinstance(value, Mapping):
            return json.dumps(value)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) or type(value).__module__ == "numpy" and hasattr(value, "tolist")


@dataclass(frozen=True)
class Verb:
    """A verb with its arguments and options."""

    name: str
    abstract: str
    discussion: str
    places: Sequence[Option]
    options: Mapping[str, Option] = field(repr=False)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Verb":
        found = [Option.of(item) for item in raw.get("arguments", ())]
        options = {option.name: option for option in found if option.flag not in (None, "--help", "--version")}
        return cls(
            raw["commandName"], raw.get("abstract", ""), raw.get("discussion", ""),
            [option for option in found if option.flag is None], options)

    def option_words(self, given: Mapping[str, Any]) -> "list[str]":
        """The words of keyword arguments.

        Raises: TypeError where the verb has no such option.
        """
        words: "list[str]" = []
        for name, value in given.items():
            option = self.options.get(name) or self.options.get(name + "_")
            if option is None:
                near = difflib.get_close_matches(name, self.options, n=3)
                hint = f"; did you mean {', '.join(near)}?" if near else f"; help(gingham.{self.name}) lists its options"
                raise TypeError(f"'{self.name}' has no option '{name}'{hint}")
            words += option.words(value)
        return words

    def signature(self) -> inspect.Signature:
        """As `help` shows it."""
        kind = inspect.Parameter
        places = [
            kind(place.name, kind.VAR_POSITIONAL if place.is_repeating else kind.POSITIONAL_ONLY)
            if place.is_repeating or not place.is_optional
            else kind(place.name, kind.POSITIONAL_ONLY, default=None)
            for place in self.places
        ]
        taken = {place.name for place in self.places}
        options = [
            kind(name, kind.KEYWORD_ONLY, default=option.default if option.takes_value else False)
            for name, option in self.options.items() if name not in taken
        ]
        return inspect.Signature(places + options, return_annotation=Result)

    def documentation(self) -> str:
        """What the tool's help says, with options as keyword arguments."""
        lines = [self.abstract, "", self.discussion, "", "Arguments:"] if self.places else [self.abstract, "", self.discussion]
        lines += [f"    {place.name}: {place.help}" for place in self.places]
        lines += ["", "Options:"]
        for option in self.options.values():
            about = option.help + (f" One of {', '.join(option.choices)}." if option.choices else "")
            lines.append(f"    {option.name}: {about}" + (f" (default {option.default})" if option.default else ""))
        return "\n".join(lines)


@functools.lru_cache(maxsize=None)
def described() -> "Mapping[str, Verb]":
    """Every verb by its name, as the library describes it."""
    raw = json.loads(_library.taken(_library.library().gingham_describe_verbs()))
    verbs = [Verb.of(item) for item in raw["command"]["subcommands"]]
    return {verb.name: verb for verb in verbs if verb.name != "help"}


def function(name: str) -> Callable[..., Result]:
    """A verb as a function."""
    verb = described()[name]

    def perform(*arguments: Any, **options: Any) -> Result:
        return call(name, arguments, options)

    perform.__name__ = perform.__qualname__ = name
    perform.__module__ = "gingham"
    perform.__doc__ = verb.documentation()
    perform.__signature__ = verb.signature()  # type: ignore[attr-defined]
    return perform


def call(name: str, arguments: "tuple[Any, ...]", options: "dict[str, Any]") -> Result:
    """Performs a verb: pictures may be paths, arrays and PIL images, the model a path or an open `Model`.

    The keyword `progress` shows or hides a bar (tqdm, where it is installed); the rest is the tool's.
    """
    from ._model import Model

    verb = described()[name]
    progress = options.pop("progress", None)
    given: "dict[str, Any]" = {}
    places: "list[Any]" = []
    for argument in arguments:
        if isinstance(argument, Model):
            given.update({key: value for key, value in argument.options.items() if key in verb.options})
            argument = argument.path
        places += argument if isinstance(argument, (list, tuple)) else [argument]
    given.update(options)
    with _written(places) as paths:
        words = [name, *verb.option_words(given), *(["--", *paths] if paths else [])]
        with _bar(name, progress) as report:
            text = _library.watched(
                lambda observer: _library.taken(_library.checked("run", _library.words(words), observer)), report)
    return Result(name, words, json.loads(text))


@contextlib.contextmanager
def _written(places: "Sequence[Any]") -> "Iterator[list[str]]":
    """Paths as they are; arrays and PIL images as files that live as long as the call."""
    with contextlib.ExitStack() as stack:
        folder: "str | None" = None
        paths = []
        for index, place in enumerate(places):
            if isinstance(place, (str, os.PathLike)):
                paths.append(os.fspath(place))
                continue
            from ._pictures import arrays_of

            folder = folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="gingham-"))
            import numpy as np

            for number, picture in enumerate(arrays_of(place)):
                path = os.path.join(folder, f"array-{index}-{number}.npy")
                np.save(path, picture)
                paths.append(path)
        yield paths


@contextlib.contextmanager
def _bar(name: str, shown: "bool | None") -> "Iterator[Callable[[str, int, int], None] | None]":
    """A bar of tqdm's where it is installed and somebody looks."""
    if shown is None:
        shown = sys.stderr is not None and sys.stderr.isatty() or "ipykernel" in sys.modules
    try:
        with warnings.catch_warnings():
            # A notebook without widgets gets a bar of text.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        shown = False
    if not shown:
        yield None
        return
    with tqdm(desc=name, leave=False) as bar:

        def report(what: str, done: int, total: int) -> None:
            bar.set_description(f"{name}: {what}", refresh=False)
            if total != (bar.total or 0) or done < bar.n:
                bar.reset(total=total or None)
            bar.update(done - bar.n)

        yield report
