"""Invented applicants and vacancies, the same ones every time.

Nobody here exists. Mail addresses are below ``example.com`` (RFC 2606) and telephone numbers from the block that
the British regulator Ofcom keeps for drama (07700 900000 to 900999).

    >>> people = applicants(50)
    >>> people.height, people["APPL-NO"][0]
    (50, 4711)
"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import polars as pl

FAMILY = ("Chen", "Garcia", "Huang", "Kowalski", "Li", "Lin", "Müller", "O'Neil", "Okafor", "Rossi", "Silva", "Smith",
          "Sun", "Tanaka", "Wang", "Wu", "Xu", "Zhang", "Zhao", "Zhou")  # fmt: skip
GIVEN = ("Ada", "Bao", "Carla", "David", "Elena", "Fang", "Grace", "Hao", "Ines", "Jun", "Karin", "Lei", "Maria",
         "Na", "Oskar", "Ping", "Rui", "Sofia", "Tao", "Yan")  # fmt: skip
EMPLOYERS = ("Harbour Bank", "Northern Rail", "Delta Foods", "Lotus Insurance", "Citadel Retail", "Jade Logistics")
TITLES = ("Programmer", "Analyst", "Team lead", "Sales clerk", "Tester", "Consultant")
SCHOOLS = ("State University", "Technical College", "City University", "Academy of Commerce")
CITIES = (
    ("Shanghai", "200001", "CN"),
    ("Shenzhen", "518000", "CN"),
    ("Leeds", "LS1 1AA", "GB"),
    ("Porto", "4000", "PT"),
)
SKILLS = ("CB", "DB", "JV", "LD", "PY", "SL")

VACANCIES: tuple[tuple[str, str, str, tuple[tuple[str, int, str], ...]], ...] = (
    ("REQ-2026-001", "COBOL programmer", "Core banking", (("CB", 60, "60.0"), ("DB", 40, "50.0"))),
    ("REQ-2026-002", "Java developer", "Online services", (("JV", 70, "65.0"), ("DB", 30, "40.0"))),
    (
        "REQ-2026-003",
        "Team lead, payroll",
        "HR systems",
        (("LD", 50, "70.0"), ("CB", 30, "50.0"), ("DB", 20, "40.0")),
    ),
    ("REQ-2026-004", "Data analyst", "Controlling", (("PY", 60, "55.0"), ("DB", 40, "55.0"))),
    ("REQ-2026-005", "Branch sales clerk", "Retail", (("SL", 100, "60.0"),)),
)

MISSING_VACANCY = "REQ-2026-009"
"""What one applicant applied for, though no vacancy of that number is in the file."""


def vacancies() -> pl.DataFrame:
    """Return the five vacancies as records of ``VACREC.cpy``."""
    return pl.DataFrame(
        {
            "VAC-REC-TYPE": ["D"] * len(VACANCIES),
            "VAC-NO": [number for number, *_ in VACANCIES],
            "VAC-TITLE": [title for _, title, *_ in VACANCIES],
            "VAC-DEPARTMENT": [department for _, _, department, _ in VACANCIES],
            "VAC-STATUS": ["O"] * len(VACANCIES),
            "VAC-START-ON": [20270201] * len(VACANCIES),
            "VAC-REQ": [
                [
                    {"REQ-CODE": code, "REQ-WEIGHT": weight, "REQ-MINIMUM": Decimal(least)}
                    for code, weight, least in asked
                ]
                for *_, asked in VACANCIES
            ],
        },
        schema_overrides={
            "VAC-REQ": pl.List(
                pl.Struct({"REQ-CODE": pl.String, "REQ-WEIGHT": pl.Int64, "REQ-MINIMUM": pl.Decimal(4, 1)})
            )
        },
    )


def applicants(count: int = 50) -> pl.DataFrame:
    """Return that many applicants as records of ``APPLREC.cpy``; the last one asks for a vacancy that is missing."""
    chance = Random(2026)  # noqa: S311 - invented people, not secrets
    rows = [_applicant(chance, number) for number in range(count)]
    rows[-1]["APPL-VAC-NO"] = MISSING_VACANCY
    return pl.DataFrame(
        rows,
        schema_overrides={
            "APPL-YEARS": pl.Decimal(3, 1),
            "APPL-PAY-EXPECTED": pl.Decimal(9, 2),
            "APPL-SKILL": pl.List(pl.Struct({"SKILL-CODE": pl.String, "SKILL-LEVEL": pl.Int64})),
            "APPL-JOB": pl.List(
                pl.Struct(
                    {"JOB-EMPLOYER": pl.String, "JOB-TITLE": pl.String, "JOB-FROM": pl.Int64, "JOB-TO": pl.Int64}
                )
            ),
        },
    )


def _applicant(chance: Random, number: int) -> dict[str, Any]:
    family, given = chance.choice(FAMILY), chance.choice(GIVEN)
    city, postcode, country = chance.choice(CITIES)
    vacancy = VACANCIES[number % len(VACANCIES)]
    years = chance.randint(0, 180)
    return {
        "APPL-REC-TYPE": "D",
        "APPL-NO": 4711 + number,
        "APPL-PERSON-NO": f"P{70000 + number}",
        "APPL-VAC-NO": vacancy[0],
        "APPL-STATUS": "A",
        "APPL-FAMILY-NAME": family,
        "APPL-GIVEN-NAME": given,
        "APPL-BIRTH-DATE": chance.randint(1970, 2003) * 10000 + chance.randint(1, 12) * 100 + chance.randint(1, 28),
        "APPL-MARITAL": chance.choice("SMD"),
        "APPL-EMAIL": f"{given}.{number:03}@example.com".upper(),
        "APPL-PHONE": f"+447700900{number:03}",
        "APPL-STREET": f"{chance.randint(1, 99)} Station Road",
        "APPL-CITY": city,
        "APPL-POSTCODE": postcode,
        "APPL-COUNTRY": country,
        "APPL-LANG": "zh-CN" if country == "CN" else "en",
        "APPL-APPLIED-ON": 20261101 + number % 20,
        "APPL-YEARS": Decimal(years) / 10,
        "APPL-PAY-EXPECTED": Decimal(chance.randint(160, 240)) * 100,
        "APPL-PAY-CURRENCY": "CNY",
        "APPL-BATCH-SEQ": number + 1,
        "APPL-CONSENT-NOTICE": "2026-01",
        "APPL-CONSENT-ON": 20261101 + number % 20,
        "APPL-CONSENT-AI": "Y",
        "APPL-CONSENT-RECORDING": chance.choice("YYYN"),
        "APPL-CONSENT-ABROAD": "N",
        "APPL-SCHOOL": chance.choice(SCHOOLS),
        "APPL-DEGREE": chance.choice(("BSc", "MSc", "Diploma")),
        "APPL-DEGREE-YEAR": chance.randint(1995, 2025),
        "APPL-CHANNEL": chance.choice(("WEB", "FAIR", "REFERRAL")),
        "APPL-SKILL": _skills(chance, vacancy),
        "APPL-JOB": [_job(chance, index) for index in range(chance.randint(0, 5))],
    }


def _skills(chance: Random, vacancy: tuple[str, str, str, tuple[tuple[str, int, str], ...]]) -> list[dict[str, Any]]:
    codes = [code for code, *_ in vacancy[3]]
    codes += [code for code in SKILLS if code not in codes][: chance.randint(0, 4 - len(codes))]
    known = [{"SKILL-CODE": code, "SKILL-LEVEL": chance.randint(3, 9)} for code in codes]
    return known + [{"SKILL-CODE": "", "SKILL-LEVEL": 0}] * (4 - len(known))


def _job(chance: Random, index: int) -> dict[str, Any]:
    start = 2022 - 3 * index
    return {
        "JOB-EMPLOYER": chance.choice(EMPLOYERS),
        "JOB-TITLE": chance.choice(TITLES),
        "JOB-FROM": start * 100 + chance.randint(1, 12),
        "JOB-TO": 0 if index == 0 else (start + 2) * 100 + chance.randint(1, 12),
    }
