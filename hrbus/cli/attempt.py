"""``hrbus try MAPPING DATA --record N``: one record at every step of a mapping, side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.codec import Chosen, CodecOption, EncodingOption, FrameOption, OptionsOption, of_mapping
from hrbus.cli.common import JsonOption, SiteOption, answer, answer_error, console, explain, here, show
from hrbus.cli.decode import opened
from hrbus.cli.words import _
from hrbus.errors import HrbusError, RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hrbus.mapping.trace import Line, Return
    from hrbus.site import Site
    from hrbus.spi import Codec, Layout
    from hrbus.trial import Trial


def command(
    mapping: Annotated[
        Path, typer.Argument(metavar="MAPPING", help=_("The mapping: a file below mappings/, or its name there."))
    ],
    data: Annotated[Path, typer.Argument(metavar="DATA", help=_("The file of records; - is standard input."))],
    record: Annotated[
        int, typer.Option("--record", "-n", metavar="N", min=1, help=_("The number of the record, from 1."))
    ] = 1,
    watch: Annotated[bool, typer.Option("--watch", help=_("Do it again whenever a file is saved."))] = False,
    encoding: EncodingOption = "",
    frame: FrameOption = "",
    codec: CodecOption = "",
    option: OptionsOption = None,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one record at every step of a mapping: personal data."""
    from hrbus.trial import name_of

    place = here(site)
    name = name_of(place, mapping)
    chosen = (encoding, frame, option, codec) if encoding or frame or codec or option else None
    if not watch:
        if _once(place, name, data, record, chosen, as_json):
            raise typer.Exit(RecordError.exit_code)
        return
    _again(place, name, data, record, chosen, as_json)


def _again(place: Site, name: str, data: Path, record: int, chosen: Chosen | None, as_json: bool) -> None:
    """Show the record once, and whenever something was saved, until somebody interrupts it."""
    from hrbus.cli.watch import saves

    if str(data) == "-":
        raise typer.BadParameter(_("standard input cannot be watched: name a file"), param_hint="--watch")
    for _save in saves(place.mappings, place.config, data):
        if not as_json:
            console().clear()
        try:
            _once(place, name, data, record, chosen, as_json)
        except HrbusError as error:  # somebody is about to mend it
            explain(error)
            if as_json:
                answer_error(error)


def _once(place: Site, name: str, data: Path, record: int, chosen: Chosen | None, as_json: bool) -> bool:
    """Show the record as it becomes now; return whether it is rejected."""
    from hrbus.checkup import read_mapping
    from hrbus.clock import SystemClock
    from hrbus.hrxml import load
    from hrbus.spi import Origin
    from hrbus.trial import try_record

    made: list[Codec] = []

    def layout(named: str) -> Layout:
        made.append(of_mapping(place, name, named, chosen))
        return made[0].layout

    vocabulary = load(folder=place.schemas)
    mapping = read_mapping(place, name, layout, vocabulary, SystemClock())
    with opened(data) as stream:
        trial = try_record(mapping, made[0], vocabulary, stream, Origin(str(data)), record)
    if as_json:
        answer({"mapping": mapping.path, "version": mapping.version, "data": str(data), **_for_programs(trial)})
    else:
        _for_people(mapping.path, data, trial)
    return trial.reject is not None


# --- for programs ---------------------------------------------------------------------------------------------------


def _for_programs(trial: Trial) -> dict[str, Any]:
    reject = trial.reject
    return {
        "record": trial.number,
        "offset": trial.offset,
        "lines": [_line(line) for line in trial.lines],
        "document": trial.document,
        "reject": reject and {"stage": reject.stage, "field": reject.field, "reason": reject.reason},
        "back": [
            {"field": each.column, "was": each.was, "now": each.now, "same": each.same, "why": each.why}
            for each in trial.back
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "path": line.path,
        "file": line.place.file,
        "line": line.place.line,
        "fields": [{"field": name, "value": value} for name, value in line.fields],
        "steps": [{"call": step.call, "value": step.value, "failed": step.failed} for step in line.steps],
        "value": line.value,
        "left_out": line.left_out,
    }


# --- for people -----------------------------------------------------------------------------------------------------


def _for_people(mapping: str, data: Path, trial: Trial) -> None:
    where = _("record {number} of {artifact}, byte {offset}")
    print(f"{mapping}: {where.format(number=trial.number, artifact=data, offset=trial.offset)}")
    if trial.lines:
        print()
        show_lines(trial.lines)
    if trial.document:
        print("\n" + json.dumps(trial.document, ensure_ascii=False, indent=2))
    if trial.reject:
        reject = trial.reject
        said = ": ".join(part for part in (reject.field, reject.reason) if part)
        print("\n" + _("rejected ({stage}): {said}").format(stage=reject.stage, said=said))
    if trial.back:
        _returns(trial.back)


def show_lines(lines: Iterable[Line]) -> None:
    """Write a table with a row for each leaf: its fields, what each converter made of them, and where they go."""
    from rich.table import Table

    table = Table(_("field"), _("read"), _("converters"), _("path"), _("value"), box=None, header_style="bold")
    for line in lines:
        fields = "\n".join(name for name, _value in line.fields)
        values = "\n".join(said(value) for _name, value in line.fields)
        steps = "\n".join(
            f"{step.call} ✗ {step.failed}" if step.failed else f"{step.call} → {said(step.value)}"
            for step in line.steps
        )
        value = _("left out") if line.left_out else said(line.value)
        table.add_row(fields, values, steps, line.path, value)
    show(table)


def said(value: Any) -> str:
    """Return a value as people see it: text in quotes, so that its blanks show; – for what is absent."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return _("{count} items").format(count=len(value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)


def _returns(back: Iterable[Return]) -> None:
    """Write how the fields come back: those that are the same as a number, the others one by one."""
    same = [each for each in back if each.same]
    print("\n" + _("on the way back, {count} fields are as they were").format(count=len(same)))
    for each in back:
        if not each.same:
            why = f" ({each.why})" if each.why else ""
            print(f"  {each.column}: {said(each.was)} → {said(each.now)}{why}")
