"""The passport of a value: where in which file it stood, what was done with it, and by which run.

    passports = Passports(config, vocabulary, SystemClock(), report)
    passports.of("4711", "Candidate/CandidateRecordInfo/Id/IdValue").entries[0].sources[0].offset

The ledger knows file, record, byte, run and version; layout and mapping know the rest. Values and bytes come from the
original file, where somebody still has it, and from the document, where the ledger still keeps it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO

from hrbus.checkup import read_mapping
from hrbus.clock import Clock
from hrbus.errors import ConfigError, Fault, Place
from hrbus.hrxml import Vocabulary
from hrbus.ledger.report import RecordRow, Report, RunRow
from hrbus.mapping import Mapping
from hrbus.mapping.binding import BoundElement, BoundLeaf, BoundNode, BoundSeveral
from hrbus.mapping.trace import Line, Step
from hrbus.settings import Config, Route
from hrbus.spi import RAW, Batch, Codec, Context, Field, NoMemory, Origin
from hrbus.trial import record_of

GONE = "the original file is no longer kept here"
_NUMBER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Source:
    """A field that a value is made of: where it lies in the file, and what is in it.

    ``offset`` and ``length`` are None where it has no fixed place. ``every`` tells of each repeated group around it,
    the outermost first, how many bytes on its next item lies; ``name`` has the numbers of the item that is meant.
    ``value`` and ``held`` (its bytes) are None where the original is not there.
    """

    name: str
    offset: int | None
    length: int | None
    note: str
    place: Place | None
    every: tuple[int, ...] = ()
    value: Any = field(default=None, repr=False)
    held: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Entry:
    """A leaf of the document, of one item where it repeats and the original is there.

    ``place`` is its line in the mapping; ``steps`` are its converters, whose values are None without the original;
    ``document`` is what stands at its path in the document that the ledger keeps (of all items).
    """

    path: str
    place: Place
    head: str
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]
    document: tuple[str, ...] = field(default=(), repr=False)
    left_out: bool = False


@dataclass(frozen=True)
class Passport:
    """What is known of the values at a path of one record.

    ``mapping`` is the file of the mapping and ``version`` that of now: where the record remembers another, entries
    are those of now. ``missing`` says why there are no values (empty: there are).
    """

    record: RecordRow
    run: RunRow | None
    mapping: str
    version: str
    entries: tuple[Entry, ...]
    missing: str = ""


@dataclass(frozen=True)
class _Read:
    """A record as it was read again: where it begins in its file, what is done with it, and its bytes."""

    start: int
    lines: tuple[Line, ...] | None = None
    raw: bytes | None = None
    missing: str = ""


@dataclass(frozen=True)
class Passports:
    """Issues passports for the records of one site."""

    config: Config
    vocabulary: Vocabulary
    clock: Clock
    report: Report

    def of(self, name: str, path: str, original: Path | None = None) -> Passport:
        """Return the passport of what stands at ``path``, a leaf or an element, in the newest record called ``name``.

        ``name`` is a business key or the far side's id. ``original`` is the file that the record came in; without it
        the spool is looked at. ConfigError where there is no such record or path, or the file is another one.
        """
        rows = self.report.find(name)
        if not rows:
            hint = "give its business key or the far side's id, as hrbus status --key"
            raise ConfigError(Fault("the ledger has no record of that name", hint=hint))
        wanted = path.strip("/")
        root = wanted.partition("/")[0]
        made = []
        for row in reversed(rows):
            mapping, codec = self._parts(row)
            if mapping.root == root:
                return self._issued(row, mapping, codec, wanted, original)
            made.append(mapping.root)
        hint = f"begin the path with {' or '.join(dict.fromkeys(made))}"
        raise ConfigError(Fault(f"no record of that name became a {root}", hint=hint))

    def _parts(self, row: RecordRow) -> tuple[Mapping, Codec]:
        """Return mapping and codec of the route that took a record, as they are now."""
        route = self.config.routes.get(row.route)
        if route is None:
            hint = f"config/routes.yaml has: {', '.join(self.config.routes) or 'none'}"
            raise ConfigError(Fault(f"the record came by the route {row.route}, which is no more", hint=hint))
        codec = self._codec(route)
        site = self.config.site
        return read_mapping(site, route.into, lambda _name: codec.layout, self.vocabulary, self.clock), codec

    def _codec(self, route: Route) -> Codec:
        """Return the codec of a route, one that keeps the records' bytes where its kind can."""
        part = route.source.codec
        context = Context(self.config.site.root, self.clock, NoMemory())
        if "keep_raw" not in type(part.settings).model_fields:
            return part.make(context)
        made: Codec = part.kind.make(part.settings.model_copy(update={"keep_raw": True}), context)
        return made

    def _issued(self, row: RecordRow, mapping: Mapping, codec: Codec, path: str, original: Path | None) -> Passport:
        every = list(_leaves(mapping.trees[mapping.root]))
        found = [each for each in every if f"{each[0].rule.path}/".startswith(f"{path}/")]
        if not found:
            near = get_close_matches(path, [leaf.rule.path for leaf, _around in every], 1, 0.5)
            hint = (
                f"did you mean {near[0]}?" if near else "write the path as in the mapping, without numbers of items"
            )
            raise ConfigError(Fault(f"{mapping.path} has no rule at {path}", hint=hint))
        read = self._read(row, mapping, codec, original)
        tree = json.loads(self.report.payload(row.id) or "{}")
        entries: list[Entry] = []
        for leaf, around in found:
            entries += _entries(read, leaf, around, tuple(_texts(tree, leaf.rule.path.split("/")[1:])))
        run = self.report.run(row.run)
        return Passport(row, run, mapping.path, mapping.version, tuple(entries), read.missing)

    def _read(self, row: RecordRow, mapping: Mapping, codec: Codec, given: Path | None) -> _Read:
        """Read the record in the original file again, and say why not where it cannot be done."""
        kept = self.config.site.spool / row.sha256
        if not given and not kept.exists():
            return _Read(row.offset, missing=GONE)
        with _same(given, row.sha256) if given else kept.open("rb") as stream:
            frame, reject = record_of(codec, stream, Origin(row.artifact, row.sha256), row.number)
        if reject:
            return _Read(row.offset, missing=f"{reject.field}: {reject.reason}")
        raw = frame.item(0, RAW) if RAW in frame.columns else None
        return _Read(row.offset, mapping.steps(Batch(frame)), raw)


def _same(file: Path, sha256: str) -> BinaryIO:
    """Open a file that must have this content."""
    try:
        stream = file.open("rb")
    except OSError as error:
        raise ConfigError(Fault(f"{file} cannot be read: {error.strerror}")) from None
    found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        stream.close()
        hint = f"its SHA-256 is {found}, and that of the file that the record came in is {sha256}"
        raise ConfigError(Fault(f"{file} is another file", hint=hint))
    stream.seek(0)
    return stream


def _leaves(node: BoundNode, around: tuple[Field, ...] = ()) -> Iterator[tuple[BoundLeaf, tuple[Field, ...]]]:
    """Yield every leaf with the repeated fields around it, the outermost first; conditions are left out."""
    if isinstance(node, BoundLeaf):
        yield node, around
        return
    if isinstance(node, BoundElement) and node.each:
        around = (*around, node.each)
    for child in node.items if isinstance(node, BoundSeveral) else node.children:
        yield from _leaves(child, around)


def _entries(read: _Read, leaf: BoundLeaf, around: tuple[Field, ...], document: tuple[str, ...]) -> Iterator[Entry]:
    """Yield an entry for each item of a leaf that was read; one of what is known without it, where nothing was."""
    rule = leaf.rule
    if read.lines is None:
        steps = tuple(Step(text, None) for text, _step in leaf.steps)
        sources = tuple(_source(read, found, around, _first(found, around)) for found in leaf.fields)
        yield Entry(rule.path, rule.place, leaf.head, sources, steps, document)
        return
    if leaf.constant is not None:  # nothing happens to it, so it has no line
        yield Entry(rule.path, rule.place, leaf.head, (), (), document)
    for line in read.lines:
        if (line.path, line.place) == (rule.path, rule.place):
            named = zip(leaf.fields, line.fields, strict=True)
            sources = tuple(_source(read, found, around, name, value) for found, (name, value) in named)
            yield Entry(rule.path, rule.place, leaf.head, sources, line.steps, document, line.left_out)


def _first(found: Field, around: tuple[Field, ...]) -> str:
    """Return how a field of the first items of the groups around it is named."""
    items = [f"{each.column}[1]" for each in around]
    return ".".join(items if _is_item(found, around) else [*items, found.column])


def _is_item(found: Field, around: tuple[Field, ...]) -> bool:
    """Say whether a field is itself the item of the repetition around it."""
    return bool(around) and not around[-1].children and found.column == around[-1].column


def _source(read: _Read, found: Field, around: tuple[Field, ...], name: str, value: Any = None) -> Source:
    numbers = [int(number) for number in _NUMBER.findall(name)][: len(around)]
    parts = [(each.offset, each.length, number - 1) for each, number in zip(around, numbers, strict=True)]
    if not _is_item(found, around):
        parts.append((found.offset, found.length, 0))
    within: int | None = 0
    for offset, length, number in parts:
        within = None if within is None or offset is None or length is None else within + offset + number * length
    every = tuple(each.length or 0 for each in around)
    if within is None or found.length is None:
        return Source(name, None, None, found.note, found.place, value=value)
    held = read.raw[within : within + found.length] if read.raw is not None else None
    return Source(name, read.start + within, found.length, found.note, found.place, every, value, held)


def _texts(tree: Any, steps: list[str]) -> Iterator[str]:
    """Yield the texts at a path of a document in canonical shape, of every item of what repeats."""
    if isinstance(tree, list):
        for item in tree:
            yield from _texts(item, steps)
    elif isinstance(tree, dict):
        below = tree.get(steps[0] if steps else "$text")
        yield from _texts(below, steps[1:])
    elif isinstance(tree, str) and not steps:
        yield tree
