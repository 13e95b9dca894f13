"""What is plugged in: adapters and codecs, found through entry points and loaded when first asked for.

Built-in plug-ins use the same door as those of third parties. A name belongs to one distribution: where two claim
it, neither is taken, and the message says which package to remove. Converters, which only mappings ask for, follow
the same rules in ``hrbus.mapping.converters``.

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

from hrbus.errors import ConfigError, Fault, Place
from hrbus.plugins import claims, load
from hrbus.spi import Adapter, CodecKind, Layout

ADAPTERS = "hrbus.adapters"
CODECS = "hrbus.codecs"

T = TypeVar("T", Adapter, CodecKind)

_WORDS = {ADAPTERS: "adapter", CODECS: "codec"}


class Registry:
    """The plug-ins of one installation. Nothing is imported before its name is asked for."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        self._points = claims(points)
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
            points = self._claims(group, name, place, path)
            self._loaded[group, name] = load(_WORDS[group], name, points, kind, place, path)
        return cast("T", self._loaded[group, name])

    def _claims(self, group: str, name: str, place: Place | None, path: str) -> list[EntryPoint]:
        if (group, name) in self._points:
            return self._points[group, name]
        word = _WORDS[group]
        names = self.names(group)
        near = get_close_matches(name, names, 1)
        known = f"installed: {', '.join(names)}" if names else f"no {word} is installed"
        hint = f"did you mean {near[0]}?" if near else known
        raise ConfigError(Fault(f"there is no {word} {name}", place, path, hint=hint))
