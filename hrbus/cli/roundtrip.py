"""``hrbus roundtrip DATA --copybook C``: proves that a file comes out as it went in, byte for byte."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.codec import CopybookOption, EncodingOption, FrameOption, OptionsOption, make, tell_reject
from hrbus.cli.common import JsonOption, answer, readable, say
from hrbus.cli.words import _
from hrbus.errors import BatchError, RecordError

if TYPE_CHECKING:
    from hrbus.roundtrip import Difference, Losses, Proof
    from hrbus.spi import Reject

PATIENCE = 1.0
"""Seconds before progress is shown."""


def command(
    data: Annotated[Path, typer.Argument(metavar="DATA", help=_("The file of records."))],
    copybook: CopybookOption,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    option: OptionsOption = None,
    from_values: Annotated[
        bool,
        typer.Option(
            "--from-values", help=_("Write from the values alone, and say which fields come out otherwise.")
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove that a file comes out as it went in, byte for byte."""
    from hrbus import roundtrip

    options = [*(option or []), "keep_raw=true"]
    if from_values:
        options = [each for each in options if not each.startswith(("header.", "trailer."))]
    codec = make(copybook, encoding, frame, options)
    with readable(data):
        data.open("rb").close()
    progress, rejects = _Progress(data.stat().st_size), _Rejects(quiet=as_json)
    if from_values:
        losses = roundtrip.by_values(codec, data, rejects.add, progress)
        progress.done()
        answer(_losses_row(losses, rejects)) if as_json else _tell_losses(losses)
        code = 0 if losses.none else BatchError.exit_code
        raise typer.Exit(code or (RecordError.exit_code if losses.rejected else 0))
    proof = roundtrip.prove(codec, data, rejects.add, progress)
    progress.done()
    answer(_proof_row(proof, rejects)) if as_json else _tell_proof(data, proof)
    code = 0 if proof.identical else BatchError.exit_code
    raise typer.Exit(code or (RecordError.exit_code if proof.rejected else 0))


class _Progress:
    """Shows on a terminal how far it is, once that takes more than a moment."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.begun = self.last = time.monotonic()
        self.shown = False

    def __call__(self, records: int, done: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self.begun < PATIENCE or now - self.last < PATIENCE / 4:
            return
        self.last, self.shown = now, True
        share = done * 100 // self.size if self.size else 100
        line = _("{records} records, {share} %").format(records=records, share=share)
        print(f"\r{line}", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Leave the line."""
        if self.shown:
            print(file=sys.stderr)


class _Rejects:
    """Tells rejected records as they come; keeps them for programs."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.rows: list[dict[str, Any]] = []

    def add(self, reject: Reject) -> None:
        """Take one."""
        if not self.quiet:
            tell_reject(reject)
            return
        told = {"record": reject.record, "offset": reject.offset, "field": reject.field, "reason": reject.reason}
        self.rows.append(told)


def _tell_proof(data: Path, proof: Proof) -> None:
    if proof.rejected:
        say(_("{count} records were rejected; their bytes stay as they are.").format(count=proof.rejected))
    if proof.difference:
        say(_("{data} does not come out as it went in:").format(data=data.name))
        say(_where(proof.difference))
        say(_("  in the file  X'{bytes}'").format(bytes=proof.difference.was.hex().upper()))
        say(_("  written      X'{bytes}'").format(bytes=proof.difference.written.hex().upper()))
        return
    line = _("identical: {records} records, {bytes} bytes, SHA-256 {sha256}")
    print(line.format(records=proof.records, bytes=proof.bytes, sha256=proof.sha256))


def _where(found: Difference) -> str:
    if not found.record:
        return _("byte {offset}, before the first record").format(offset=found.offset)
    field = f"{found.field} ({found.note})" if found.note else found.field
    line = _("byte {offset}, record {record}, byte {byte} of the record").format(
        offset=found.offset, record=found.record, byte=found.byte
    )
    return f"{line}: {field}" if field else line


def _proof_row(proof: Proof, rejects: _Rejects) -> dict[str, Any]:
    found = proof.difference
    difference = found and {
        "offset": found.offset,
        "record": found.record,
        "byte": found.byte,
        "field": found.field,
        "note": found.note,
        "was": found.was.hex().upper(),
        "written": found.written.hex().upper(),
    }
    return {
        "identical": proof.identical,
        "records": proof.records,
        "rejected": proof.rejected,
        "bytes": proof.bytes,
        "sha256": proof.sha256,
        "difference": difference,
        "rejects": rejects.rows,
    }


def _tell_losses(losses: Losses) -> None:
    if losses.rejected:
        say(_("{count} records were rejected.").format(count=losses.rejected))
    if losses.none:
        print(_("identical from values alone: {records} records").format(records=losses.records))
    for loss in losses.fields.values():
        line = _("{field} ({note}): {count} records come out otherwise, first record {first}: X'{was}', X'{written}'")
        pair = {"was": loss.was.hex().upper(), "written": loss.written.hex().upper()}
        print(line.format(field=loss.field, note=loss.note, count=loss.records, first=loss.first, **pair))
    if losses.other:
        line = _("bytes without a field, or of no fixed place: {count} records come out otherwise")
        print(line.format(count=losses.other))


def _losses_row(losses: Losses, rejects: _Rejects) -> dict[str, Any]:
    fields = [
        {
            "field": loss.field,
            "note": loss.note,
            "records": loss.records,
            "first": loss.first,
            "was": loss.was.hex().upper(),
            "written": loss.written.hex().upper(),
        }
        for loss in losses.fields.values()
    ]
    return {
        "identical": losses.none,
        "records": losses.records,
        "rejected": losses.rejected,
        "fields": fields,
        "other": losses.other,
        "rejects": rejects.rows,
    }
