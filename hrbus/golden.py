"""Golden files: a file as it arrives, or documents, and what a mapping made of them when a person last looked.

mappings/golden/applicants/spring.data             a file as the route reads it
mappings/golden/applicants/spring.expected.json    what each of its records becomes
mappings/golden/results-file/one.documents.json    documents that go out
mappings/golden/results-file/one.expected.json     the fields of each record that is written

for case in cases(site, "applicants.yaml"): print(case.name, case.compared(results))
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from hrbus.errors import ConfigError, Fault, Place
from hrbus.hrxml import Vocabulary
from hrbus.mapping import Mapping
from hrbus.mapping.example import EXAMPLE_RUN, plain
from hrbus.site import Site
from hrbus.spi import OWN_COLUMNS, RECORD, Batch, Codec, Origin, Reject
from hrbus.trial import invalid
from hrbus.values import Documents

FOLDER = "golden"
DATA, DOCUMENTS, EXPECTED = ".data", ".documents.json", ".expected.json"


@dataclass(frozen=True)
class Difference:
    """A value that is another than expected, or is there on one side only (None on the other)."""

    record: int
    path: str
    expected: str | None = field(repr=False)
    got: str | None = field(repr=False)


@dataclass(frozen=True)
class Case:
    """One golden file of a mapping; ``given`` is what goes in. ``name`` is how messages call it."""

    given: Path
    expected: Path
    name: str

    @property
    def is_file(self) -> bool:
        """Say whether a file of records goes in; else it is documents that go out."""
        return self.given.name.endswith(DATA)

    def results(self, mapping: Mapping, codec: Codec, vocabulary: Vocabulary) -> list[dict[str, Any]]:
        """Return what becomes of each record, in order, as the expected file says it."""
        made = _into(mapping, codec, vocabulary, self) if self.is_file else _out(mapping, self)
        return sorted(made, key=lambda result: result["record"])

    def compared(self, results: Sequence[dict[str, Any]]) -> list[Difference] | None:
        """Return where results are not what is expected; None where nobody has said what is."""
        if not self.expected.is_file():
            return None
        shown = str(PurePosixPath(self.name).with_name(self.expected.name))
        return list(_differences(_listed(self.expected, shown), results))

    def write(self, results: Sequence[dict[str, Any]]) -> None:
        """Expect these results from now on."""
        text = json.dumps(results, ensure_ascii=False, indent=2)
        self.expected.write_text(text + "\n", "utf-8")


def cases(site: Site, name: str) -> list[Case]:
    """Return the golden files of the mapping ``name``, sorted; ConfigError where one is without what goes in."""
    folder = site.mappings / FOLDER / PurePosixPath(name).with_suffix("")
    found = [file for file in sorted(folder.glob("*")) if file.name.endswith((DATA, DOCUMENTS))]
    made = [_case(site, file) for file in found]
    known = {case.expected for case in made}
    twice = next((case for case, other in pairwise(made) if case.expected == other.expected), None)
    if twice:
        raise ConfigError(Fault("two files have one name", Place(twice.name), hint="call one of them otherwise"))
    alone = next((file for file in folder.glob(f"*{EXPECTED}") if file not in known), None)
    if alone:
        hint = f"put {alone.name.removesuffix(EXPECTED)}{DATA} or {DOCUMENTS} beside it, or remove it"
        raise ConfigError(Fault("nothing goes in", Place(site.shown(alone)), hint=hint))
    return made


def strays(site: Site) -> list[str]:
    """Return the folders of golden files that belong to no mapping."""
    folder = site.mappings / FOLDER
    holding = sorted({file.parent for file in folder.rglob("*") if file.is_file()})
    mine = ((held, site.mappings / f"{held.relative_to(folder)}.yaml") for held in holding)
    return [site.shown(held) for held, mapping in mine if not mapping.is_file()]


def _case(site: Site, file: Path) -> Case:
    stem = file.name.removesuffix(DATA).removesuffix(DOCUMENTS)
    return Case(file, file.with_name(stem + EXPECTED), site.shown(file))


# --- what is made ---------------------------------------------------------------------------------------------------


def _into(mapping: Mapping, codec: Codec, vocabulary: Vocabulary, case: Case) -> Iterator[dict[str, Any]]:
    with case.given.open("rb") as stream:
        for batch in codec.decode(stream, Origin(case.name)):
            documents = mapping.into(batch)
            bad = invalid(vocabulary, documents)
            payloads = vocabulary.payload(documents)
            for row, number in enumerate(documents.frame[RECORD]):
                if row in bad:
                    yield _rejected(bad[row])
                else:
                    yield {"record": number, "document": {mapping.root: json.loads(payloads[row])}}
            yield from map(_rejected, documents.rejects)


def _out(mapping: Mapping, case: Case) -> Iterator[dict[str, Any]]:
    given = _listed(case.given, case.name)
    frame = pl.DataFrame({RECORD: range(1, len(given) + 1)}, schema={RECORD: pl.Int64})
    for root in mapping.roots:
        frame = frame.with_columns(_read(mapping, root, [each.get(root, {}) for each in given], case))
    batch: Batch = mapping.out(Documents(frame, (), mapping.root), EXAMPLE_RUN)
    for row in batch.frame.iter_rows(named=True):
        values = {name: plain(value) for name, value in row.items() if name not in OWN_COLUMNS}
        yield {"record": row[RECORD], "fields": {name: value for name, value in values.items() if value}}
    yield from map(_rejected, batch.rejects)


def _read(mapping: Mapping, root: str, trees: Sequence[Any], case: Case) -> pl.Series:
    payloads = pl.Series([json.dumps(tree) for tree in trees], dtype=pl.String)
    try:
        return mapping.vocabulary.read_payloads(payloads, root, mapping.paths[root]).alias(root)
    except pl.exceptions.PolarsError:
        hint = "elements that may repeat are lists: take documents as hrbus try --json and expected files show them"
        raise ConfigError(Fault(f"a {root} has another shape", Place(case.name), hint=hint)) from None


def _rejected(reject: Reject) -> dict[str, Any]:
    told = {"stage": str(reject.stage), "field": reject.field, "reason": reject.reason}
    return {"record": reject.record, "rejected": told}


def _listed(file: Path, name: str) -> list[dict[str, Any]]:
    """Return a JSON file that must hold a list of objects."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise ConfigError(Fault(f"is not JSON: {error}", Place(name), hint="mend it, or write it anew")) from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ConfigError(Fault("must hold a list of objects", Place(name)))
    return found


# --- compared -------------------------------------------------------------------------------------------------------


def _differences(expected: Sequence[dict[str, Any]], got: Sequence[dict[str, Any]]) -> Iterator[Difference]:
    before, after = ({each.get("record", 0): each for each in side} for side in (expected, got))
    for number in sorted({*before, *after}):
        if number not in before or number not in after:
            there = "a record"
            yield Difference(number, "", *((there, None) if number in before else (None, there)))
            continue
        was, now = (dict(_texts(side[number])) for side in (before, after))
        for path in dict.fromkeys((*was, *now)):
            if was.get(path) != now.get(path):
                yield Difference(number, path, was.get(path), now.get(path))


def _texts(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text of a result with its path, as examples write it: ``path[2]`` is a second item."""
    for key in ("document", "fields"):
        yield from _flat(result.get(key, {}), "")
    yield from _flat(result.get("rejected", {}), "rejected")


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _flat(child, path if name == "$text" else f"{path}/{name}" if path else name)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _flat(item, f"{path}[{number}]" if number > 1 else path)
    else:
        yield path, str(value)
