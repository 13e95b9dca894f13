"""The cases of shared/corpus that have data: what ``hrbus decode`` is asked, and what others add of their own.

Their options, translated: ``encoding=ascii`` is ``-e ascii``, ``floating_point_format=IEEE754`` is
``-o float=ieee``, ``file_start_offset`` a header of so many bytes, ``segment_field`` with its map ``segment`` and
``segments``. Where they leave a bad number out, ours asks for null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COBRIX = "cobrix/data/"
JSON = "cobol2json/"


@dataclass(frozen=True)
class Case:
    """One file to decode.

    ``trim`` is what Cobrix takes off text: both ends, left, right or none. ``wrapped`` names the level that others
    put around a record, ``prefix`` what they take off its names;
    ``common`` says that they read the page of that name, Cobrix's default: where it has no letter of ours, it has a
    blank. ``blank_left_out`` says that a class of their test leaves out records of nothing but blanks.
    ``beside`` is a second copybook. ``order`` are the fields by which they sorted what they found.
    """

    name: str
    copybook: str
    data: str
    expected: str
    arguments: tuple[str, ...] = ()
    trim: str = "both"
    wrapped: str = ""
    prefix: str = ""
    beside: str = ""
    common: bool = False
    blank_left_out: bool = False
    order: tuple[str, ...] = ()


def cobrix(
    name: str, number: str, expected: str, *arguments: str, data: str = "", trim: str = "both", **more: Any
) -> Case:
    """Return a case of Cobrix: copybook and data are called by its number."""
    folder = f"{COBRIX}test{number}_expected/"
    book = more.pop("copybook", f"test{number}_copybook.cob")
    return Case(
        name, COBRIX + book, COBRIX + (data or f"test{number}_data"), folder + expected, arguments, trim, **more
    )


def to_json(name: str, copybook: str, data: str, *arguments: str, prefix: str = "") -> Case:
    """Return a case of CobolToJson."""
    return Case(f"cobol2json/{name}", JSON + copybook, JSON + data, JSON + name, arguments, prefix=prefix)


def options(*pairs: str) -> tuple[str, ...]:
    """Return ``--option`` for each."""
    return tuple(part for pair in pairs for part in ("--option", pair))


LINES = ("-f", "lines", "-e", "ascii")
ASCII = ("-e", "ascii")
IEEE = options("float=ieee", "invalid-numeric=null", "blank-numeric=null")
RDW = ("-f", "rdw", *options("rdw=little", "left-digits=yes", "blank-numeric=null"))
NOT_ITSELF = options("rdw-counts-itself=no")
TYPES = options(
    "segment=SEGMENT-ID", "segments.COMPANY=1", "segments.DEPT=2", "segments.EMPLOYEE=3", "segments.OFFICE=4",
    "segments.CUSTOMER=5", "segments.CONTACT=6", "segments.CONTRACT=7",
)  # fmt: skip
FAMILY = options(
    "segment=SEGMENT-ID",
    "segments.COMPANY.is=1",
    "segments.DEPT.is=2", "segments.DEPT.below=COMPANY",
    "segments.EMPLOYEE.is=3", "segments.EMPLOYEE.below=DEPT",
    "segments.OFFICE.is=4", "segments.OFFICE.below=DEPT",
    "segments.CUSTOMER.is=5", "segments.CUSTOMER.below=COMPANY",
    "segments.CONTACT.is=6", "segments.CONTACT.below=CUSTOMER",
    "segments.CONTRACT.is=7", "segments.CONTRACT.below=CUSTOMER",
)  # fmt: skip
HIERARCHY = {"copybook": "test17_hierarchical.cob", "data": "test17"}

CASES = (
    cobrix("Test1FixedLengthRecordsSpec", "1", "test1.txt"),
    cobrix("Test1bGeneratedFieldsSpec", "1b", "test1b.txt", copybook="test1_copybook.cob", data="test1_data"),
    cobrix(
        "Test2RecordOffsetsSpec", "1a", "test1a.txt", *options("record-start=2", "record-end=27"),
        data="test1_data",
    ),
    cobrix("Test3", "3", "test3.txt"),
    cobrix("Test3_trim_none", "3", "test3_trim_none.txt", trim="none"),
    cobrix("Test3_trim_left", "3", "test3_trim_left.txt", trim="left"),
    cobrix("Test3_trim_right", "3", "test3_trim_right.txt", trim="right"),
    cobrix("Test3_trim_both", "3", "test3_trim_both.txt"),
    cobrix("Test9_cp037", "9", "test9_cp037.txt", "-e", "cp037"),
    cobrix("Test9_cp037_ext", "9", "test9_cp037_ext.txt", "-e", "cp037"),
    cobrix("Test9_cp273", "9", "test9_cp273.txt", "-e", "cp273"),
    cobrix("Test9_cp500", "9", "test9_cp500.txt", "-e", "cp500"),
    cobrix("Test9_cp1140", "9", "test9_cp1140.txt", "-e", "cp1140"),
    cobrix("Test9_cp1141", "9", "test9_cp1141.txt", "-e", "cp1141"),
    cobrix("Test9_cp1148", "9", "test9_cp1148.txt", "-e", "cp1148"),
    cobrix("Test9_cp_custom", "9", "test9_cp_custom.txt", "-e", "cp037"),
    cobrix(
        "Test10NonTerminalsSpec", "10", "test10.txt", *ASCII, *options("group-text=[NAME, ACCOUNT-NO]"),
        wrapped="RECORD",
    ),
    cobrix(
        "Test11CustomRDWParser", "11", "test11.txt", "-f", "word",
        *options("word.bytes=5", "word.length-at=4", "word.length-bytes=2", "word.order=little", "short=pad"),
        common=True, blank_left_out=True,
    ),
    cobrix(
        "Test12MergeCopybooksSpec", "12", "test12.txt", *ASCII,
        copybook="test12_copybook_a.cob", beside="test12_copybook_b.cob",
    ),
    cobrix(
        "Test13aFixedLenFileHeadersSpec", "13", "test13a.txt", *options("header=10", "trailer=12"),
        copybook="test13a_file_header_footer.cob", data="test13a_data", order=("COMPANY_ID", "AMOUNT"),
    ),
    cobrix(
        "Test14RdwAdjustmentsSpec", "14", "test14.txt", *RDW,
        *options("rdw-counts-itself=yes", "segment=SEGMENT-ID"),
        *options("segments.STATIC-DETAILS=[C, D]", "segments.CONTACTS=P"),
        common=True,
    ),
    cobrix("test17a", "17", "test17a.txt", *RDW, *NOT_ITSELF, *TYPES, **HIERARCHY),
    cobrix("test17b", "17", "test17b.txt", *RDW, *NOT_ITSELF, *TYPES, **HIERARCHY),
    cobrix("test17c", "17", "test17c.txt", *RDW, *NOT_ITSELF, *FAMILY, **HIERARCHY),
    cobrix("Test21VariableOccurs", "21", "test21.txt", *ASCII, "-f", "variable", wrapped="RECORD"),
    cobrix("Test24DebugModeSpec", "24", "test24.txt", *IEEE),
    cobrix("Test24DebugModeSpec_raw", "24", "test24b.txt", *IEEE),
    cobrix(
        "Test25OccursMappings", "25", "test25.txt", *ASCII, "-f", "variable",
        *options("occurs.DETAIL1.A=0", "occurs.DETAIL1.B=1", "occurs.DETAIL2.A=1", "occurs.DETAIL2.B=2"),
        wrapped="RECORD",
    ),
    cobrix("Test40", "40", "test40.txt", *IEEE),
    to_json("DTAR107_DataN.json", "DTAR107.cbl", "DTAR107.bin"),
    to_json("DTAR107_DataY.json", "DTAR107.cbl", "DTAR107.bin", prefix="DTAR107-"),
    to_json("ArrayDependingFile.json", "ArrayDependingCopybook.cbl", "ArrayDependingFile.txt", *LINES),
    to_json(
        "amsPoDownload05.json", "amsPoDownload05.cbl", "Ams_PODownload_20041231.txt", *LINES,
        *options("blank-numeric=null", "left-digits=yes", "segment=RECORD-TYPE"),
        *options("segments.PO-RECORD=H1", "segments.PRODUCT-RECORD=D1", "segments.LOCATION-RECORD=S1"),
    ),
    to_json("invoice.json", "invoice.cbl", "invoice.txt", *LINES),
)  # fmt: skip
