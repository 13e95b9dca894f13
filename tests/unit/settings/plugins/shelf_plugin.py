"""A small third-party package: an adapter that reads and writes, one that only reads, a codec, and broken ones."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from hrbus.spi import Adapter, Artifact, CodecKind, Context, Field, Kind, Layout, Settings, Type
from hrbus.testing import KeepingTarget, ListSource, TextCodec


class ShelfConnection(Settings):
    """A shelf."""

    room: str
    """The room it stands in."""
    password: SecretStr | None = None
    """What opens it."""
    boards: int = 3
    """How many boards it has."""


class ShelfSource(Settings):
    """One board, to take from."""

    board: int
    """The number of the board."""


class ShelfTarget(Settings):
    """One board, to put on."""

    board: int = 1
    """The number of the board."""


class LinesSettings(Settings):
    """Lines of text."""

    encoding: str = "utf-8"
    """The encoding."""


def make_source(connection: ShelfConnection, own: ShelfSource, context: Context) -> ListSource:
    """Return a source that is empty."""
    artifacts: list[Artifact] = []
    return ListSource(artifacts)


def make_target(connection: ShelfConnection, own: ShelfTarget, codec: TextCodec, context: Context) -> KeepingTarget:
    """Return a target that keeps what it gets."""
    return KeepingTarget()


def layout(path: Path) -> Layout:
    """Return the layout whose fields are the lines of a file."""
    return Layout(path.name, tuple(Field(name, name, Type.TEXT) for name in path.read_text().split()))


def make_codec(settings: LinesSettings, context: Context) -> TextCodec:
    """Return a codec of two fields."""
    return TextCodec(("NO", "NAME"))


SHELF = Adapter(
    "shelf", "A shelf with boards.", ShelfConnection, Kind(ShelfSource, make_source), Kind(ShelfTarget, make_target)
)
WINDOW = Adapter("window", "Can only be looked at.", ShelfConnection, Kind(ShelfSource, make_source))
LINES = CodecKind("lines", "Lines of text.", LinesSettings, make_codec, layout, (".lines",))
NO_ADAPTER = "just text"
OTHER_NAME = Adapter("other", "Calls itself otherwise.", ShelfConnection)
