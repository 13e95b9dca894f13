"""``hrbus test [MAPPING…]``: the examples inside mappings, and their golden files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hrbus.cli.attempt import said
from hrbus.cli.codec import of_mapping
from hrbus.cli.common import JsonOption, SiteOption, answer, here, row_of, settings, tell
from hrbus.cli.diff import DIFFERENT
from hrbus.cli.words import _
from hrbus.errors import ConfigError, Fault, HrbusError

if TYPE_CHECKING:
    from hrbus.golden import Case, Difference
    from hrbus.hrxml import Vocabulary
    from hrbus.mapping import Direction, Mapping
    from hrbus.site import Site
    from hrbus.spi import Codec, Layout


@dataclass
class Tried:
    """A golden file: where it is another than expected, that it was written anew, or why it could not be tried."""

    name: str
    differences: list[Difference] = field(default_factory=list)
    written: bool = False
    fault: Fault | None = None


@dataclass
class Tested:
    """A mapping: its examples, what is wrong with them, its golden files; ``broken`` says why it cannot be tried."""

    file: str
    examples: int = 0
    wrong: tuple[Fault, ...] = ()
    cases: list[Tried] = field(default_factory=list)
    broken: tuple[Fault, ...] = ()

    @property
    def code(self) -> int:
        """The exit code that this mapping alone asks for."""
        if self.broken:
            return ConfigError.exit_code
        differ = self.wrong or any(case.differences or case.fault for case in self.cases)
        return DIFFERENT if differ else 0


def command(
    mappings: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[MAPPING]…", help=_("Mappings; without any all below mappings/."), show_default=False
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help=_("Expect from now on what golden files give now."))
    ] = False,
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the examples and golden files of mappings; exit 6 where they differ."""
    from hrbus.golden import strays
    from hrbus.hrxml import load
    from hrbus.trial import name_of

    place = here(site)
    names = [name_of(place, each) for each in mappings or []]
    every = names or sorted(file.name for file in place.mappings.glob("*.yaml"))
    alone = [] if names else strays(place)
    config = settings(place, secrets=False)
    outward = {route.out for route in config.routes.values() if route.out}
    vocabulary = load(folder=place.schemas)
    tested = [_tested(place, name, vocabulary, outward=name in outward, update=update) for name in every]
    if as_json:
        answer({"mappings": [_row(each) for each in tested], "strays": alone})
    else:
        for each in tested:
            _for_people(each)
        for folder in alone:
            print(_("{folder} belongs to no mapping").format(folder=folder))
    codes = {each.code for each in tested} | ({DIFFERENT} if alone else set())
    for code in (ConfigError.exit_code, DIFFERENT):
        if code in codes:
            raise typer.Exit(code)


def _tested(site: Site, name: str, vocabulary: Vocabulary, *, outward: bool, update: bool) -> Tested:
    from hrbus.checkup import read_mapping
    from hrbus.clock import SystemClock
    from hrbus.golden import cases
    from hrbus.mapping import Direction

    made: list[Codec] = []

    def layout(named: str) -> Layout:
        made.append(of_mapping(site, name, named))
        return made[0].layout

    found = Tested(site.shown(site.mappings / name))
    try:
        mapping = read_mapping(site, name, layout, vocabulary, SystemClock())
        golden = cases(site, name)
    except ConfigError as error:
        found.broken = error.faults
        return found
    way: Direction = Direction.OUT if outward else Direction.INTO
    found.examples = len(mapping.rules.examples)
    found.wrong = mapping.check_examples(way)
    found.cases = [_tried(case, mapping, made[0], vocabulary, update=update) for case in golden]
    return found


def _tried(case: Case, mapping: Mapping, codec: Codec, vocabulary: Vocabulary, *, update: bool) -> Tried:
    from hrbus.errors import Place

    try:
        results = case.results(mapping, codec, vocabulary)
        differences = None if update and not case.expected.is_file() else case.compared(results)
    except HrbusError as error:
        faults = error.faults if isinstance(error, ConfigError) else (Fault(str(error), Place(case.name)),)
        return Tried(case.name, fault=faults[0])
    if update:
        if differences != []:
            case.write(results)
        return Tried(case.name, written=differences != [])
    if differences is None:
        hint = _("write it with hrbus test --update, and look at it")
        return Tried(case.name, fault=Fault(_("nobody has said what is expected"), Place(case.name), hint=hint))
    return Tried(case.name, differences)


def _row(tested: Tested) -> dict[str, Any]:
    return {
        "file": tested.file,
        "examples": tested.examples,
        "faults": [row_of(fault) for fault in (*tested.broken, *tested.wrong)],
        "golden": [
            {
                "file": case.name,
                "same": not case.differences and not case.fault,
                "written": case.written,
                "fault": row_of(case.fault) if case.fault else None,
                "differences": [
                    {"record": each.record, "path": each.path, "expected": each.expected, "got": each.got}
                    for each in case.differences
                ],
            }
            for case in tested.cases
        ],
    }


def _for_people(tested: Tested) -> None:
    text = _("{file}: {examples} examples, {golden} golden files: {verdict}")
    verdict = _("as expected") if not tested.code else _("not as expected")
    print(text.format(file=tested.file, examples=tested.examples, golden=len(tested.cases), verdict=verdict))
    for fault in (*tested.broken, *tested.wrong):
        tell(fault)
    for case in tested.cases:
        if case.written:
            print("  " + _("{file}: written anew; look at it").format(file=case.name))
        if case.fault:
            tell(case.fault)
        for line in _diff(case):
            print(line)


def _diff(case: Tried) -> Iterator[str]:
    """Yield the differences of a golden file, record by record and path by path."""
    number = None
    for each in case.differences:
        if each.record != number:
            number = each.record
            yield "  " + _("{file}, record {number}").format(file=case.name, number=number)
        if each.path:
            yield f"    {each.path}"
        yield "      " + _("expected {value}").format(value=said(each.expected))
        yield "      " + _("got      {value}").format(value=said(each.got))
