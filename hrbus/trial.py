"""One record of a file on trial: decoded, mapped step by step, judged, and sent back again.

    trial = try_record(mapping, codec, vocabulary, stream, Origin("APPL.DAT"), 3)
    for line in trial.lines: print(line.path, line.value)

``codec_of`` finds how a site's routes read the records that a mapping is written for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from hrbus.errors import ConfigError, Fault
from hrbus.mapping.trace import way_back
from hrbus.spi import OFFSET, RECORD, Batch, Origin, Reject, Stage
from hrbus.values import Documents

if TYPE_CHECKING:
    from hrbus.hrxml import Vocabulary
    from hrbus.mapping import Mapping
    from hrbus.mapping.trace import Line, Return
    from hrbus.settings import CodecPart, Config
    from hrbus.site import Site
    from hrbus.spi import Codec


@dataclass(frozen=True)
class Trial:
    """What became of one record.

    ``document`` is None where the record is rejected before it is one; a document that is no valid HR-XML is shown
    beside its ``reject``. ``back`` says how the fields come back, where nothing was rejected.
    """

    number: int
    offset: int
    lines: tuple[Line, ...] = field(default=(), repr=False)
    document: dict[str, Any] | None = field(default=None, repr=False)
    reject: Reject | None = None
    back: tuple[Return, ...] = field(default=(), repr=False)


def try_record(
    mapping: Mapping, codec: Codec, vocabulary: Vocabulary, stream: BinaryIO, origin: Origin, number: int
) -> Trial:
    """Return the trial of the record ``number`` of a file; ConfigError where the file has no such record."""
    frame, reject = record_of(codec, stream, origin, number)
    if reject:
        return Trial(number, reject.offset, reject=reject)
    lines, offset = mapping.steps(Batch(frame)), int(frame.item(0, OFFSET))
    documents = mapping.into(Batch(frame))
    if documents.rejects:
        return Trial(number, offset, lines, reject=documents.rejects[0])
    document = {mapping.root: json.loads(vocabulary.payload(documents)[0])}
    found = invalid(vocabulary, documents).get(0)
    return Trial(number, offset, lines, document, found, () if found else way_back(mapping, frame, documents))


def invalid(vocabulary: Vocabulary, documents: Documents) -> dict[int, Reject]:
    """Return a reject for each row whose document is no valid HR-XML, as a run would refuse it."""
    found: dict[int, Reject] = {}
    for row, reason, path in vocabulary.check(vocabulary.render(documents)):
        place = (documents.frame.item(row, RECORD), documents.frame.item(row, OFFSET))
        found.setdefault(row, Reject(*place, Stage.CHECK, reason, path))
    return found


def record_of(codec: Codec, stream: BinaryIO, origin: Origin, number: int) -> tuple[pl.DataFrame, Reject | None]:
    """Return a record as a frame of one row, or of none beside its reject; nothing behind it is read."""
    seen = 0
    for batch in codec.decode(stream, origin):
        found = batch.frame.filter(pl.col(RECORD) == number)
        reject = next((each for each in batch.rejects if each.record == number), None)
        if found.height or reject:
            return found, reject
        seen += len(batch) + len(batch.rejects)
    raise ConfigError(Fault(f"{origin.artifact} has no record {number}", hint=f"it holds {seen} records"))


def codec_of(config: Config, name: str) -> CodecPart | None:
    """Return how the first route that uses the mapping ``name`` reads or writes its records; None where none does."""
    for route in config.routes.values():
        if route.into == name:
            return route.source.codec
        if route.out == name and route.target:
            return route.target.codec
    return None


def name_of(site: Site, asked: Path) -> str:
    """Return the name below mappings/ of a mapping that somebody named by its path, or by that name."""
    for file in (asked.absolute(), site.mappings / asked):
        if file.is_file() and file.resolve().is_relative_to(site.mappings.resolve()):
            return file.resolve().relative_to(site.mappings.resolve()).as_posix()
    known = ", ".join(sorted(file.name for file in site.mappings.glob("*.yaml"))) or "none"
    raise ConfigError(Fault(f"there is no mapping {asked} below {site.mappings}", hint=f"it has {known}"))
