"""What is plugged in: adapters, codecs and converters, found through entry points and loaded when first asked for.

Built-in plug-ins use the same door as those of third parties. A name belongs to one distribution: where two claim
it, neither is taken, and the message says which package to remove.

    registry = Registry.installed()
    registry.adapter("sftp").connection        # the model of the connection's settings
    registry.codec_for(Path("APPLREC.cpy"))    # the codec that reads such layouts
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar, cast

from hrbus.errors import ConfigError, Fault, HrbusError, Place
from hrbus.spi import Adapter, CodecKind, Layout

ADAPTERS = "hrbus.adapters"
CODECS = "hrbus.codecs"
CONVERTERS = "hrbus.converters"

T = TypeVar("T")

_WORDS = {ADAPTERS: "adapter", CODECS: "codec", CONVERTERS: "converter"}


class Registry:
    """The plug-ins of one installation. Nothing is imported before its name is asked for."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        self._points: dict[tuple[str, str], list[EntryPoint]] = {}
        for point in points:
            claims = self._points.setdefault((point.group, point.name), [])
            if not any(_same(point, claim) for claim in claims):
                claims.append(point)
        self._loaded: dict[tuple[str, str], Any] = {}

    @classmethod
    def installed(cls) -> Registry:
        """Return what is installed beside hrbus."""
        return cls(point for group in _WORDS for point in entry_points(group=group))

    def names(self, group: str) -> tuple[str, ...]:
        """Return the names of ``group``, sorted; a name that two packages claim stands there too."""
        return tuple(sorted(name for found, name in self._points if found == group))

    def adapter(self, name: str, place: Place | None = None, path: str = "") -> Adapter:
        """Return the adapter ``name``; ConfigError at ``place`` and ``path`` where there is none that works."""
        return self._load(ADAPTERS, name, Adapter, place, path)

    def codec(self, name: str, place: Place | None = None, path: str = "") -> CodecKind:
        """Return the codec ``name``; ConfigError at ``place`` and ``path`` where there is none that works."""
        return self._load(CODECS, name, CodecKind, place, path)

    def converter(self, name: str, place: Place | None = None, path: str = "") -> Any:
        """Return what the entry point of converter ``name`` gives; ConfigError where there is none that works."""
        return self._load(CONVERTERS, name, object, place, path)

    def codec_for(self, file: Path) -> CodecKind:
        """Return the codec that reads ``file`` as a layout, by its suffix; ConfigError where none does."""
        known: list[str] = []
        for name in self.names(CODECS):
            kind = self.codec(name)
            if kind.layout and file.suffix.lower() in kind.suffixes:
                return kind
            known.extend(kind.suffixes)
        raise ConfigError(
            Fault(f"no codec reads layouts like {file.name}", hint=f"known endings: {', '.join(sorted(known))}")
        )

    def layout(self, file: Path) -> Layout:
        """Return the layout that ``file`` describes, read by the codec of its suffix; ConfigError where it cannot."""
        kind = self.codec_for(file)
        if kind.layout is None:
            raise ConfigError(Fault(f"the codec {kind.name} reads no layouts", Place(str(file))))
        return kind.layout(file)

    def _load(self, group: str, name: str, kind: type[T], place: Place | None, path: str) -> T:
        if (group, name) not in self._loaded:
            self._loaded[group, name] = _import(self._claim(group, name, place, path), kind, place, path)
        return cast("T", self._loaded[group, name])

    def _claim(self, group: str, name: str, place: Place | None, path: str) -> EntryPoint:
        word = _WORDS[group]
        claims = self._points.get((group, name), [])
        if len(claims) == 1:
            return claims[0]
        if claims:
            owners = " and ".join(sorted(f"{_owner(claim)} ({claim.value})" for claim in claims))
            message = f"two packages offer the {word} {name}: {owners}"
            raise ConfigError(Fault(message, place, path, hint="remove one of them: pip uninstall PACKAGE"))
        names = self.names(group)
        near = get_close_matches(name, names, 1)
        known = f"installed: {', '.join(names)}" if names else f"no {word} is installed"
        hint = f"did you mean {near[0]}?" if near else known
        raise ConfigError(Fault(f"there is no {word} {name}", place, path, hint=hint))


def _import(point: EntryPoint, kind: type[Any], place: Place | None, path: str) -> Any:
    word = _WORDS[point.group]
    where = f"the {word} {point.name} of the package {_owner(point)}"
    try:
        found = point.load()
    except HrbusError:
        raise
    except Exception as error:  # whatever a foreign module raises at import is told, not hidden
        message = f"{where} cannot be loaded: {type(error).__name__}: {error}"
        raise ConfigError(Fault(message, place, path, hint="repair or remove that package")) from error
    if not isinstance(found, kind):
        message = f"{where} is a {type(found).__name__}, not a hrbus.spi.{kind.__name__}"
        raise ConfigError(Fault(message, place, path, hint="repair or remove that package"))
    if kind is not object and found.name != point.name:
        message = f"{where} calls itself {found.name}"
        raise ConfigError(Fault(message, place, path, hint="both names must be the same"))
    return found


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "?"


def _same(one: EntryPoint, other: EntryPoint) -> bool:
    """Say whether two entry points are one, seen twice (an editable install lists its metadata in two places)."""
    return one.value == other.value and _owner(one) == _owner(other)
