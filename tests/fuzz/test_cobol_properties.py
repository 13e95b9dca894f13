"""What must hold for every copybook, every value and every byte."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import Item, parse
from adapters.cobol.dialect import Language
from adapters.cobol.layout import describe
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Field, HrbusError, Layout, Origin, Type
from tests.fuzz.cobol_copybooks import copybooks, selected

EXAMPLES = int(os.environ.get("HRBUS_FUZZ", "12"))
"""How many examples each property is tried with; more of them on a long night."""
SLOW = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
SINGLE = [
    "cp037",
    "cp273",
    "cp424",
    "cp500",
    "cp875",
    "cp1026",
    "cp1140",
    "ascii",
    "latin-1",
    "cp1252",
    "cp437",
    "koi8-r",
]
ENCODINGS = st.sampled_from([*SINGLE, "utf-8", "gb18030", "big5", "shift_jis", "euc_kr"])
MACHINES = st.fixed_dictionaries(
    {
        "float": st.sampled_from(["ibm", "ieee", "ieee-little"]),
        "binary": st.sampled_from(["big", "little"]),
        "native": st.sampled_from([None, "big", "little"]),
        "threads": st.sampled_from([1, 2]),
        "batch_records": st.sampled_from([1, 2, 10_000]),
    }
)


def dtype(field: Field) -> pl.DataType:
    """Return what the contract says that a field's column holds, wide enough for any of its numbers."""
    if field.type is Type.GROUP:
        columns = Layout(field.name, field.children).columns()
        inner: pl.DataType = pl.Struct({name: dtype(child) for name, child in columns.items()})
    elif field.type is Type.TEXT:
        inner = pl.String()
    elif field.type is Type.FLOAT:
        inner = pl.Float64()
    else:
        inner = pl.Decimal(38, field.scale)
    return pl.List(inner) if field.many else inner


def frame(layout: Layout, rows: list[dict[str, Any]]) -> pl.DataFrame:
    columns = {name: field for name, field in layout.columns().items() if name in rows[0]}
    return pl.DataFrame(rows, schema={name: dtype(field) for name, field in columns.items()})


def as_given(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: as_given(item) for name, item in value.items() if not name.endswith(("-N", "-R"))}
    if isinstance(value, list):
        return [as_given(item) for item in value]
    return value


@SLOW
@given(made=copybooks(), encoding=ENCODINGS, form=st.sampled_from(["fixed", "rdw"]), machine=MACHINES)
def test_what_is_written_reads_as_it_was(
    made: tuple[str, list[dict[str, Any]]], encoding: str, form: str, machine: dict[str, Any]
) -> None:
    text, rows = made
    there_and_back(text, rows, {"encoding": encoding, "frame": form, **machine})


@SLOW
@given(made=selected(), encoding=ENCODINGS, machine=MACHINES)
def test_the_reading_that_a_field_chooses_is_the_one_that_was_written(
    made: tuple[str, dict[str, Any], list[dict[str, Any]]], encoding: str, machine: dict[str, Any]
) -> None:
    text, rules, rows = made
    there_and_back(text, rows, {"encoding": encoding, "select": rules, **machine})


def there_and_back(text: str, rows: list[dict[str, Any]], settings: dict[str, Any]) -> None:
    """Write the rows, read them, and write what was read."""
    record = parse(text, "made.cpy").record()
    codec = CobolCodec(CobolSettings.model_validate({"copybook": "made.cpy", **settings}), record)
    out = io.BytesIO()
    (written,) = codec.encode([Batch(frame(describe(record), rows))], out)
    assert () == written.rejects
    batches = list(codec.decode(io.BytesIO(out.getvalue()), Origin("made")))
    assert [] == [reject.reason for batch in batches for reject in batch.rejects]
    found = pl.concat([batch.frame for batch in batches]).select(rows[0].keys())
    assert rows == [as_given(row) for row in found.to_dicts()]
    again = io.BytesIO()
    list(codec.encode(batches, again))
    assert out.getvalue() == again.getvalue()


@SLOW
@given(
    made=copybooks(),
    encoding=ENCODINGS,
    data=st.binary(min_size=1, max_size=4000),
    policy=st.sampled_from(["reject", "null", "zero"]),
)
def test_whatever_bytes_come_what_was_read_is_written_back_the_same(
    made: tuple[str, list[dict[str, Any]]], encoding: str, data: bytes, policy: Any
) -> None:
    record = parse(made[0], "made.cpy").record()
    codec = CobolCodec(
        CobolSettings(copybook="made.cpy", encoding=encoding, keep_raw=True, blank_numeric=policy), record
    )
    data = (data * (record.size // len(data) + 1))[: record.size * max(1, len(data) // record.size)]
    (batch,) = codec.decode(io.BytesIO(data), Origin("made"))
    event(f"{len(batch.rejects)} rejects")
    assert len(data) // record.size == len(batch) + len(batch.rejects)
    out = io.BytesIO()
    (written,) = codec.encode([batch], out)
    assert batch.rejects == written.rejects
    assert b"".join(batch.frame["_raw"].to_list()) == out.getvalue()


@SLOW
@given(data=st.binary(max_size=2000), form=st.sampled_from(["fixed", "lines", "rdw"]), encoding=ENCODINGS)
def test_random_bytes_raise_nothing_but_our_errors(data: bytes, form: Any, encoding: str) -> None:
    text = (
        "01 R. 05 N PIC 9. 05 A OCCURS 0 TO 5 DEPENDING ON N. 10 B PIC X(3). 10 C PIC S9(3) COMP-3. 05 D PIC ZZ9.9-."
    )
    codec = CobolCodec(CobolSettings(copybook="a.cpy", frame=form, encoding=encoding), parse(text, "a.cpy").record())
    assert only_ours(lambda: list(codec.decode(io.BytesIO(data), Origin("random"))))


PIECES = """
01 05 10 49 66 77 88 A B C FILLER PIC PICTURE IS X X(3) 9(5) S9(3)V99 ZZ9.99 +++9 $9 9P PP9 V N G X( ) ( COMP COMP-3
BINARY USAGE OCCURS TIMES 3 TO DEPENDING ON REDEFINES VALUE VALUES 'x' "y" X'00' X'zz' ' SPACES ALL THRU SIGN LEADING
TRAILING SEPARATE SYNC JUST BLANK WHEN ZERO RENAMES COPY REPLACING ==A== BY == . . . . , ; *> - 1.5 -3 INDEXED COMP-1
NATIONAL POINTER 王
"""
WORDS = st.sampled_from([*PIECES.split(), "\n", "\t"])


def only_ours(work: Callable[[], object]) -> bool:
    """Say whether ``work`` succeeds; an error of ours has something to say, any other is a defect."""
    try:
        work()
    except HrbusError as error:
        return bool(str(error))
    return True


@settings(max_examples=EXAMPLES * 20, deadline=None)
@given(
    text=st.one_of(st.lists(WORDS, max_size=40).map(" ".join), st.text(max_size=200)),
    free=st.sampled_from([None, True, False]),
)
def test_random_copybooks_raise_nothing_but_our_errors(text: str, free: bool | None) -> None:
    found: list[Item] = []
    assert only_ours(lambda: found.append(parse(text, "random.cpy", language=Language(free=free)).record()))
    for record in found:
        describe(record)
        if record.size <= 10_000:
            assert only_ours(partial(both_ways, record))


def both_ways(record: Item) -> None:
    codec = CobolCodec(CobolSettings(copybook="random.cpy", encoding="ascii"), record)
    list(codec.decode(io.BytesIO(b"1" * record.size), Origin("random")))
    list(codec.encode([Batch(pl.DataFrame(height=1))], io.BytesIO()))
