"""HR-XML: documents a second for rendering, payload, judging and reading, each beside the plain way.

    python benchmarks/bench_hrxml.py [documents]

The documents are nested Candidates of about 3 KB made of some forty fields, two lists among them; every third
optional field is blank, one name in fifty needs escaping. The plain way builds the same text with lxml elements, one
record after the other, along a plan that was compiled before. The best of three runs counts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree

from hrbus.hrxml import Kind, Node, Vocabulary, load

ROOT = "Candidate"
SCHEMAS = Path(__file__).resolve().parent.parent / "hrxml_schemas"


def maybe(text: str) -> pl.Expr:
    """Return a text that is blank in every third row."""
    return pl.when(pl.int_range(pl.len()) % 3 != 0).then(pl.lit(text))


def field(**attributes: str) -> list[pl.Expr]:
    """Return attributes that are the same in every row."""
    return [pl.lit(value).alias(f"@{name}") for name, value in attributes.items()]


def identity(value: pl.Expr) -> pl.Expr:
    """Return an identifier with its owner."""
    text = pl.concat_list(pl.struct(*field(name="APPL-NO"), value.alias("$text")))
    return pl.struct(*field(idOwner="LEGACYHR"), IdValue=text)


def person() -> pl.Expr:
    """Return names and addresses; one name in fifty holds what XML must escape."""
    rare = pl.int_range(pl.len()) % 50 == 0
    family = pl.when(rare).then(pl.lit("Smith & Sons <O'Neil>")).otherwise(pl.lit("Lovelace"))
    address = pl.struct(
        CountryCode=pl.lit("GB"),
        PostalCode=pl.format("{}-12", "n"),
        Municipality=maybe("Springfield upon Avon"),
        DeliveryAddress=pl.struct(AddressLine=pl.concat_list(pl.format("{} Main Street", "n"))),
    )
    contact = pl.struct(
        Mobile=pl.struct(FormattedNumber=pl.format("+44 {}", "n")),
        InternetEmailAddress=pl.format("ada{}@example.com", "n"),
        PostalAddress=address,
    )
    name = pl.struct(
        FormattedName=pl.concat_str(pl.lit("Ada "), family),
        GivenName=pl.concat_list(pl.lit("Ada")),
        MiddleName=maybe("Augusta"),
        FamilyName=pl.concat_list(family),
    )
    return pl.struct(PersonId=identity(pl.format("P{}", "n")), PersonName=name, ContactMethod=pl.concat_list(contact))


def job(number: int) -> pl.Expr:
    """Return one employer with one position."""
    work = "Kept the nightly batch running and moved its reports to the new scheduler. "
    position = pl.struct(
        Title=pl.lit(f"Senior programmer, level {number}"),
        OrgName=pl.struct(OrganizationName=pl.format("Department {}", "n")),
        Description=pl.lit(work * 2),
        StartDate=pl.struct(YearMonth=pl.lit(f"201{number}-03")),
        EndDate=pl.struct(YearMonth=maybe(f"201{number + 1}-02")),
    )
    employer = pl.format("Employer number {} of {}", pl.lit(number), "n")
    return pl.struct(EmployerOrgName=employer, PositionHistory=pl.concat_list(position))


def school() -> pl.Expr:
    """Return one school with one degree."""
    degree = pl.struct(DegreeName=pl.lit("BSc Mathematics"), DegreeDate=pl.struct(Year=pl.lit("2009")))
    name = pl.struct(SchoolName=pl.lit("State University of Somewhere"))
    return pl.struct(*field(schoolType="university"), School=pl.concat_list(name), Degree=pl.concat_list(degree))


def skill(code: str) -> pl.Expr:
    """Return one competency with its evidence."""
    value = pl.struct(*field(minValue="0", maxValue="100"), pl.lit("77").alias("$text"))
    return pl.struct(*field(name=code), CompetencyEvidence=pl.concat_list(pl.struct(NumericValue=value)))


def trees(count: int) -> pl.Series:
    """Return ``count`` candidates as a Struct column in canonical shape."""
    profile = pl.struct(
        PersonalData=person(),
        PreferredPosition=pl.struct(PreferredLanguage=maybe("en-GB")),
        EmploymentHistory=pl.struct(EmployerOrg=pl.concat_list(job(1), job(3), job(5))),
        EducationHistory=pl.struct(SchoolOrInstitution=pl.concat_list(school())),
    )
    area = pl.struct(
        Application=pl.struct(Id=pl.col("n"), Stage=pl.lit("interview"), AppliedAt=pl.lit("2026-11-20")),
        Consent=pl.struct(NoticeVersion=maybe("2026-03"), AiAnalysis=pl.lit("true"), Recording=pl.lit("false")),
    )
    posting = pl.struct(Id=identity(pl.lit("REQ-2026-0042")))
    skills = pl.concat_list(*(skill(code) for code in ("COBOL", "Java", "JCL", "DB2")))
    candidate = pl.struct(
        CandidateRecordInfo=pl.struct(Id=pl.concat_list(identity(pl.col("n"))), Status=pl.lit("Active")),
        RelatedPositionPostings=pl.struct(PositionPosting=pl.concat_list(posting)),
        CandidateProfile=pl.concat_list(profile),
        Resume=pl.struct(StructuredXMLResume=pl.struct(Qualifications=pl.struct(Competency=skills))),
        UserArea=area,
    )
    numbers = pl.int_range(count, eager=True).cast(pl.String).str.zfill(8)
    return pl.DataFrame({"n": numbers}).select(candidate.alias(ROOT)).to_series()


Plan = Callable[[etree._Element, Any], None]


def compiled(node: Node) -> Plan:
    """Return the plain way: a function that hangs a record's tree below an lxml element."""
    attributes = [(child.name, child.name[1:]) for child in node.attributes]
    elements: list[tuple[str, str, Plan | None, bool]] = []
    for name, child in node.fields.items():
        if child.kind is Kind.ATTRIBUTE or name in {node.name, "AlternateScript"}:
            continue
        below = None if child.is_leaf else compiled(child)
        elements.append((name, f"{{{child.namespace}}}{name}", below, child.many))

    def hang(element: etree._Element, tree: dict[str, Any]) -> None:
        for field, attribute in attributes:
            if (value := tree.get(field)) is not None:
                element.set(attribute, value)
        for field, tag, below, many in elements:
            value = tree.get(field)
            for item in value if many and value else [] if value is None else [value]:
                if field == "$text":
                    element.text = item
                    continue
                child = etree.SubElement(element, tag)
                if below is None:
                    child.text = item
                else:
                    below(child, item)

    return hang


def plainly(vocabulary: Vocabulary, records: list[dict[str, Any]], plan: Plan) -> list[bytes]:
    """Build every document out of lxml elements."""
    found = []
    namespaces: Any = {None: vocabulary.namespace}
    for tree in records:
        root = etree.Element(f"{{{vocabulary.namespace}}}{ROOT}", nsmap=namespaces)
        plan(root, tree)
        found.append(etree.tostring(root))
    return found


def measure(name: str, count: int, size: int, work: Callable[[], object], rounds: int = 3) -> float:
    """Print a row, and return the documents a second."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    print(f"{name:44} {count / best:12,.0f} documents/s {size * count / best / 1e6:10,.1f} MB/s")
    return count / best


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    start = time.perf_counter()
    vocabulary = load("2.5", SCHEMAS)
    print(f"load the vocabulary: {time.perf_counter() - start:.2f} s; {os.cpu_count()} processors")
    column = trees(count)
    texts = vocabulary.written_column(ROOT, column).xml()
    payloads = vocabulary.written_column(ROOT, column).payload()
    size = len(texts[0].encode())
    failures = vocabulary.check(texts.head(100))
    print(f"{count:,} documents of {size:,} bytes; {len(failures)} invalid")
    few, some = column.head(count // 10).to_list(), texts.head(count // 4)
    plan = compiled(vocabulary.root(ROOT))
    fast = measure("render by column", count, size, lambda: vocabulary.written_column(ROOT, column).xml())
    slow = measure("  plain: lxml elements", len(few), size, lambda: plainly(vocabulary, few, plan))
    print(f"  by column is {fast / slow:.1f} times as fast")
    measure("payload by column", count, len(payloads[0]), lambda: vocabulary.written_column(ROOT, column).payload())
    measure("  plain: json.dumps", len(few), size, lambda: [json.dumps(tree, ensure_ascii=False) for tree in few])
    measure("payload read", count, size, lambda: vocabulary.read_payloads(payloads, ROOT, []))
    measure("check", len(some), size, lambda: vocabulary.check(some))
    measure("  plain: one by one", len(some), size, lambda: [vocabulary.validator.faults(t.encode()) for t in some])
    measure("read HR-XML", len(few), size, lambda: [vocabulary.read(t.encode()) for t in texts.head(len(few))])


if __name__ == "__main__":
    main()
