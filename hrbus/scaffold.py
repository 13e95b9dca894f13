"""A first mapping for a layout: what names and content show is placed, the sensitive dropped, the rest asked.

    text = scaffold(learner.shapes(), "Candidate", layout="copybooks/STAFF.cpy", name="STAFF")

It is a beginning: every guess that a person should look at has a comment that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hrbus.senses import DATE_FORMS, Sense
from hrbus.spi import Type
from hrbus.twin import Shape

ROOTS = ("Candidate",)
"""The documents for which there are places."""

_PERSON = "CandidateProfile/PersonalData"
_CONTACT = f"{_PERSON}/ContactMethod"
_ADDRESS = f"{_CONTACT}/PostalAddress"
_SCHOOL = "CandidateProfile/EducationHistory/SchoolOrInstitution"
_TRIM = "{} | trim"
PLACES: dict[Sense, tuple[str, str]] = {
    Sense.PERSON: (f"{_PERSON}/PersonId/IdValue", _TRIM),
    Sense.FULL: (f"{_PERSON}/PersonName/FormattedName", _TRIM),
    Sense.GIVEN: (f"{_PERSON}/PersonName/GivenName", _TRIM),
    Sense.FAMILY: (f"{_PERSON}/PersonName/FamilyName", _TRIM),
    Sense.PHONE: (f"{_CONTACT}/Mobile/FormattedNumber", _TRIM),
    Sense.EMAIL: (f"{_CONTACT}/InternetEmailAddress", "{} | trim | lower"),
    Sense.COUNTRY: (f"{_ADDRESS}/CountryCode", "{} | trim | upper"),
    Sense.POSTCODE: (f"{_ADDRESS}/PostalCode", _TRIM),
    Sense.CITY: (f"{_ADDRESS}/Municipality", _TRIM),
    Sense.STREET: (f"{_ADDRESS}/DeliveryAddress/AddressLine", _TRIM),
    Sense.SCHOOL: (f"{_SCHOOL}/School/SchoolName", _TRIM),
    Sense.DEGREE: (f"{_SCHOOL}/Degree/DegreeName", _TRIM),
    Sense.LANGUAGE: ("UserArea/Application/Language", _TRIM),
}
"""Where a field of a sense goes in a Candidate, and its leaf."""

_ID = "CandidateRecordInfo/Id"
_STATUS = "CandidateRecordInfo/Status"
_JOB = "CandidateProfile/EmploymentHistory/EmployerOrg"
_SKILL = "Resume/StructuredXMLResume/Qualifications/Competency"
_ORDER = (_ID, _STATUS, f"{_PERSON}/PersonId", f"{_PERSON}/PersonName", _CONTACT, _JOB, _SCHOOL, "Resume", "UserArea")
_SPAN = re.compile(r"FROM|START|SINCE|BEGIN|\bTO\b|UNTIL|END")
_ASK = "nobody has said yet what it is for"


@dataclass
class _Draft:
    """A mapping in the making: leaves by path, reasons by field, tables, and the questions at each of them."""

    leaves: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    drop: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    counters: frozenset[str] = frozenset()

    def place(self, path: str, leaf: str, question: str = "") -> bool:
        """Put a leaf at its path, unless another one stands there."""
        if path in self.leaves:
            return False
        self.leaves[path] = leaf
        if question:
            self.asked[path] = question
        return True


def scaffold(shapes: Mapping[str, Shape], root: str, *, layout: str, name: str, owner: str = "LEGACYHR") -> str:
    """Return the text of a first mapping from a layout, whose fields have ``shapes``, to ``root``."""
    draft = _Draft(counters=frozenset(shape.field.counted_by for shape in shapes.values()))
    number = _identity(draft, shapes)
    for column, shape in shapes.items():
        if column == number:
            continue
        if shape.field.many:
            _group(draft, column, shape)
        else:
            _single(draft, column, shape)
    _owned(draft, owner)
    return "\n".join(_text(draft, root, layout, name)) + "\n"


def _identity(draft: _Draft, shapes: Mapping[str, Shape]) -> str:
    """Take the first field that looks like the record's own number, and return its name."""
    for column, shape in shapes.items():
        last = column.upper().rpartition("-")[2].rpartition("_")[2]
        if shape.field.many or shape.sense is Sense.PERSON or last not in ("NO", "NR", "ID", "KEY", "NUM", "NUMBER"):
            continue
        number = shape.field.type is Type.INTEGER and shape.field.digits
        leaf = f"{column} | digits({shape.field.digits})" if number else f"{column} | trim"
        draft.place(f"{_ID}/IdValue", leaf, "is this the number that names a record?")
        return column
    return ""


def _single(draft: _Draft, column: str, shape: Shape) -> None:
    sense = shape.sense
    if column in draft.counters:
        draft.drop[column] = "says how often a field repeats; the codec has used it"
    elif sense and sense.sensitive:
        draft.drop[column] = f"{sense}: not needed for an interview"
    elif shape.field.name.upper().startswith("FILLER"):
        return
    elif sense is Sense.STATUS and shape.field.type is Type.TEXT:
        _status(draft, column, shape)
    elif sense is Sense.DATE and "APPLIED" in column.upper() and shape.form in DATE_FORMS:
        _once(draft, column, "UserArea/Application/AppliedAt", _date(column, shape, shape.form or ""))
    elif sense in PLACES and shape.field.type is Type.TEXT:
        path, leaf = PLACES[sense]
        _once(draft, column, path, leaf.format(column))
    else:
        draft.drop[column] = f"{sense}: {_ASK}" if sense else _ASK


def _once(draft: _Draft, column: str, path: str, leaf: str) -> None:
    """Place a leaf, or drop its field where another one stands there."""
    if not draft.place(path, leaf):
        draft.drop[column] = "another field stands in its place; which one is meant?"


def _date(column: str, shape: Shape, form: str) -> str:
    zero = " | blank(0)" if shape.field.type is Type.INTEGER else ""
    return f"{column}{zero} | date({form})"


def _status(draft: _Draft, column: str, shape: Shape) -> None:
    codes = list(shape.common) or ["A"]
    named = {value: condition.name for condition in shape.field.conditions for value, _ in condition.values if value}
    active = {code for code in codes if code == "A" or named.get(code, "").upper().endswith("ACTIVE")}
    draft.tables["status"] = {c: "Active" if c in active else f"x:{named.get(c, c)}" for c in codes}
    draft.place(_STATUS, f"{column} | table(status)", "say in tables: what each code means")


def _group(draft: _Draft, column: str, shape: Shape) -> None:
    """Place a repeated group: work or skills, as its fields show."""
    by_sense = {child.sense: name for name, child in reversed(shape.children.items()) if child.sense}
    if (Sense.EMPLOYER in by_sense or Sense.TITLE in by_sense) and _spans(shape):
        _jobs(draft, column, shape, by_sense)
    elif Sense.SKILL in by_sense:
        draft.leaves[f"{_SKILL}/$each"] = column
        draft.leaves[f"{_SKILL}/$when"] = by_sense[Sense.SKILL]
        draft.place(f"{_SKILL}/@name", f"{by_sense[Sense.SKILL]} | trim", "a code? then | table(skills)")
        level = by_sense.get(Sense.LEVEL) or by_sense.get(Sense.SCORE)
        if level:
            digits = shape.children[level].field.digits or 1
            leaf = f"{level} | scale(0..{10**digits - 1}, 0..100)"
            draft.place(f"{_SKILL}/CompetencyEvidence/NumericValue", leaf, "from which scale?")
        _rest(draft, shape, {by_sense[Sense.SKILL], level})
    else:
        for name in shape.children or {"": shape}:
            draft.drop[f"{column}.{name}" if name else column] = _ASK


def _jobs(draft: _Draft, column: str, shape: Shape, by_sense: Mapping[Sense, str]) -> None:
    employer = by_sense.get(Sense.EMPLOYER) or by_sense[Sense.TITLE]
    title = by_sense.get(Sense.TITLE) or employer
    position = f"{_JOB}/PositionHistory"
    draft.leaves[f"{_JOB}/$each"] = column
    draft.place(f"{_JOB}/EmployerOrgName", f"{employer} | trim")
    draft.place(f"{position}/Title", f"{title} | trim")
    draft.place(f"{position}/OrgName/OrganizationName", f"{employer} | trim")
    draft.place(f"{position}/Description", f"{title} | trim", "is there a description?")
    spans = _spans(shape)
    for end, (name, form) in zip(("StartDate", "EndDate"), spans, strict=False):
        if end == "EndDate":
            draft.leaves[f"{position}/{end}/$when"] = name
        part = "YearMonth" if form == "%Y%m" else "AnyDate"
        draft.place(f"{position}/{end}/{part}", _date(name, shape.children[name], form), "from, and until?")
    _rest(draft, shape, {employer, title, *(name for name, _ in spans)})


def _spans(shape: Shape) -> list[tuple[str, str]]:
    """Return the fields of a group, at most two, that seem to say from when and until when, with their forms."""
    found = []
    for name, child in shape.children.items():
        form = child.form
        if form is None and _SPAN.search(name.upper()):
            form = {6: "%Y%m", 8: "%Y%m%d"}.get(child.field.digits or child.field.size or 0)
        if form in ("%Y%m", *DATE_FORMS):
            found.append((name, form))
    return found[:2]


def _rest(draft: _Draft, shape: Shape, used: set[str | None]) -> None:
    for name in shape.children:
        if name not in used:
            draft.drop[f"{shape.field.column}.{name}"] = _ASK


def _owned(draft: _Draft, owner: str) -> None:
    """Give each identifier its owner, and a person a whole name."""
    for path in (f"{_ID}/IdValue", f"{_PERSON}/PersonId/IdValue"):
        if path in draft.leaves:
            draft.leaves[f"{path.rpartition('/')[0]}/@idOwner"] = f"const({owner})"
    if any(path.startswith(f"{_SCHOOL}/") for path in draft.leaves):
        draft.place(f"{_SCHOOL}/@schoolType", "const(university)", "which kind of school?")
    names = [
        draft.leaves.get(f"{_PERSON}/PersonName/{part}Name", "").partition(" ")[0] for part in ("Given", "Family")
    ]
    whole = f"{_PERSON}/PersonName/FormattedName"
    if all(names) and whole not in draft.leaves:
        draft.place(whole, f'join(" ", {", ".join(names)})', "family name first, and no blank, for Chinese names")


# --- text -----------------------------------------------------------------------------------------------------------


def _text(draft: _Draft, root: str, layout: str, name: str) -> Iterator[str]:
    yield f"mapping: {name}, to HR-XML {root}"
    yield f"layout: {layout}"
    yield "document:"
    yield f"  {root}:"
    yield from _tree(draft, _sorted(draft.leaves), "", 4)
    if draft.drop:
        yield "drop:"
        for column, reason in draft.drop.items():
            mark = "   # ?" if _ASK in reason or reason.endswith("?") else ""
            yield f"  {_key(column)}: {_value(reason)}{mark}"
    if draft.tables:
        yield "tables:"
        for table, words in draft.tables.items():
            yield f"  {table}:"
            yield from (f"    {_key(code)}: {_value(word)}" for code, word in words.items())


def _sorted(leaves: Mapping[str, str]) -> dict[str, str]:
    """Return the leaves, those of one part of the document together, attributes and engine's keys first."""

    def rank(path: str) -> tuple[int, str, int]:
        part = next((n for n, begin in enumerate(_ORDER) if path.startswith(begin)), len(_ORDER))
        return part, path.rpartition("/")[0] if "/@" in path or "/$" in path else "~", 0 if "/$" in path else 1

    order = sorted(enumerate(leaves), key=lambda item: (rank(item[1])[0], item[0]))
    return {path: leaves[path] for _, path in order}


def _tree(draft: _Draft, leaves: Mapping[str, str], above: str, indent: int) -> Iterator[str]:
    """Yield the lines of what stands below a path: its engine's keys and attributes before its elements."""
    names = dict.fromkeys(path.removeprefix(above).partition("/")[0] for path in leaves if path.startswith(above))
    for name in sorted(names, key=lambda each: "$@".find(each[0]) % 3):
        path = above + name
        if path in leaves:
            question = f"   # ? {draft.asked[path]}" if path in draft.asked else ""
            yield f"{' ' * indent}{_key(name)}: {leaves[path]}{question}"
        else:
            yield f"{' ' * indent}{_key(name)}:"
            yield from _tree(draft, leaves, f"{path}/", indent + 2)


def _key(text: str) -> str:
    return f'"{text}"' if text[:1] in "@&*!%`{[" or not text.strip() or text.strip().isdigit() else text


def _value(text: str) -> str:
    return f'"{text}"' if ": " in text or text[:1] in "@&*!%`{[\"'" or " #" in text else text
