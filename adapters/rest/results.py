"""The source of results: finished interviews, a page at a time.

The list of a service is read from the watermark on, inclusive, as several interviews may change within one
moment. The watermark is kept in the memory of the route and moves only in ``settle``, only over pages that are
settled without a gap, and never past an interview whose result is not ready.

An artifact is a page: one JSON object a line, each the result as the service wrote it, with the order's
``external_id`` and ``status`` in front.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from adapters.rest.client import Client
from adapters.rest.operations import Operations
from adapters.rest.parallel import in_order
from adapters.rest.settings import ResultsSettings
from hrbus.spi import Artifact, BatchError, ConfigError, Context, Fault, Summary

WATERMARK = "watermark"


@dataclass(frozen=True)
class Mark:
    """How far results were taken: the moment of the last change, and a digest of the interviews that have it.

    Without digest (empty) whatever changed at that moment is fetched again; the ledger knows it by its content.
    """

    since: str
    seen: str = ""

    @classmethod
    def read(cls, text: str | None, default: str) -> Mark | None:
        """Return what was kept; ``default`` is where to begin otherwise, empty for everything."""
        if text is None:
            return cls(default) if default else None
        kept = json.loads(text)
        return cls(kept["since"], kept["seen"])

    def text(self) -> str:
        """Return what is kept."""
        return json.dumps({"since": self.since, "seen": self.seen})


@dataclass(frozen=True)
class PageArtifact:
    """A page of results as bytes."""

    name: str
    content: bytes = field(repr=False)

    def open(self) -> BinaryIO:
        """Return the bytes."""
        return io.BytesIO(self.content)


@dataclass
class _Page:
    """A page of this poll: what it moves the watermark to, and whether that may happen."""

    mark: Mark
    artifact: PageArtifact | None
    settled: bool


class ResultSource:
    """Fetches results; see the module."""

    def __init__(self, client: Client, settings: ResultsSettings, context: Context, operations: Operations) -> None:
        self._client = client
        self._settings = settings
        self._context = context
        self._words = operations
        self._pages: list[_Page] = []

    def poll(self) -> Iterator[Artifact]:
        """Yield a page of results at a time, oldest change first."""
        since = self._settings.since
        start = Mark.read(self._context.memory.get(WATERMARK), since.isoformat() if since else "")
        self._pages = []
        walk = _Walk(start)
        try:
            with ThreadPoolExecutor(self._client.connection.connections, "results") as pool:
                for number, items in enumerate(self._lists(start), 1):
                    self._check_order(walk.moment, items)
                    lines = self._lines(pool, walk.fresh(items), walk)
                    mark = walk.mark()
                    artifact = None
                    if lines:
                        stamp = re.sub("[^0-9A-Za-z]", "", items[0].changed)
                        artifact = PageArtifact(f"interviews-{stamp}-{number}", b"".join(lines))
                    if mark is not None:
                        self._pages.append(_Page(mark, artifact, settled=artifact is None))
                    if artifact is not None:
                        yield artifact
        finally:
            self._client.close()
            if walk.waiting:
                self._context.note(f"{walk.waiting} results are not ready yet; they are left for the next run")

    def settle(self, artifact: Artifact, summary: Summary) -> None:
        """Move the watermark over ``artifact``, once everything before it is settled too."""
        if not any(page.artifact is artifact for page in self._pages):
            raise ValueError(f"{artifact.name} was not given by the last poll of this source")
        reached: Mark | None = None
        gap = False
        for page in self._pages:
            page.settled = page.settled or page.artifact is artifact
            gap = gap or not page.settled
            reached = reached if gap else page.mark
        if reached is not None:
            self._context.memory.set(WATERMARK, reached.text())

    def probe(self) -> str:
        """Fetch a token and read something that is always there."""
        return probe(self._client, self._words)

    # --- the list ---------------------------------------------------------------------------------------------------

    def _lists(self, start: Mark | None) -> Iterator[list[_Item]]:
        """Yield the pages of the list that are not empty; the last item says whether it is the last page."""
        words = self._words
        fixed = [(words.status, status) for status in self._settings.status]
        fixed.append((words.limit, str(self._settings.page)))
        if start is not None:
            fixed.append((words.since, start.since))
        cursor: str | None = None
        while True:
            params = fixed if cursor is None else [*fixed, (words.cursor, cursor)]
            answer = self._client.call("GET", self._settings.path, params=params)
            if not answer.good:
                raise ConfigError(
                    Fault(
                        f"{self._client.where}{self._settings.path} gives no list: {answer.reason()}",
                        hint="check path, status and since of the route's source",
                    )
                )
            page = answer.json or {}
            more = page.get(words.more) or None
            found = page.get(words.items)
            if not isinstance(found, list) or not (more is None or isinstance(more, str)):
                raise BatchError(
                    f"{self._client.where}{self._settings.path}: expected a list under {words.items} and text "
                    f"under {words.more}; is this the service that the settings mean?"
                )
            if more is not None and more == cursor:
                raise BatchError(f"{self._client.where}{self._settings.path}: the same cursor came twice")
            items = [self._item(each) for each in found]
            if items:
                items[-1].last = more is None
                yield items
            if more is None:
                return
            cursor = more

    def _check_order(self, moment: str, items: list[_Item]) -> None:
        """Refuse a list whose moments fall: a watermark over it would pass by what stands further behind."""
        for item in items:
            if _earlier(item.changed, moment):
                raise BatchError(
                    f"{self._client.where}{self._settings.path}: interview {item.id} with {self._words.changed} "
                    f"{item.changed} comes after {moment}; expected the list in the order of {self._words.changed}"
                )
            moment = item.changed

    def _item(self, found: object) -> _Item:
        words = self._words
        if isinstance(found, dict):
            identity, changed = found.get(words.id), found.get(words.changed)
            if isinstance(identity, str | int) and isinstance(changed, str) and changed:
                head = {"external_id": found.get(words.external_id), "status": found.get(words.status)}
                return _Item(str(identity), changed, head)
        raise BatchError(
            f"{self._client.where}{self._settings.path}: an interview without {words.id} or {words.changed}"
        )

    # --- the results ------------------------------------------------------------------------------------------------

    def _lines(self, pool: ThreadPoolExecutor, items: list[_Item], walk: _Walk) -> list[bytes]:
        lines = []
        ahead = 2 * self._client.connection.connections
        for item, line in zip(items, in_order(pool, self._line, items, ahead=ahead), strict=True):
            if line is None:
                walk.wait_for(item)
            elif line:
                lines.append(line)
        return lines

    def _line(self, item: _Item) -> bytes | None:
        """Return the line of one result; None where it is not ready, nothing where it will never be."""
        words = self._words
        path = words.result.format(path=self._settings.path, id=quote(item.id, safe=""))
        answer = self._client.call("GET", path)
        if answer.status in words.not_ready:
            return None
        if answer.status in words.gone:
            self._context.note(f"interview {item.id} has no result any more ({answer.status})")
            return b""
        if not answer.good:
            raise BatchError(f"{self._client.where}{path}: {answer.reason()}; expected a result")
        return spliced(item.head, answer.body, answer.json or {})


@dataclass
class _Item:
    """An interview in the list."""

    id: str
    changed: str
    head: dict[str, Any]
    last: bool = False


class _Walk:
    """Follows the list of one poll: what is new in it, and how far the watermark may go."""

    def __init__(self, start: Mark | None) -> None:
        self._start = start
        self._first = True
        self.moment = ""
        self._ids: list[str] = []
        self._ceiling: str | None = None
        self.waiting = 0

    def fresh(self, items: list[_Item]) -> list[_Item]:
        """Return those of a page that were not taken in an earlier run."""
        for item in items:
            if item.changed != self.moment:
                self.moment, self._ids = item.changed, []
            self._ids.append(item.id)
        start, first, self._first = self._start, self._first, False
        if not first or start is None or not start.seen:
            return items
        known = [item for item in items if item.changed == start.since]
        whole = len(known) < len(items) or items[-1].last
        if whole and digest([item.id for item in known]) == start.seen:
            return [item for item in items if item.changed != start.since]
        return items

    def wait_for(self, item: _Item) -> None:
        """Keep the watermark at or before ``item``: its result is not ready."""
        self.waiting += 1
        if self._ceiling is None:
            self._ceiling = item.changed

    def mark(self) -> Mark | None:
        """Return how far the watermark may go once the pages until here are settled."""
        if self._ceiling is not None:
            return Mark(self._ceiling)
        return Mark(self.moment, digest(self._ids)) if self.moment else None


def _earlier(moment: str, other: str) -> bool:
    """Say whether ``moment`` lies before ``other``; moments that are not ISO 8601 have no known order."""
    try:
        first, second = datetime.fromisoformat(moment), datetime.fromisoformat(other)
    except ValueError:
        return False
    return (first if first.tzinfo else first.replace(tzinfo=UTC)) < (
        second if second.tzinfo else second.replace(tzinfo=UTC)
    )


def digest(ids: list[str]) -> str:
    """Return a short text that stands for a set of ids."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:32]


def spliced(head: dict[str, Any], body: bytes, known: dict[str, Any]) -> bytes:
    """Return ``body``, the text of a JSON object, as one line with ``head`` in front; its own keys win.

    The text is kept as it was written, so no number changes; a line end within a JSON text can only be white space.
    A key of ``head`` that the body has as null is given once more at the end, where it is the one that counts.
    """
    text = body.removeprefix(b"\xef\xbb\xbf").strip().replace(b"\r", b" ").replace(b"\n", b" ")
    given = {key: value for key, value in head.items() if value is not None}
    front = _inside({key: value for key, value in given.items() if key not in known})
    back = _inside({key: value for key, value in given.items() if key in known and known[key] is None})
    return b"{" + b",".join(part for part in (front, text[1:-1] if known else b"", back) if part) + b"}\n"


def _inside(entries: dict[str, Any]) -> bytes:
    """Return ``entries`` as JSON without the braces."""
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()[1:-1]


def probe(client: Client, words: Operations) -> str:
    """Call something that is always there and changes nothing; say what was found."""
    try:
        answer = client.call("GET", words.probe)
    finally:
        client.close()
    if not answer.good:
        raise ConfigError(
            Fault(f"{client.where}{words.probe} answers {answer.reason()}", hint="check base_url of the connection")
        )
    return f"{client.where} answers and knows our client"
