"""How one plug-in comes out of an entry point, whichever group it is of: adapters, codecs and converters alike.

A name belongs to one package. Where two claim it, neither is taken, and the message says which to remove.

    for (group, name), points in claims(entry_points(group="hrbus.converters")).items():
        converter = load("converter", name, points, Converter)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint
from typing import Any, Protocol, TypeVar

from hrbus.errors import ConfigError, Fault, HrbusError, Place


class Named(Protocol):
    """What every kind of plug-in has."""

    @property
    def name(self) -> str:
        """What it is called in settings and leaves."""


T = TypeVar("T", bound=Named)


def claims(points: Iterable[EntryPoint]) -> dict[tuple[str, str], list[EntryPoint]]:
    """Return who claims each name, by group and name; an entry point that is seen twice counts once."""
    found: dict[tuple[str, str], list[EntryPoint]] = {}
    for point in points:
        known = found.setdefault((point.group, point.name), [])
        if not any(_same(point, claim) for claim in known):
            known.append(point)
    return found


def load(
    word: str, name: str, points: Sequence[EntryPoint], kind: type[T], place: Place | None = None, path: str = ""
) -> T:
    """Return the ``kind`` that the one of ``points`` names; ConfigError at ``place`` and ``path`` otherwise.

    ``word`` is what messages call it (*adapter*). What is loaded bears the entry point's name itself.
    """
    if len(points) > 1:
        owners = " and ".join(sorted(f"{owner(claim)} ({claim.value})" for claim in points))
        message = f"two packages offer the {word} {name}: {owners}"
        raise ConfigError(Fault(message, place, path, hint="remove one of them: pip uninstall PACKAGE"))
    (point,) = points
    where = f"the {word} {name} of the package {owner(point)}"
    hint = "repair or remove that package"
    try:
        found: Any = point.load()
    except HrbusError:
        raise
    except Exception as error:  # whatever a foreign module raises at import is told, not hidden
        message = f"{where} cannot be loaded: {type(error).__name__}: {error}"
        raise ConfigError(Fault(message, place, path, hint=hint)) from error
    if not isinstance(found, kind):
        message = f"{where} is a {type(found).__name__}, not a {kind.__module__}.{kind.__name__}"
        raise ConfigError(Fault(message, place, path, hint=hint))
    if found.name != name:
        message = f"{where} calls itself {found.name}"
        raise ConfigError(Fault(message, place, path, hint="both names must be the same"))
    return found


def owner(point: EntryPoint) -> str:
    """Return the name of the package that an entry point is of."""
    return point.dist.name if point.dist else "?"


def _same(one: EntryPoint, other: EntryPoint) -> bool:
    """Say whether two entry points are one, seen twice (an editable install lists its metadata in two places)."""
    return one.value == other.value and owner(one) == owner(other)
