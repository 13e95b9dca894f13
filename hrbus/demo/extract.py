"""Tonight's extract of the invented HR system: applicants and vacancies, in EBCDIC, with trigger files.

    write(Path("var/sandbox/files/outgoing"), context, night=1)

One applicant's expected pay is not packed decimal (a blank field moved over a number, as happens): that record
must come back as a reject.
"""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import polars as pl

from hrbus.demo.people import applicants, vacancies
from hrbus.registry import Registry
from hrbus.spi import Batch, Codec, Context
from hrbus.testing import RecordingDelivery

BAD_RECORD = 23
"""Which applicant's record is damaged, counted from 1."""

BAD_FIELD = "APPL-PAY-EXPECTED"
"""The damaged field."""

_MARK = Decimal("7777777.77")
_MARK_PACKED = bytes.fromhex("777777777c")
_BLANKS = bytes.fromhex("4040404040")  # blanks in EBCDIC


def write(folder: Path, context: Context, *, night: int, count: int = 50) -> list[Path]:
    """Write the extract of the given night (1, 2, 3 …) into ``folder``; return the files, triggers left out.

    Every night the same people come again, as legacy systems send them: only the header differs.
    """
    people = applicants(count).with_row_index("row")
    damaged = pl.col("row") == BAD_RECORD - 1
    people = people.with_columns(
        pl.when(damaged).then(pl.lit(_MARK)).otherwise(BAD_FIELD).cast(people.schema[BAD_FIELD]).alias(BAD_FIELD)
    ).drop("row")
    extract = encoded(context, "APPLREC", people, night)
    if extract.count(_MARK_PACKED) != 1:
        raise AssertionError("the record to damage was not found in the extract")
    files = {
        f"VACANCY{night:04}.DAT": encoded(context, "VACREC", vacancies(), night),
        f"APPL{night:04}.DAT": extract.replace(_MARK_PACKED, _BLANKS),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / f"{name}.ok").touch()
    return [folder / name for name in files]


def encoded(context: Context, copybook: str, records: pl.DataFrame, night: int) -> bytes:
    """Return records as a file of the invented HR system: EBCDIC, with header and trailer.

    ``copybook`` is the name of one below mappings/copybooks, ``night`` the number in the header.
    """
    codec = _codec(context, copybook)
    stream = io.BytesIO()
    delivery = RecordingDelivery(sequence=night, records=records.height)
    for written in codec.encode([Batch(records)], stream, delivery):
        for reject in written.rejects:
            raise AssertionError(f"the invented record {reject.record} does not fit: {reject.field}: {reject.reason}")
    return stream.getvalue()


def _codec(context: Context, copybook: str) -> Codec:
    cobol = Registry.installed().codec("cobol")
    settings = {
        "copybook": f"copybooks/{copybook}.cpy",
        "encoding": "cp037",
        "header": {
            "copybook": "copybooks/HEADREC.cpy",
            "set": {"HEAD-FILE-ID": copybook, "HEAD-CREATED-ON": "run(date)", "HEAD-SEQUENCE": "run(sequence)"},
        },
        "trailer": {"copybook": "copybooks/TRAILREC.cpy", "count": "TRAIL-COUNT"},
    }
    return cobol.make(cobol.settings.model_validate(settings), context)
