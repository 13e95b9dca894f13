"""The main job without a network: records a second at each stage, and its peak memory.

    python benchmarks/bench_route.py [--records 50000]     each stage, beside the plain way
    python benchmarks/bench_route.py --memory 1000000      one route over one file of that many records

Stages: the applicants of the demonstration (40 fields, up to five former employers, 770 bytes of EBCDIC) are decoded,
mapped, rendered to HR-XML, judged by lxml and proven by column, kept in a ledger, mapped to orders and written as
JSON. The plain way does the same record by record: struct and int, lxml elements, one SQLite row each, json. MB/s are
of the extract.

Memory: a file of short records (80 bytes, seven fields) goes from a folder through everything into a folder, in a
process of its own; the figure is that process's greatest resident size.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree
from rich.console import Console
from rich.table import Table

from hrbus import site as sites
from hrbus.app import App
from hrbus.demo.extract import encoded
from hrbus.demo.people import VACANCIES, applicants, vacancies
from hrbus.site import Site
from hrbus.spi import Codec, Origin
from hrbus.testing import a_context

NS = "http://ns.hr-xml.org/2007-04-15"
PEOPLE = 500

ROUTES = """\
routes:
  vacancies:
    from:
      connection: here
      files: "VAC*.DAT"
      ready: now
      codec: {vac}
    key: [VAC-NO]
    into: vacancies.yaml
  applicants:
    from:
      connection: here
      files: "APPL*.DAT"
      ready: now
      codec: {appl}
    key: [APPL-NO]
    ignore: [APPL-BATCH-SEQ]
    into: applicants.yaml
    reference:
      PositionOpening: vacancies
    out: interview-orders.yaml
    to:
      connection: here
      name: ORDERS.json
      codec:
        type: json
        layout: layouts/order.yaml
"""

CODEC = """
        type: cobol
        copybook: copybooks/{name}.cpy
        encoding: cp037
        header:
          copybook: copybooks/HEADREC.cpy
        trailer:
          copybook: copybooks/TRAILREC.cpy
          count: TRAIL-COUNT"""


def make_site(folder: Path) -> Site:
    """Make a site whose one connection is a folder."""
    site = Site(folder)
    sites.init(folder)
    (site.config / "connections.yaml").write_text(
        f"connections:\n  here:\n    adapter: folder\n    path: {folder}/files\n"
    )
    routes = ROUTES.format(vac=CODEC.format(name="VACREC"), appl=CODEC.format(name="APPLREC"))
    (site.config / "routes.yaml").write_text(routes)
    (site.config / "jobs.yaml").unlink()
    (site.config / "privacy.yaml").unlink()  # of the sample's own connections, which are not these
    (folder / "files").mkdir()
    return site


def write_extract(site: Site, records: int) -> Path:
    """Write vacancies and that many applicants; everybody has a number of their own."""
    context = a_context(site.root)
    files = site.root / "files"
    (files / "VAC1.DAT").write_bytes(encoded(context, "VACREC", vacancies(), 1))
    people = applicants(PEOPLE).with_columns(pl.lit(VACANCIES[0][0]).alias("APPL-VAC-NO"))
    block = encoded(context, "APPLREC", people, 1)
    size = len(block) // (PEOPLE + 2)
    rows = [bytearray(block[(n + 1) * size : (n + 2) * size]) for n in range(PEOPLE)]
    path = files / "APPL1.DAT"
    with path.open("wb") as stream:
        stream.write(block[:size])
        for first in range(0, records, PEOPLE):
            for number, row in enumerate(rows[: records - first], first):
                row[1:9] = f"{number:08}".encode("cp037")
                stream.write(row)
        trailer = "T" + f"{records:09}"
        stream.write(trailer.ljust(size).encode("cp037"))
    return path


# --- the stages -----------------------------------------------------------------------------------------------------


def stages(records: int) -> list[tuple[str, float, float]]:
    """Return name, seconds by column, and seconds the plain way, of each stage."""
    with tempfile.TemporaryDirectory() as folder:
        site = make_site(Path(folder))
        data = write_extract(site, records).read_bytes()
        with App.open(site) as app:
            route = app.route("applicants")
            codec: Codec = route.codec
            found: list[tuple[str, float, float]] = []

            def timed(name: str, columns: Callable[[], Any], plain: Callable[[], Any]) -> Any:
                columns()  # compile
                made, seconds = _clocked(columns)
                found.append((name, seconds, _clocked(plain)[1] * records / PLAIN))
                return made

            batches = timed(
                "decode", lambda: list(codec.decode(io.BytesIO(data), Origin("A"))), lambda: plain_decode(data)
            )
            rows = plain_decode(data)
            documents = timed(
                "map", lambda: [route.into.into(batch) for batch in batches], lambda: [plain_map(row) for row in rows]
            )
            trees = [plain_map(row) for row in rows]
            texts = timed(
                "render HR-XML",
                lambda: [app.vocabulary.render(each) for each in documents],
                lambda: [plain_xml(tree) for tree in trees],
            )
            schema = app.vocabulary
            plain_texts = [plain_xml(tree) for tree in trees]
            checker = etree.XMLSchema(etree.parse(str(schema.path)))
            timed(
                "judge (lxml)",
                lambda: [schema.check(each) for each in texts],
                lambda: [checker.validate(etree.fromstring(text)) for text in plain_texts],
            )
            timed(
                "prove by column",
                lambda: [schema.written(each).proven for each in documents],
                lambda: [checker.validate(etree.fromstring(text)) for text in plain_texts],
            )
            timed(
                "JSON payload",
                lambda: [schema.payload(each) for each in documents],
                lambda: [json.dumps(tree, ensure_ascii=False) for tree in trees],
            )
        whole, plain = _whole(site), _clocked(lambda: plain_route(data))[1] * records / PLAIN
        found.append(("whole route", whole, plain))
        print(
            f"a document has {sum(t.str.len_bytes().sum() for t in texts) / records:,.0f} bytes of HR-XML on average"
        )
        return found


def _whole(site: Site) -> float:
    with App.open(site) as app:
        app.run("vacancies")
        summary, seconds = _clocked(lambda: app.run("applicants"))
        assert summary.sent == summary.read, summary
    return seconds


def _clocked(act: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    made = act()
    return made, time.perf_counter() - start


# --- the plain way: record by record --------------------------------------------------------------------------------

PLAIN = 2_000
"""So many records are done the plain way; its times are scaled up."""


def plain_decode(data: bytes) -> list[dict[str, Any]]:
    """Cut and convert each record by itself."""
    size = 770
    return [_plain_record(data[n * size : (n + 1) * size]) for n in range(1, PLAIN + 1)]


def _plain_record(raw: bytes) -> dict[str, Any]:
    def text(start: int, length: int) -> str:
        return raw[start : start + length].decode("cp037").rstrip()

    jobs = int(raw[408:410].hex()[:-1])
    return {
        "no": int(text(1, 8)), "person": text(9, 10), "vacancy": text(19, 12), "status": text(31, 1),
        "family": text(32, 30), "given": text(62, 30), "born": int(text(92, 8)), "email": text(101, 50),
        "phone": text(151, 20), "street": text(171, 40), "city": text(211, 24), "postcode": text(235, 10),
        "country": text(245, 2), "lang": text(247, 5), "applied": int(text(252, 8)),
        "pay": int(raw[263:268].hex()[:-1]) / 100, "notice": text(275, 8), "consent": int(text(283, 8)),
        "flags": text(291, 3), "school": text(294, 40), "degree": text(334, 20), "year": int(text(354, 4)),
        "channel": text(358, 10),
        "skills": [(text(368 + 5 * k, 4), int(text(372 + 5 * k, 1))) for k in range(4)],
        "jobs": [
            (text(410 + 72 * k, 30), text(440 + 72 * k, 30), text(470 + 72 * k, 6), text(476 + 72 * k, 6))
            for k in range(jobs)
        ],
    }  # fmt: skip


def plain_map(row: dict[str, Any]) -> dict[str, Any]:
    """Build one document as nested dictionaries."""
    jobs = [
        {
            "EmployerOrgName": employer,
            "PositionHistory": {
                "Title": title, "OrgName": {"OrganizationName": employer}, "Description": title,
                "StartDate": {"YearMonth": f"{start[:4]}-{start[4:]}"},
            },
        }
        for employer, title, start, _ in row["jobs"]
    ]  # fmt: skip
    skills = [{"CompetencyEvidence": {"NumericValue": str(level * 100 / 9)}} for code, level in row["skills"] if code]
    return {
        "CandidateRecordInfo": {"Id": {"IdValue": f"{row['no']:08}"}, "Status": "Active"},
        "RelatedPositionPostings": {"PositionPosting": {"Id": {"IdValue": row["vacancy"]}}},
        "CandidateProfile": {
            "PersonalData": {
                "PersonId": {"IdValue": row["person"]},
                "PersonName": {
                    "FormattedName": f"{row['given']} {row['family']}", "GivenName": row["given"],
                    "FamilyName": row["family"],
                },
                "ContactMethod": {
                    "Mobile": {"FormattedNumber": row["phone"]}, "InternetEmailAddress": row["email"].lower(),
                    "PostalAddress": {
                        "CountryCode": row["country"], "PostalCode": row["postcode"], "Municipality": row["city"],
                        "DeliveryAddress": {"AddressLine": row["street"]},
                    },
                },
            },
            "EmploymentHistory": {"EmployerOrg": jobs},
            "EducationHistory": {
                "SchoolOrInstitution": {
                    "School": {"SchoolName": row["school"]},
                    "Degree": {"DegreeName": row["degree"], "DegreeDate": {"Year": str(row["year"])}},
                }
            },
        },
        "Resume": {"StructuredXMLResume": {"Qualifications": {"Competency": skills}}},
    }  # fmt: skip


def plain_xml(tree: dict[str, Any]) -> bytes:
    """Build one document of lxml elements."""
    names: dict[Any, str] = {None: NS}
    root = etree.Element(f"{{{NS}}}Candidate", nsmap=names)
    _elements(root, tree)
    return etree.tostring(root)


def _elements(parent: etree._Element, tree: dict[str, Any]) -> None:
    for name, value in tree.items():
        for item in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, f"{{{NS}}}{name}")
            if isinstance(item, dict):
                _elements(child, item)
            else:
                child.text = item


def plain_route(data: bytes) -> None:
    """Do everything for each record, one row a record in SQLite, committed together."""
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(f"{folder}/plain.db")
        db.execute("CREATE TABLE records (key TEXT PRIMARY KEY, payload TEXT)")
        schema = etree.XMLSchema(etree.parse(str(Path(__file__).parent.parent / "hrxml_schemas/2.5/hrxml.xsd")))
        with (Path(folder) / "orders.json").open("w") as out:
            for row in plain_decode(data):
                tree = plain_map(row)
                schema.validate(etree.fromstring(plain_xml(tree)))
                db.execute("INSERT INTO records VALUES (?, ?)", (str(row["no"]), json.dumps(tree)))
                out.write(json.dumps({"external_id": row["no"], "name": row["family"]}) + "\n")
        db.commit()
        db.close()


# --- memory ---------------------------------------------------------------------------------------------------------

SHORT_FILES = {
    "mappings/copybooks/SHORT.cpy": """\
       01  SHORT-REC.
           05  SHORT-NO      PIC 9(8).
           05  SHORT-FAMILY  PIC X(20).
           05  SHORT-GIVEN   PIC X(20).
           05  SHORT-MAIL    PIC X(20).
           05  SHORT-PAY     PIC S9(7)V99 COMP-3.
           05  SHORT-SEQ     PIC S9(9) COMP.
           05  FILLER        PIC X(3).
""",
    "mappings/short.yaml": """\
mapping: short records to Candidate
layout: copybooks/SHORT.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: SHORT-NO | digits(8)
    CandidateProfile:
      PersonalData:
        PersonName:
          GivenName: SHORT-GIVEN | trim
          FamilyName: SHORT-FAMILY | trim
        ContactMethod:
          InternetEmailAddress: SHORT-MAIL | trim
drop:
  SHORT-PAY: not needed
  SHORT-SEQ: not needed
""",
    "mappings/layouts/short.yaml": """\
layout: short order
fields:
  id: text
  family: text
  given: text
  mail: text
""",
    "mappings/short-out.yaml": """\
mapping: Candidate to a short order
layout: layouts/short.yaml
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: id
    CandidateProfile:
      PersonalData:
        PersonName:
          GivenName: given
          FamilyName: family
        ContactMethod:
          InternetEmailAddress: mail
""",
    "config/routes.yaml": """\
routes:
  short:
    from:
      connection: here
      files: "SHORT*.DAT"
      ready: now
      codec:
        type: cobol
        copybook: copybooks/SHORT.cpy
    key: [SHORT-NO]
    into: short.yaml
    out: short-out.yaml
    to:
      connection: here
      name: ORDERS.json
      codec:
        type: json
        layout: layouts/short.yaml
""",
}


def write_short(site: Site, records: int) -> Path:
    """Write the site's own files and that many short records, each with a number of its own."""
    for name, text in SHORT_FILES.items():
        (site.root / name).write_text(text)
    path = site.root / "files" / "SHORT1.DAT"
    rest = "LOVELACE".ljust(20) + "ADA".ljust(20) + "ada@example.com".ljust(20)
    tail = rest.encode("cp037") + bytes.fromhex("000012345c 00000007 404040")
    with path.open("wb") as stream:
        for first in range(0, records, 10_000):
            block = (f"{number:08}".encode("cp037") + tail for number in range(first, min(first + 10_000, records)))
            stream.write(b"".join(block))
    return path


def memory(records: int) -> None:
    """Run the whole route over one file in a process of its own and print its peak."""
    with tempfile.TemporaryDirectory() as folder:
        site = make_site(Path(folder))
        size = write_short(site, records).stat().st_size
        command = [sys.executable, __file__, "--child", folder]
        seconds = _clocked(lambda: subprocess.run(command, check=True))[1]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"{records:,} records, {size / 1e6:,.0f} MB: {records / seconds:,.0f} records/s, "
            f"{size / 1e6 / seconds:,.1f} MB/s, peak {peak:,.0f} MiB"
        )


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--memory", type=int, metavar="RECORDS")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        with App.open(Site(asked.child)) as app:
            app.run("short")
    elif asked.memory:
        memory(asked.memory)
    else:
        _print(asked.records, stages(asked.records))


def _print(records: int, found: list[tuple[str, float, float]]) -> None:
    table = Table("stage", "records/s", "MB/s", "plain way, records/s", "ratio", title=f"{records:,} applicants")
    for name, seconds, plain in found:
        table.add_row(
            name, f"{records / seconds:,.0f}", f"{records * 770 / seconds / 1e6:,.1f}",
            f"{records / plain:,.0f}", f"{plain / seconds:,.1f}",
        )  # fmt: skip
    Console().print(table)
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
