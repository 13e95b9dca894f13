"""``hrbus roundtrip DATA --copybook C``: proves that a file comes out as it went in, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.codec import CodecOption, CopybookOption, EncodingOption, FrameOption, OptionsOption, make
from hrbus.cli.common import JsonOption, answer, readable, say
from hrbus.cli.progress import Progress
from hrbus.cli.refused import tell
from hrbus.cli.words import _
from hrbus.errors import BatchError, RecordError

if TYPE_CHECKING:
    from hrbus.roundtrip import Difference, Losses, Proof
    from hrbus.spi import Reject


def command(
    data: Annotated[Path, typer.Argument(metavar="DATA", help=_("The file of records."))],
    copybook: CopybookOption,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    codec: CodecOption = "",
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
    made = make(copybook, encoding, frame, options, codec=codec)
    with readable(data):
        data.open("rb").close()
    progress = Progress(data.stat().st_size)
    rejects = _Rejects(progress, quiet=as_json)
    if from_values:
        with progress:
            losses = roundtrip.by_values(made, data, rejects.add, progress.at)
        answer(_losses_row(losses, rejects)) if as_json else _tell_losses(losses)
        code = 0 if losses.none else BatchError.exit_code
        raise typer.Exit(code or (RecordError.exit_code if losses.rejected else 0))
    with progress:
        proof = roundtrip.prove(made, data, rejects.add, progress.at)
    answer(_proof_row(proof, rejects)) if as_json else _tell_proof(data, proof)
    code = 0 if proof.identical else BatchError.exit_code
    raise typer.Exit(code or (RecordError.exit_code if proof.rejected else 0))


class _Rejects:
    """Tells rejected records as they come; keeps them for programs."""

    def __init__(self, progress: Progress, *, quiet: bool) -> None:
        self.progress = progress
        self.quiet = quiet
        self.rows: list[dict[str, Any]] = []

    def add(self, reject: Reject) -> None:
        """Take one."""
        if not self.quiet:
            self.progress.clear()
            tell(reject)
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
