"""Code tables: what a sender's code is called in a document.

A table stands in the mapping itself, or in a file below ``mappings/`` that the mapping names: YAML with codes and
words, or CSV with a line for each code, of which some columns and some lines are meant:

    tables:
      status: {A: Active, W: Withdrawn}
      skills: tables/skills.yaml
      grades:
        $file: tables/grades.csv
        $code: CODE
        $word: MEANING
        $where: {TENANT: ACME}       # lines of this tenant, and those that name none
        $from: VALID-FROM            # the first and the last day on which a line holds; blank: no bound
        $to: VALID-TO
        $on: today(Asia/Shanghai)    # or a day such as 2026-11-01; today alone is that of UTC

Backwards the first code with a word is taken; the others are ``doubles``.
"""

from __future__ import annotations

import csv
import os
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from hrbus import yaml
from hrbus.errors import ConfigError, Fault, Place

FILE = "$file"
OPTIONS = (FILE, "$code", "$word", "$where", "$from", "$to", "$on")
_TODAY = re.compile(r"today(?:\(\s*([\w/+-]+)\s*\))?")


@dataclass(frozen=True)
class Table:
    """Codes and their words: ``forward`` gives the word of each code, in the order in which they are written."""

    forward: Mapping[str, str]

    @property
    def backward(self) -> dict[str, str]:
        """Return the first code of each word."""
        found: dict[str, str] = {}
        for code, word in self.forward.items():
            found.setdefault(word, code)
        return found

    @property
    def doubles(self) -> tuple[str, ...]:
        """Return the codes that do not come back, because an earlier one has the same word."""
        back = self.backward
        return tuple(code for code, word in self.forward.items() if back[word] != code)


def read(node: yaml.Node, folder: Path, now: datetime) -> Table:
    """Return the table that ``node`` holds, or that the file named by it holds; ConfigError with every fault.

    Lines with bounds are chosen for the day that the table names, or that ``now`` is.
    """
    if isinstance(node, yaml.Entries) and any(key.startswith("$") for key in node.entries):
        return Table(_Choice.read(node, now).of(folder))
    if isinstance(node, yaml.Text) and node.value.lower().endswith(".csv"):
        return Table(_Choice(node, node.place, now.date()).of(folder))
    if isinstance(node, yaml.Text):
        node = _load(node, folder)
    if not isinstance(node, yaml.Entries):
        raise ConfigError(Fault("a table is codes and words", node.place, hint="write CODE: word, one a line"))
    if not node.entries:
        raise ConfigError(Fault("the table is empty", node.place, hint="write CODE: word, one a line"))
    faults = [
        Fault("a word must be text", word.place)
        for word in node.entries.values()
        if not isinstance(word, yaml.Text) or word.secret
    ]
    if faults:
        raise ConfigError(faults)
    return Table({code: word.value for code, word in node.entries.items() if isinstance(word, yaml.Text)})


def _path(name: yaml.Text, folder: Path) -> Path:
    path = Path(os.path.normpath(folder / name.value))
    if name.secret or not path.is_relative_to(Path(os.path.normpath(folder))):
        raise ConfigError(Fault(f"the table {name.value} must be a file below mappings/", name.place))
    if not path.exists():
        raise ConfigError(Fault(f"there is no table file {name.value}", name.place))
    return path


def _load(name: yaml.Text, folder: Path) -> yaml.Node:
    return yaml.load(_path(name, folder), name.value)


# --- lines of a CSV file --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Choice:
    """Which columns and lines of a CSV file are the table; without names the first two columns are."""

    file: yaml.Text
    place: Place
    day: date
    code: yaml.Text | None = None
    word: yaml.Text | None = None
    where: Mapping[str, yaml.Text] = field(default_factory=dict)
    first: yaml.Text | None = None
    last: yaml.Text | None = None

    @classmethod
    def read(cls, node: yaml.Entries, now: datetime) -> _Choice:
        faults: list[Fault] = []
        texts: dict[str, yaml.Text] = {}
        where: dict[str, yaml.Text] = {}
        for key, value in node.entries.items():
            if key not in OPTIONS:
                near = get_close_matches(key, OPTIONS, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(OPTIONS)}"
                faults.append(Fault(f"unknown key {key}", node.keys[key], hint=hint))
            elif key == "$where" and isinstance(value, yaml.Entries):
                where = {name: each for name, each in value.entries.items() if isinstance(each, yaml.Text)}
            elif isinstance(value, yaml.Text) and not value.secret and key != "$where":
                texts[key] = value
            else:
                expected = "COLUMN: value, one a line" if key == "$where" else "one text"
                faults.append(Fault(f"{key} takes another kind of value", value.place, hint=f"write {expected}"))
        if FILE not in texts:
            faults.append(Fault(f"the table has no {FILE}", node.place, hint=f"write {FILE}: tables/NAME.csv"))
        day = _day(texts.get("$on"), now, faults)
        if faults:
            raise ConfigError(faults)
        code, word, first, last = (texts.get(key) for key in ("$code", "$word", "$from", "$to"))
        return cls(texts[FILE], node.place, day, code, word, where, first, last)

    def of(self, folder: Path) -> dict[str, str]:
        """Return the codes and words; a line that meets ``where`` by name goes before one that leaves it blank."""
        faults: list[Fault] = []
        lines = list(_lines(_path(self.file, folder), self.file.value))
        columns = self._columns(lines[0][1] if lines else [], faults)
        found: dict[str, tuple[int, str]] = {}
        for number, cells in lines[1:] if not faults else ():
            place = Place(self.file.value, number)
            line = [*cells, *[""] * (len(lines[0][1]) - len(cells))]
            met = {name: line[columns[name]] for name in self.where}
            other = any(cell and cell != self.where[name].value for name, cell in met.items())
            if not any(cells) or other or not self._holds(line, columns, place, faults):
                continue
            code, word, named = line[columns["$code"]], line[columns["$word"]], sum(map(bool, met.values()))
            if code in found and found[code][0] == named:
                faults.append(
                    Fault(f"the code {code} stands twice on {self.day}", place, hint="give the lines bounds")
                )
            elif code not in found or found[code][0] < named:
                found[code] = (named, word)
        if not found and not faults:
            faults.append(Fault(f"no line of {self.file.value} is meant on {self.day}", self.place))
        if faults:
            raise ConfigError(faults)
        return {code: word for code, (_, word) in found.items()}

    def _columns(self, titles: list[str], faults: list[Fault]) -> dict[str, int]:
        """Return the number of each column that is meant."""
        if len(titles) < 2:
            faults.append(Fault("the table's file needs a line of titles, of two columns or more", self.file.place))
            return {}
        wanted = {"$code": self.code, "$word": self.word, "$from": self.first, "$to": self.last}
        columns = {}
        for number, (key, name) in enumerate(wanted.items()):
            if name is None and number < 2:
                columns[key] = number
            elif name is not None:
                columns[key] = self._column(name.value, name.place, titles, faults)
        return columns | {name: self._column(name, value.place, titles, faults) for name, value in self.where.items()}

    def _column(self, name: str, place: Place, titles: list[str], faults: list[Fault]) -> int:
        if name in titles:
            return titles.index(name)
        near = get_close_matches(name, titles, 1)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(titles)}"
        faults.append(Fault(f"{self.file.value} has no column {name}", place, hint=hint))
        return 0

    def _holds(self, line: list[str], columns: Mapping[str, int], place: Place, faults: list[Fault]) -> bool:
        """Say whether a line holds on the day."""
        bounds = []
        for key, otherwise in (("$from", date.min), ("$to", date.max)):
            text = line[columns[key]].strip() if key in columns else ""
            try:
                bounds.append(date.fromisoformat(text) if text else otherwise)
            except ValueError:
                faults.append(Fault(f"{text} is no day", place, hint="write days as 2026-11-01"))
                return False
        return bounds[0] <= self.day <= bounds[1]


def _day(on: yaml.Text | None, now: datetime, faults: list[Fault]) -> date:
    """Return the day for which lines are chosen."""
    if on is None:
        return now.date()
    try:
        today = _TODAY.fullmatch(on.value)
        if today is None:
            return date.fromisoformat(on.value)
        return now.astimezone(zoneinfo.ZoneInfo(today[1])).date() if today[1] else now.date()
    except (ValueError, OSError, LookupError):
        hint = "write today, today(Asia/Shanghai), or a day as 2026-11-01"
        faults.append(Fault(f"{on.value} is no day", on.place, hint=hint))
        return now.date()


def _lines(path: Path, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV file with their numbers; cells are stripped."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            for cells in reader:
                yield reader.line_num, [cell.strip() for cell in cells]
    except UnicodeDecodeError:
        raise ConfigError(Fault("the table's file is not UTF-8", Place(shown), hint="save it as CSV UTF-8")) from None
    except csv.Error as error:
        raise ConfigError(Fault(f"the table's file is no CSV: {error}", Place(shown, reader.line_num))) from None
