"""What a person chooses, as fields of a frozen dataclass: default, bounds and one-line help, once. Free of torch."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsFloat, SupportsIndex

from .errors import InputError, check_kind

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
OWN = "own"  # what is recorded of a choice that was somebody's own object, which only Python can be given


def choice(
    default: Any,
    help: str,
    *,
    low: float = 0,
    high: float = 0,
    among: Sequence[str] = (),
    read: Callable[[str], Any] | None = None,
) -> Any:
    """A field with these bounds; ``read`` makes a value of a type of its own out of the text that a person gives."""
    about = {"help": help, "low": low, "high": high, "among": tuple(among), "read": read}
    return field(default=default, metadata=about)


def again(kind: type[DataclassInstance], name: str) -> Any:
    """The same choice as another dataclass has under this name."""
    about = next(one for one in fields(kind) if one.name == name)
    return field(default=about.default, metadata=about.metadata)


def listed(among: Sequence[str]) -> str:
    """The choices that a person has, in words."""
    return ", ".join(one for one in among if one and one != OWN)


def name_of(part: object) -> str:
    """What a part of somebody's own, an object or a function, is called: its ``name``, or that of its code."""
    name = getattr(part, "name", None) or getattr(part, "__name__", None)
    return name if isinstance(name, str) else type(part).__name__


def check_known(given: Iterable[str], *kinds: type[DataclassInstance], what: str = "option") -> None:
    """Raise InputError for a name that is no field of these dataclasses, and list all of them."""
    known = [one.name for kind in kinds for one in fields(kind)]
    if unknown := [name for name in given if name not in known]:
        raise InputError(f"there is no {what} {unknown[0]!r}: choose from {', '.join(known)}")


def check_called(part: Callable[..., Any], arguments: str, what: str) -> None:
    """Raise InputError, saying ``what`` it would be, for a part of somebody's own that cannot be called with these
    ``arguments``, as in ``strokes, size``. One that does not tell what it takes is believed.
    """
    check_kind(part, Callable, what, f"a function of ({arguments})")  # type: ignore[arg-type]
    if isinstance(part, type):
        raise InputError(f"{what} is the class {part.__name__}: give an object of it, as {part.__name__}() makes one")
    try:
        takes = inspect.signature(part)
        if all(one.kind in VARIABLE for one in takes.parameters.values()):
            takes = inspect.signature(getattr(part, "forward", part))  # a module passes on whatever it gets
    except (TypeError, ValueError):
        return
    try:
        takes.bind(*arguments.split(", "))
    except TypeError:
        told = str(takes.replace(return_annotation=takes.empty))[:80]
        raise InputError(f"{what} {name_of(part)} takes {told}: it is called with ({arguments})") from None


def check_fields(values: DataclassInstance) -> None:
    """Bring every field of a frozen dataclass to its type: str, int, float, bool, or what its ``read`` makes of text.
    Raises InputError, naming value and bound, for one that is out of range.
    """
    for one in fields(values):
        value, read = getattr(values, one.name), one.metadata["read"]
        if read is None:
            value = CHECKS[str(one.type)](one.name, value, one.metadata)
            if isinstance(value, str):
                check_unicode(one.name, value)
        elif not is_dataclass(value):
            value = read(_text(one.name, "" if value is None else value, one.metadata))
        object.__setattr__(values, one.name, value)


def check_unicode(name: str, text: str) -> None:
    """Raise InputError for text that no file can hold, as bytes on a command line make that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(f"{name} is {text[:80]!r}: it must be Unicode text, and holds half a sign") from None


def as_number(name: str, value: Any) -> float:
    """A number, infinity where it is larger than a float. Raises InputError for what is none."""
    number = math.nan
    if isinstance(value, SupportsFloat) and not isinstance(value, (bool, str)):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf if value > 0 else -math.inf  # type: ignore[operator]
        except (TypeError, ValueError):  # many numbers
            pass
    if math.isnan(number):
        raise InputError(f"{name} is {value!r}: it must be a number")
    return number


def told_apart(number: float, low: float, high: float) -> str:
    """A number that is not between these bounds, with as many digits as it takes to see that."""
    texts = (f"{number:.{digits}g}" for digits in range(6, 18))
    return next((text for text in texts if not low <= float(text) <= high), f"{number}")


def _whole(name: str, value: Any, bounds: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise InputError(f"{name} is {value!r}: it must be a whole number")
    whole = operator.index(value)  # a numpy number becomes an int
    if not bounds["low"] <= whole <= bounds["high"]:
        told = whole if abs(whole) < 10**15 else "too large"
        raise InputError(f"{name} is {told}: choose {bounds['low']:,} to {bounds['high']:,}")
    return whole


def _number(name: str, value: Any, bounds: Any) -> float:
    number = as_number(name, value)
    if not bounds["low"] <= number <= bounds["high"]:
        told = told_apart(number, bounds["low"], bounds["high"]) if abs(number) < 10**15 else "too large"
        raise InputError(f"{name} is {told}: choose {bounds['low']:g} to {bounds['high']:g}")
    return number


def _text(name: str, value: Any, bounds: Any) -> str:
    if isinstance(value, Path) and not bounds["among"]:
        return str(value)
    if not isinstance(value, str):
        raise InputError(f"{name} is {' '.join(repr(value).split())[:60]}: it must be text")
    if "\0" in value:
        raise InputError(f"{name} is {value[:80]!r}: there can be no NUL in it")
    if bounds["among"] and value not in bounds["among"]:
        raise InputError(f"{name} is {value!r}: choose from {listed(bounds['among'])}")
    return value


def _yes_or_no(name: str, value: Any, _bounds: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{name} is {value!r}: it must be true or false")
    return value


CHECKS = {"int": _whole, "float": _number, "str": _text, "bool": _yes_or_no}
