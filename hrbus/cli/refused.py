"""What ``hrbus decode`` and ``encode`` do with records that are refused: tell people, and write them down.

with Refused(Path("bad.jsonl")) as refused:
refused.take(batch.rejects)     # record 3, byte 150: NO: … on stderr, and a JSON line in the file
refused.leave()                     # with exit code 3, where there were any
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self, TextIO

import typer

from hrbus.cli.common import say, writable
from hrbus.cli.words import _
from hrbus.errors import RecordError

if TYPE_CHECKING:
    from hrbus.spi import Reject

RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help=_("Write what is refused to this file, as JSON lines with the record's bytes: personal data."),
        show_default=False,
    ),
]


def tell(reject: Reject) -> None:
    """Say where and why a record was refused, never what was in it."""
    where = _("record {number}, byte {offset}").format(number=reject.record, offset=reject.offset)
    say(": ".join(part for part in (where, reject.field, reject.reason) if part))


class Refused:
    """Takes rejects, and counts them."""

    def __init__(self, file: Path | None) -> None:
        self.count = 0
        self._file = file
        self._lines: TextIO | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._file:
            with writable(self._file):
                self._lines = self._open.enter_context(self._file.open("w", encoding="utf-8"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def take(self, rejects: Iterable[Reject]) -> None:
        """Say where and why records were refused, never what was in them; the file has their bytes as well."""
        for reject in rejects:
            self.count += 1
            tell(reject)
            if self._lines:
                told = {name: getattr(reject, name) for name in ("record", "offset", "field", "reason")}
                self._lines.write(json.dumps(told | {"raw": reject.raw.hex()}, ensure_ascii=False) + "\n")

    def leave(self) -> None:
        """End the command with the exit code of rejected records, where there were any."""
        if self.count:
            say(_("{count} records were rejected.").format(count=self.count))
            raise typer.Exit(RecordError.exit_code)
