"""How fast records become documents and come back, beside a plain loop that handles one record after the other.

    python benchmarks/bench_mapping.py [RECORDS]

The mapping has 40 fields, a repetition of up to four skills and one of up to five jobs. The loop does the same work
with Python's own dicts and strings: what a script without columns would do. Rendering to text and JSON is measured
by bench_hrxml.py.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import polars as pl

from hrbus import hrxml, mapping
from hrbus.mapping.kinds import column_dtype
from hrbus.spi import RECORD, Batch, Field, Layout, Type
from hrbus.values import Documents

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 10_000
TEXTS = [f"TEXT-{n}" for n in range(20)]
NUMBERS = [f"DATE-{n}" for n in range(4)]
SKILLS = {"CB": "COBOL", "JV": "Java", "PY": "Python", "SL": "Sales"}

PERSON = """
mapping: bench
layout: bench
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        "@idOwner": const(BENCH)
        IdValue: NO | digits(8)
      Status: STATUS | table(status)
    CandidateProfile:
      PersonalData:
        PersonName:
          FormattedName: join(" ", TEXT-0, TEXT-1)
          GivenName: TEXT-0 | trim
          FamilyName: TEXT-1 | trim
        ContactMethod:
          Mobile:
            FormattedNumber: TEXT-2 | trim
          InternetEmailAddress: TEXT-3 | trim | lower
          PostalAddress:
            CountryCode: TEXT-4 | trim | upper
            PostalCode: TEXT-5 | trim
            Municipality: TEXT-6 | trim
            DeliveryAddress:
              AddressLine:
{lines}
      EmploymentHistory:
        EmployerOrg:
          $each: JOB
          EmployerOrgName: EMPLOYER | trim
          PositionHistory:
            Title: TITLE | trim
            StartDate:
              YearMonth: FROM | date(%Y%m)
            EndDate:
              YearMonth: UNTIL | blank(0) | date(%Y%m)
    Resume:
      StructuredXMLResume:
        Qualifications:
          Competency:
            $each: SKILL
            $when: CODE
            "@name": CODE | table(skills)
            CompetencyEvidence:
              NumericValue:
                "@minValue": const(0)
                "@maxValue": const(100)
                $text: LEVEL | scale(0..9, 0..100)
    UserArea:
      Application:
        AppliedAt: DATE-0 | date(%Y%m%d)
        ExperienceYears: YEARS | number
      Consent:
        GrantedAt: DATE-1 | blank(0) | date(%Y%m%d)
        AiAnalysis: CONSENT | boolean(Y, N)
tables:
  status: {{A: Active, W: Inactive}}
  skills: {{CB: COBOL, JV: Java, PY: Python, SL: Sales}}
"""


def layout() -> Layout:
    """Return 40 fields."""

    def text(name: str) -> Field:
        return Field(name, name, Type.TEXT)

    def number(name: str, digits: int) -> Field:
        return Field(name, name, Type.INTEGER, digits=digits, signed=False)

    skill = (text("CODE"), number("LEVEL", 1))
    job = (text("EMPLOYER"), text("TITLE"), number("FROM", 6), number("UNTIL", 6))
    return Layout(
        "bench",
        (
            number("NO", 8),
            text("STATUS"),
            text("CONSENT"),
            Field("YEARS", "YEARS", Type.DECIMAL, digits=3, scale=1),
            *(text(name) for name in TEXTS),
            *(number(name, 8) for name in NUMBERS),
            Field("SKILL", "SKILL", Type.GROUP, many=True, children=skill),
            Field("JOB", "JOB", Type.GROUP, many=True, children=job),
        ),
    )


def records(count: int) -> list[dict[str, Any]]:
    """Return records that look like those of an extract."""
    codes = list(SKILLS)
    return [
        {
            RECORD: n + 1,
            "NO": n,
            "STATUS": "A",
            "CONSENT": "Y" if n % 3 else "N",
            "YEARS": Decimal(n % 300) / 10,
            **{name: f" Value {n} " if (n + k) % 5 else "" for k, name in enumerate(TEXTS)},
            **dict.fromkeys(NUMBERS, 20200101 + n % 28),
            "SKILL": [{"CODE": codes[(n + k) % 4], "LEVEL": (n + k) % 10} for k in range(n % 5)],
            "JOB": [
                {
                    "EMPLOYER": f"Employer {n + k}",
                    "TITLE": f"Title {k}",
                    "FROM": 201501 + k,
                    "UNTIL": 201801 * (k > 0),
                }
                for k in range(n % 6)
            ],
        }
        for n in range(count)
    ]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the same document by a plain script: one record, one dict."""

    def some(**children: Any) -> dict[str, Any] | None:
        return {key: value for key, value in children.items() if value not in (None, "")} or None

    def day(number: int) -> str:
        text = f"{number:08d}"
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()

    def month(number: int) -> str | None:
        if not number:
            return None
        text = f"{number:06d}"
        return f"{date(int(text[:4]), int(text[4:]), 1):%Y-%m}"

    def level(number: int) -> str:
        exact = (Decimal(number) * 100 / 9).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        return format(exact.normalize(), "f")

    texts = [row[name].strip() for name in TEXTS]
    skills = [
        {
            "@name": SKILLS[skill["CODE"]],
            "CompetencyEvidence": {
                "NumericValue": {"@minValue": "0", "@maxValue": "100", "$text": level(skill["LEVEL"])}
            },
        }
        for skill in row["SKILL"]
        if skill["CODE"]
    ]
    jobs = [
        some(
            EmployerOrgName=job["EMPLOYER"].strip(),
            PositionHistory=some(
                Title=job["TITLE"].strip(),
                StartDate=some(YearMonth=month(job["FROM"])),
                EndDate=some(YearMonth=month(job["UNTIL"])),
            ),
        )
        for job in row["JOB"]
    ]
    address = some(
        CountryCode=texts[4].upper(),
        PostalCode=texts[5],
        Municipality=texts[6],
        DeliveryAddress=some(AddressLine=[text for text in texts[7:] if text] or None),
    )
    contact = some(
        Mobile=some(FormattedNumber=texts[2]), InternetEmailAddress=texts[3].lower(), PostalAddress=address
    )
    name = some(FormattedName=" ".join(filter(None, texts[:2])), GivenName=texts[0], FamilyName=texts[1])
    return {
        "CandidateRecordInfo": {
            "Id": {"@idOwner": "BENCH", "IdValue": f"{row['NO']:08d}"},
            "Status": {"A": "Active", "W": "Inactive"}[row["STATUS"]],
        },
        "CandidateProfile": some(
            PersonalData=some(PersonName=name, ContactMethod=contact),
            EmploymentHistory=some(EmployerOrg=jobs or None),
        ),
        "Resume": some(StructuredXMLResume=some(Qualifications=some(Competency=skills or None))),
        "UserArea": {
            "Application": {"AppliedAt": day(row["DATE-0"]), "ExperienceYears": f"{row['YEARS']:.1f}"},
            "Consent": {"GrantedAt": day(row["DATE-1"]), "AiAnalysis": {"Y": "true", "N": "false"}[row["CONSENT"]]},
        },
    }


def best(work: Callable[[], Any], rounds: int = 5) -> tuple[float, Any]:
    """Return the shortest of some runs, in seconds, and what the work gave."""
    shortest, result = float("inf"), None
    for _ in range(rounds):
        start = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest, result


def ready(folder: Path) -> mapping.Mapping:
    """Return the mapping of the bench, compiled on its first use."""
    lines = "\n".join(f"                - {name} | trim" for name in TEXTS[7:])
    file = folder / "bench.yaml"
    file.write_text(PERSON.format(lines=lines), "utf-8")
    vocabulary = hrxml.load("2.5", ROOT / "hrxml_schemas")
    return mapping.load(file, layout_of=lambda name: layout(), vocabulary=vocabulary, tables=folder)


def pruned(value: Any) -> Any:
    """Return a document without what is absent."""
    if isinstance(value, dict):
        return {key: below for key, item in value.items() if (below := pruned(item)) not in (None, {}, [])}
    return [pruned(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5 * CHUNK
    rows = records(count)
    schema = {RECORD: pl.Int64(), **{name: column_dtype(field) for name, field in layout().columns().items()}}
    frame = pl.DataFrame(rows, schema=schema)
    chunks = [Batch(part) for part in frame.iter_slices(CHUNK)]
    with tempfile.TemporaryDirectory() as folder:
        made = ready(Path(folder))
    started, found = best(lambda: made.into(Batch(frame[:1])), 1)
    into, documents = best(lambda: [made.into(chunk) for chunk in chunks])
    loop, dicts = best(lambda: [plain(row) for row in rows], 2)
    same = all(pruned(a) == pruned(b) for a, b in zip(documents[0].frame["Candidate"].to_list(), dicts, strict=False))
    canonical = [
        Documents(
            d.frame.select(RECORD).with_columns(
                made.vocabulary.read_payloads(made.vocabulary.payload(d), "Candidate", made.paths["Candidate"]).alias(
                    "Candidate"
                )
            ),
            (),
            "Candidate",
        )
        for d in documents
    ]
    out, _ = best(lambda: [made.out(d) for d in canonical])
    rejects = sum(len(d.rejects) for d in documents) + len(found.rejects)
    megabytes = frame.estimated_size() / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} records in chunks of {CHUNK}; same documents: {same}; rejects: {rejects}")
    print(f"{'compiling the plan':28}{started * 1000:10.1f} ms")
    for name, seconds in (("into documents", into), ("out of documents", out), ("plain loop, into documents", loop)):
        rate, size, ratio = count / seconds, megabytes / seconds, loop / seconds
        print(f"{name:28}{rate:10,.0f} records/s{size:8.0f} MB/s{ratio:8.1f} x the loop")
    print(f"{'peak memory':28}{peak:10,.0f} MiB")


if __name__ == "__main__":
    main()
