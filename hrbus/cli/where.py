"""``hrbus where RECORD PATH``: where a value of a document comes from, down to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.attempt import said
from hrbus.cli.common import JsonOption, SiteOption, answer, here, settings
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.errors import Place
    from hrbus.passport import Entry, Passport, Source
    from hrbus.site import Site


def command(
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help=_("The record's business key, or the far side's id."))
    ],
    path: Annotated[
        str, typer.Argument(metavar="PATH", help=_("The path in its document, to a value or to an element."))
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help=_("The file that the record came in, from the archive."),
            show_default=False,
        ),
    ] = None,
    show_values: Annotated[bool, typer.Option("--show", help=_("Show bytes and values too: personal data."))] = False,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say where a value comes from: file, byte, copybook, mapping, run."""
    from hrbus.cli.ledger import report
    from hrbus.clock import SystemClock
    from hrbus.errors import ConfigError, Fault
    from hrbus.hrxml import load
    from hrbus.passport import Passports

    place = here(site)
    with report(place) as found:
        if found is None:
            raise ConfigError(Fault(_("Nothing has run here yet.")))
        config = settings(place, secrets=False)
        passports = Passports(config, load(folder=place.schemas), SystemClock(), found)
        passport = passports.of(record, path, data)
    if as_json:
        answer(_for_programs(passport, place, show_values))
        return
    for line in _for_people(passport, place, show_values):
        print(line)


# --- for programs ---------------------------------------------------------------------------------------------------


def _for_programs(passport: Passport, site: Site, show_values: bool) -> dict[str, Any]:
    row, run = passport.record, passport.run
    return {
        "route": row.route,
        "revision": row.revision,
        "state": row.state,
        "artifact": row.artifact,
        "sha256": row.sha256,
        "record": row.number,
        "offset": row.offset,
        "run": run and {"id": run.id, "started": run.started, "state": run.state},
        "mapping": {"file": passport.mapping, "version": row.mapping, "now": passport.version},
        "order_mapping": row.order_mapping,
        "missing": passport.missing,
        "values": [_entry(entry, site, show_values) for entry in passport.entries],
    }


def _entry(entry: Entry, site: Site, show_values: bool) -> dict[str, Any]:
    steps = [
        {"call": step.call} | ({"value": step.value, "failed": step.failed} if show_values else {})
        for step in entry.steps
    ]
    return {
        "path": entry.path,
        "file": entry.place.file,
        "line": entry.place.line,
        "column": entry.place.column,
        "from": entry.head,
        "fields": [_source(source, site, show_values) for source in entry.sources],
        "steps": steps,
        "left_out": entry.left_out,
    } | ({"document": list(entry.document)} if show_values else {})


def _source(source: Source, site: Site, show_values: bool) -> dict[str, Any]:
    declared = source.place and {"file": _shown(source.place, site).file, "line": source.place.line}
    found = {"field": source.name, "offset": source.offset, "length": source.length, "every": list(source.every)}
    held = source.held.hex() if source.held is not None else None
    shown = {"value": source.value, "hex": held} if show_values else {}
    return found | {"note": source.note, "declared": declared} | shown


def _shown(place: Place, site: Site) -> Place:
    """Return a place with its file as messages call it."""
    return replace(place, file=site.shown(Path(place.file)))


# --- for people -----------------------------------------------------------------------------------------------------


def _for_people(passport: Passport, site: Site, show_values: bool) -> Iterator[str]:
    row, run = passport.record, passport.run
    title = _("{route}, revision {revision}: {state}")
    yield title.format(route=row.route, revision=row.revision, state=_(row.state))
    place = {"number": row.number, "artifact": row.artifact, "offset": row.offset}
    yield "  " + _("record {number} of {artifact}, byte {offset}").format(**place)
    yield f"  SHA-256 {row.sha256}"
    if run:
        yield "  " + _("run {number}, {moment}: {state}").format(
            number=run.id, moment=run.started[:19].replace("T", " ") + "Z", state=_(run.state)
        )
    yield "  " + _versions(passport)
    if passport.missing:
        yield "  " + _("without values: {why}").format(why=passport.missing)
    for entry in passport.entries:
        yield ""
        yield from _told(entry, site, show_values)


def _versions(passport: Passport) -> str:
    then, now, file = passport.record.mapping, passport.version, passport.mapping
    if then in ("", now):
        return _("{file}, version {version}").format(file=file, version=now)
    text = _("made by version {then} of {file}; it is {now} now, and what follows is that")
    return text.format(then=then, file=file, now=now)


def _told(entry: Entry, site: Site, show_values: bool) -> Iterator[str]:
    yield entry.path
    yield f"  {entry.place}: {entry.head}" + "".join(f" | {step.call}" for step in entry.steps)
    for source in entry.sources:
        yield f"  {source.name}: {_lies(source)}" + (f", {source.note}" if source.note else "")
        if source.place:
            yield f"    {_shown(source.place, site)}"
        if show_values and source.held is not None:
            yield f"    X'{source.held.hex().upper()}'"
        if show_values and source.value is not None:
            yield f"    {said(source.value)}"
    if show_values:
        for step in entry.steps:
            yield f"  {step.call} " + (f"✗ {step.failed}" if step.failed else f"→ {said(step.value)}")
        for text in entry.document:
            yield "  " + _("in the document: {value}").format(value=said(text))
    if entry.left_out:
        yield "  " + _("left out")


def _lies(source: Source) -> str:
    if source.offset is None or source.length is None:
        return _("at no fixed place in the record")
    text = _("byte {offset}, {length} bytes").format(offset=source.offset, length=source.length)
    every = [step for step in source.every if step]
    if not every:
        return text
    return text + " " + _("(the next item {steps} bytes on)").format(steps=", ".join(map(str, every)))
