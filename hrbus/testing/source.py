"""A source whose far side is a list.

>>> source = ListSource([TextArtifact("A.TXT", "1;ADA")])
>>> [artifact.open().read() for artifact in source.poll()]
[b'1;ADA']
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hrbus.spi import Artifact, Summary


@dataclass(frozen=True)
class TextArtifact:
    """An ``Artifact`` whose bytes are ``text`` in ``encoding``; bytes are taken as they are."""

    name: str
    text: str | bytes
    encoding: str = "utf-8"

    def open(self) -> BinaryIO:
        """Return the bytes, from the first."""
        return io.BytesIO(self.text if isinstance(self.text, bytes) else self.text.encode(self.encoding))


class ListSource:
    """A ``Source`` over a list of artifacts, oldest first; what was settled is not given again.

    ``settled`` holds the summary with which each artifact was settled, by name. ``settle`` refuses an artifact that
    no ``poll`` of this object gave, which is how a true source would fail too.
    """

    def __init__(self, artifacts: Iterable[Artifact] = ()) -> None:
        self.artifacts = list(artifacts)
        self.settled: dict[str, Summary] = {}
        self._given: set[int] = set()

    def poll(self) -> Iterator[Artifact]:
        """Yield the artifacts that are not settled."""
        for artifact in list(self.artifacts):
            self._given.add(id(artifact))
            yield artifact

    def settle(self, artifact: Artifact, summary: Summary) -> None:
        """Take ``artifact`` off the list and keep its summary; a second time changes nothing."""
        if id(artifact) not in self._given:
            raise ValueError(f"{artifact.name} was not given by poll of this source")
        if any(each is artifact for each in self.artifacts):
            self.artifacts = [each for each in self.artifacts if each is not artifact]
            self.settled[artifact.name] = summary
