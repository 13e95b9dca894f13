"""How fast 40 fields become HR-XML that is known to be valid, and JSON: proven by column, or parsed.

    python benchmarks/bench_validate.py [RECORDS]

The mapping makes a nested candidate of about 3 KB with optional and repeated elements. Beside the three modes of
``validate`` stand the plain ways: lxml elements with lxml's verdict, and xmlschema.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree

from hrbus import hrxml, mapping
from hrbus.hrxml import Node
from hrbus.mapping.kinds import column_dtype
from hrbus.spi import OFFSET, RECORD, Batch, Field, Layout, Type
from hrbus.values import Validation

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 10_000
SKILLS = {"CB": "COBOL on the mainframe", "JV": "Java and its tools", "PY": "Python", "SL": "Sales"}
TEXTS = (
    *("PERSON", "GIVEN", "FAMILY", "EMAIL", "PHONE", "STREET", "HOUSE", "CITY", "REGION", "POSTCODE", "COUNTRY"),
    *("NATION", "LANGUAGE", "TITLE", "DEPARTMENT", "VACANCY", "CHANNEL", "SCHOOL", "DEGREE", "MAJOR", "NOTE"),
    *("STATUS", "CONSENT", "ABROAD", "RECORDED", "NOTICE", "PASSWORD"),
)
DAYS = ("BORN", "APPLIED", "FREE-FROM", "FREE-UNTIL", "AGREED", "VALID-FROM", "VALID-UNTIL")

MAPPING = """
mapping: bench
layout: bench
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        "@idOwner": const(BENCH)
        "@validFrom": VALID-FROM | date(%Y%m%d)
        "@validTo": VALID-UNTIL | blank(0) | date(%Y%m%d)
        IdValue: NO | digits(8)
      Status: STATUS | table(status)
    RelatedPositionPostings:
      PositionPosting:
        Id:
          IdValue: VACANCY | trim
        Title: TITLE | trim
    CandidateProfile:
      ProfileName: NOTE | trim
      AvailabilityInfo:
        AvailabilityDates:
          StartDate: FREE-FROM | date(%Y%m%d)
          EndDate: FREE-UNTIL | blank(0) | date(%Y%m%d)
      PersonalData:
        PersonId:
          IdValue: PERSON | trim
        PersonName:
          FormattedName: join(" ", GIVEN, FAMILY)
          GivenName: GIVEN | trim
          FamilyName: FAMILY | trim
        ContactMethod:
          Mobile:
            FormattedNumber: PHONE | trim
          InternetEmailAddress: EMAIL | trim | lower
          PostalAddress:
            CountryCode: COUNTRY | trim | upper
            PostalCode: POSTCODE | trim
            Region: REGION | trim
            Municipality: CITY | trim
            DeliveryAddress:
              AddressLine:
                - STREET | trim
                - HOUSE | trim
        PersonDescriptors:
          DemographicDescriptors:
            Nationality: NATION | trim
            PrimaryLanguage: LANGUAGE | trim
          BiologicalDescriptors:
            DateOfBirth: BORN | blank(0) | date(%Y%m%d)
      EmploymentHistory:
        EmployerOrg:
          $each: JOB
          EmployerOrgName: EMPLOYER | trim
          PositionHistory:
            Title: ROLE | trim
            OrgName:
              OrganizationName: EMPLOYER | trim
            Description: TASKS | trim
            StartDate:
              YearMonth: SINCE | date(%Y%m)
            EndDate:
              YearMonth: UNTIL | blank(0) | date(%Y%m)
      EducationHistory:
        SchoolOrInstitution:
          "@schoolType": const(university)
          School:
            SchoolName: SCHOOL | trim
          Degree:
            DegreeName: DEGREE | trim
            DegreeMajor:
              Name: MAJOR | trim
    Resume:
      StructuredXMLResume:
        Qualifications:
          Competency:
            $each: SKILL
            "@name": CODE | table(skills)
            CompetencyEvidence:
              NumericValue:
                "@minValue": const(0)
                "@maxValue": const(100)
                $text: LEVEL | scale(0..9, 0..100)
    UserArea:
      Application:
        Id: NO | digits(8)
        Stage: DEPARTMENT | trim
        AppliedAt: APPLIED | date(%Y%m%d)
        Channel: CHANNEL | trim
        ExperienceYears: YEARS | number
      Consent:
        NoticeVersion: NOTICE | trim
        AiAnalysis: CONSENT | boolean(Y, N)
        Recording: RECORDED | boolean(Y, N)
        CrossBorder: ABROAD | boolean(Y, N)
        GrantedAt: AGREED | blank(0) | date(%Y%m%d)
drop:
  PAY: not needed
  PASSWORD: not needed
  SEQ: not needed
tables:
  status: {A: Active, W: Inactive}
  skills: {CB: COBOL on the mainframe, JV: Java and its tools, PY: Python, SL: Sales}
"""


def layout() -> Layout:
    """Return 40 fields, two of which are groups that repeat."""

    def text(name: str) -> Field:
        return Field(name, name, Type.TEXT)

    def number(name: str, digits: int) -> Field:
        return Field(name, name, Type.INTEGER, digits=digits, signed=False)

    job = (text("EMPLOYER"), text("ROLE"), text("TASKS"), number("SINCE", 6), number("UNTIL", 6))
    return Layout(
        "bench",
        (
            number("NO", 8),
            number("SEQ", 9),
            Field("PAY", "PAY", Type.DECIMAL, digits=9, scale=2),
            Field("YEARS", "YEARS", Type.DECIMAL, digits=3, scale=1),
            *(text(name) for name in TEXTS),
            *(number(name, 8) for name in DAYS),
            Field("SKILL", "SKILL", Type.GROUP, many=True, children=(text("CODE"), number("LEVEL", 1))),
            Field("JOB", "JOB", Type.GROUP, many=True, children=job),
        ),
    )


def records(count: int) -> pl.DataFrame:
    """Return records that look like those of an extract; one text in a hundred has a sign that XML escapes."""
    codes = list(SKILLS)

    def one(n: int) -> dict[str, Any]:
        texts = {name: f" {name.title()} number {n % 977} " if (n + k) % 7 else "" for k, name in enumerate(TEXTS)}
        texts |= {"EMAIL": f"Ada.{n}@example.com", "COUNTRY": "GB", "LANGUAGE": "en", "STATUS": "AW"[n % 2]}
        texts |= dict.fromkeys(("CONSENT", "RECORDED", "ABROAD"), "YN"[n % 2])
        texts |= {
            "VACANCY": f"REQ-{n % 50}",
            "SCHOOL": "King's & Queen's" if n % 100 == 0 else "King's",
            "DEGREE": "MSc",
        }
        jobs = [
            {"EMPLOYER": f"Employer {n + k}", "ROLE": f"Analyst {k}", "TASKS": "Ran the night",
             "SINCE": 201501 + k, "UNTIL": 201801 * (k > 0)}
            for k in range(n % 4)
        ]  # fmt: skip
        skills = [{"CODE": codes[(n + k) % 4], "LEVEL": (n + k) % 10} for k in range(1 + n % 4)]
        days = dict.fromkeys(DAYS, 20200101 + n % 28)
        numbers = {"NO": n, "SEQ": n, "PAY": Decimal(n), "YEARS": Decimal(n % 300) / 10}
        return {RECORD: n + 1, OFFSET: n, **numbers, **texts, **days, "SKILL": skills, "JOB": jobs}

    types = {name: column_dtype(field) for name, field in layout().columns().items()}
    return pl.DataFrame([one(n) for n in range(count)], schema={RECORD: pl.Int64(), OFFSET: pl.Int64(), **types})


def elements(parent: etree._Element, node: Node, tree: dict[str, Any]) -> None:
    """Hang a record's tree below an lxml element: the plain way."""
    for name, child in node.fields.items():
        value = tree.get(name)
        for item in value if isinstance(value, list) else [] if value is None else [value]:
            if name.startswith("@"):
                parent.set(name[1:], item)
            elif name == "$text":
                parent.text = item
            elif isinstance(item, str):
                etree.SubElement(parent, f"{{{child.namespace}}}{name}").text = item
            elif _holds(item):
                elements(etree.SubElement(parent, f"{{{child.namespace}}}{name}"), child, item)


def _holds(tree: Any) -> bool:
    if isinstance(tree, dict):
        return any(_holds(part) for part in tree.values())
    return any(_holds(part) for part in tree) if isinstance(tree, list) else tree is not None


def plainly(root: Node, trees: list[dict[str, Any]]) -> list[bytes]:
    """Build every document out of lxml elements."""
    found, names = [], {None: root.namespace}
    for tree in trees:
        element = etree.Element(f"{{{root.namespace}}}{root.name}", nsmap=names)  # type: ignore[arg-type]
        elements(element, root, tree)
        found.append(etree.tostring(element))
    return found


def best(work: Callable[[], Any], rounds: int = 5) -> tuple[float, Any]:
    """Return the shortest of some runs, in seconds, and what the work gave."""
    shortest, result = float("inf"), None
    for _ in range(rounds):
        start = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest, result


def main() -> None:
    """Measure and print."""
    import xmlschema

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2 * CHUNK
    chunks = [Batch(part) for part in records(count).iter_slices(CHUNK)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.yaml"
        file.write_text(MAPPING, "utf-8")
        vocabulary = hrxml.load("2.5", ROOT / "hrxml_schemas")
        made = mapping.load(file, layout_of=lambda name: layout(), vocabulary=vocabulary, tables=Path(folder))
    made.into(chunks[0])
    documents = [made.into(chunk) for chunk in chunks]
    texts = [vocabulary.render(each) for each in documents]
    size = sum(int(text.str.len_bytes().sum()) for text in texts) / count
    share = sum(int(vocabulary.written(each).proven.sum()) for each in documents) / count
    print(
        f"{count:,} records of {len(layout().fields)} fields; documents of {size:,.0f} bytes; {share:.1%} proven;",
        end=" ",
    )
    print(f"{os.cpu_count()} processors")

    def whole(mode: str, xml: bool) -> int:
        wrong = 0
        for chunk in chunks:
            written = vocabulary.written(made.into(chunk))
            wrong += len(written.judge(Validation.of(mode)))
            if xml:
                written.xml()
            written.payload()
        return wrong

    def row(name: str, seconds: float, done: int) -> float:
        print(f"{name:52}{done / seconds:12,.0f} records/s{seconds / done * 1e6:10,.1f} us")
        return done / seconds

    row("map", best(lambda: [made.into(chunk) for chunk in chunks])[0], count)
    proof = row("prove by column", best(lambda: [vocabulary.written(each).proven for each in documents])[0], count)
    row("write XML", best(lambda: [vocabulary.render(each) for each in documents])[0], count)
    row("write JSON", best(lambda: [vocabulary.payload(each) for each in documents])[0], count)
    rates = {}
    for mode in ("every", "sample(100)", "proven"):
        seconds, wrong = best(lambda mode=mode: whole(mode, xml=False), 2 if mode == "every" else 5)  # type: ignore[misc]
        assert not wrong
        rates[mode] = row(f"map, judge ({mode}), write JSON", seconds, count)
    both = row("map, judge (proven), write XML and JSON", best(lambda: whole("proven", xml=True))[0], count)

    few = documents[0].frame[:2000]
    trees = few["Candidate"].to_list()
    root, judge = vocabulary.root("Candidate"), etree.XMLSchema(etree.parse(str(vocabulary.path)))
    built, plain = best(lambda: plainly(root, trees), 2)
    slow = row("  plain: lxml elements, written", built, len(trees))
    parsed = best(lambda: [judge.validate(etree.fromstring(text)) for text in plain], 2)[0]
    row("  plain: lxml parses and judges", parsed, len(trees))
    explain = xmlschema.XMLSchema(str(vocabulary.path))
    named = [text.decode() for text in plain[:50]]
    far = row("  plain: xmlschema judges", best(lambda: [explain.is_valid(text) for text in named], 1)[0], len(named))
    print(f"proven is {rates['proven'] / rates['every']:.1f} times as fast as every")
    lxml = 1 / (1 / slow + parsed / len(trees))
    print(f"with XML and JSON it is {both / lxml:.1f} times as fast as lxml, which is given its trees")
    print(f"the proof alone is {proof / far:,.0f} times as fast as xmlschema")


if __name__ == "__main__":
    main()
