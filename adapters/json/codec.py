"""The codec: objects in, batches out, and back.

    codec = JsonCodec(read_layout(Path("mappings/layouts/result.yaml")), JsonSettings(layout="layouts/result.yaml"))
    for batch in codec.decode(stream, Origin("page-1")):
        ...

A line, or an item of an array, is UTF-8 and holds one object (RFC 8259); empty lines are passed over. Keys that the
layout does not name are passed over too, unless ``unknown: reject`` is set: a service may add some at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO, NoReturn

import polars as pl

from adapters.json.columns import Columns
from adapters.json.pieces import items, lines
from adapters.json.settings import JsonSettings
from adapters.json.writing import fitted, texts
from hrbus.spi import (
    ID,
    OFFSET,
    RAW,
    RECORD,
    Batch,
    Delivery,
    Field,
    Layout,
    Origin,
    Reject,
    Stage,
    Type,
)

BATCH = 10_000
_NOT_JSON = "not JSON"


class JsonCodec:
    """Reads and writes JSON objects by a layout."""

    def __init__(self, layout: Layout, settings: JsonSettings) -> None:
        self._layout = layout
        self._settings = settings
        self._decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)

    @property
    def layout(self) -> Layout:
        """The fields of the layout file."""
        return self._layout

    def decode(self, stream: BinaryIO, origin: Origin) -> Iterator[Batch]:
        """Yield the objects in batches of ten thousand.

        BatchError where a line or item is above 16 MiB, or the file breaks off.
        """
        if self._settings.form == "array":
            pieces = items(stream, origin.artifact)
        else:
            pieces = lines(stream, origin.artifact, lambda line: not str(self._parse(line)).startswith(_NOT_JSON))
        page: list[tuple[int, int, bytes]] = []
        for record, (offset, piece) in enumerate(pieces, 1):
            page.append((record, offset, piece))
            if len(page) == BATCH:
                yield self._batch(page)
                page = []
        if page:
            yield self._batch(page)

    def encode(self, batches: Iterable[Batch], stream: BinaryIO, delivery: Delivery | None = None) -> Iterator[Batch]:
        """Write a line for each record that fits its layout, and yield each batch with the others as rejects.

        In an array the lines stand between brackets, with commas behind them.
        """
        array = self._settings.form == "array"
        count = 0
        for batch in batches:
            frame, failures = fitted(batch.frame, self._layout)
            if failures:
                failed = pl.Series(range(frame.height), dtype=pl.Int64).is_in(list(failures))
                rejects = [_refused(batch.frame.row(row, named=True), *failures[row]) for row in sorted(failures)]
                frame = frame.filter(~failed)
                written = batch.without(failed, rejects)
            else:
                written = batch
            if frame.height:
                made = texts(frame, self._layout).to_list()
                begin = ",\n" if count else "[\n"
                text = begin + ",\n".join(made) if array else "\n".join(made) + "\n"
                stream.write(text.encode())
                count += frame.height
            yield written
        if array:
            stream.write(b"\n]\n" if count else b"[]\n")

    def _batch(self, page: list[tuple[int, int, bytes]]) -> Batch:
        rejects: list[Reject] = []
        good: list[tuple[int, int, bytes]] = []
        rows: list[dict[str, Any]] = []
        for record, offset, line in page:
            found = self._parse(line)
            if isinstance(found, str):
                rejects.append(Reject(record, offset, Stage.DECODE, found, raw=line))
            else:
                good.append((record, offset, line))
                rows.append(found)
        columns = Columns(self._layout.fields)
        frame = columns.of(rows)
        failures = columns.failures
        if self._settings.unknown == "reject":
            for number, row in enumerate(rows):
                stranger = _stranger(row, self._layout.fields, "")
                if stranger:
                    failures.setdefault(number, (stranger, "the layout has no such field"))
        for number, (field, reason) in sorted(failures.items()):
            record, offset, line = good[number]
            rejects.append(Reject(record, offset, Stage.DECODE, reason, field, raw=line))
        frame = self._with_own(good, frame)
        if failures:
            bad = pl.Series(range(frame.height), dtype=pl.Int64).is_in(list(failures))
            frame = frame.filter(~bad)
        return Batch(frame, tuple(sorted(rejects, key=lambda reject: reject.record)))

    def _with_own(self, good: list[tuple[int, int, bytes]], frame: pl.DataFrame) -> pl.DataFrame:
        own = [
            pl.Series(RECORD, [record for record, _, _ in good], pl.Int64),
            pl.Series(OFFSET, [offset for _, offset, _ in good], pl.Int64),
        ]
        if self._settings.keep_raw:
            own.append(pl.Series(RAW, [line for _, _, line in good], pl.Binary))
        return pl.DataFrame(own + frame.get_columns())

    def _parse(self, line: bytes) -> dict[str, Any] | str:
        """Return the object in ``line``, or the reason why there is none."""
        try:
            text = line.decode("utf-8")
            found = self._decoder.decode(text)
            if b"\\u" in line:
                json.dumps(found, default=str, ensure_ascii=False).encode()
        except UnicodeDecodeError as error:
            return f"not UTF-8 at byte {error.start} of the record"
        except UnicodeEncodeError:
            return "half of a surrogate pair stands alone, which is no character"
        except RecursionError:
            return "nested too deeply"
        except json.JSONDecodeError as error:
            return f"{_NOT_JSON} at character {error.pos + 1} of the record: {error.msg}"
        except ValueError:
            return "a number that JSON does not have, or one too long to read"
        return found if isinstance(found, dict) else "expected an object, found something else"


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _refused(row: dict[str, Any], field: str, reason: str) -> Reject:
    return Reject(row.get(RECORD) or 0, row.get(OFFSET, -1), Stage.ENCODE, reason, field, id=row.get(ID))


def _stranger(row: dict[str, Any], fields: Iterable[Field], path: str) -> str:
    """Return the path of a key that no field has, or nothing."""
    known = {field.name: field for field in fields}
    for key, value in row.items():
        field = known.get(key)
        if field is None:
            return path + "?"
        if field.type is not Type.GROUP:
            continue
        for item in value if isinstance(value, list) else [value]:
            found = _stranger(item, field.children, f"{path}{key}.") if isinstance(item, dict) else ""
            if found:
                return found
    return ""
