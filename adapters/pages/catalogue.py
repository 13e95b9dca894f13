"""The EBCDIC pages by number, and how a user's name for a page is understood.

>>> canonical("IBM-1047"), canonical("ccsid 01140"), canonical("cp037_extended"), canonical("GBK")
('cp1047', 'cp1140', 'cp037', 'gbk')
"""

from __future__ import annotations

import re

SINGLE = {
    "037": "US, Canada, Netherlands, Portugal, Brazil, Australia",
    "038": "International, an older one",
    "256": "International, an older one",
    "273": "Germany, Austria",
    "274": "Belgium",
    "275": "Brazil, an older one",
    "277": "Denmark, Norway",
    "278": "Finland, Sweden",
    "280": "Italy",
    "281": "Japan, English",
    "284": "Spain, Latin America",
    "285": "United Kingdom",
    "290": "Japan, Katakana",
    "297": "France",
    "420": "Arabic",
    "423": "Greek, an older one",
    "424": "Hebrew",
    "500": "International (Switzerland, Belgium)",
    "803": "Hebrew, an older one",
    "833": "Korea, the single bytes of 933",
    "836": "China, the single bytes of 935",
    "838": "Thai",
    "870": "Central Europe (Latin-2)",
    "871": "Iceland",
    "875": "Greek",
    "880": "Cyrillic, an older one",
    "905": "Turkish, an older one (Latin-3)",
    "918": "Urdu",
    "1025": "Cyrillic",
    "1026": "Turkish (Latin-5)",
    "1027": "Japan, the single bytes of 939",
    "1047": "z/OS UNIX and C (Latin-1)",
    "1097": "Farsi",
    "1112": "Latvian, Lithuanian",
    "1122": "Estonian",
    "1123": "Ukrainian",
    "1130": "Vietnamese",
    "1132": "Lao",
    "1137": "Devanagari",
    "1140": "037 with the euro sign",
    "1141": "273 with the euro sign",
    "1142": "277 with the euro sign",
    "1143": "278 with the euro sign",
    "1144": "280 with the euro sign",
    "1145": "284 with the euro sign",
    "1146": "285 with the euro sign",
    "1147": "297 with the euro sign",
    "1148": "500 with the euro sign",
    "1149": "871 with the euro sign",
    "1153": "870 with the euro sign",
    "1154": "1025 with the euro sign",
    "1155": "1026 with the euro sign",
    "1156": "1112 with the euro sign",
    "1157": "1122 with the euro sign",
    "1158": "1123 with the euro sign",
    "1160": "838 with the euro sign",
    "1164": "1130 with the dong sign",
    "1166": "Cyrillic, Kazakh",
    "4517": "Arabic, 420 as it was first",
    "4899": "Hebrew, 803 with the euro sign",
    "4971": "875 with the euro sign",
    "12712": "424 with the euro sign",
    "16804": "420 with the euro sign",
}
DOUBLE = {
    "930": "Japan: Katakana and Kanji",
    "933": "Korea",
    "935": "China, simplified (GB 2312)",
    "937": "Taiwan, traditional",
    "939": "Japan: Latin and Kanji",
    "1364": "Korea, all syllables, euro sign",
    "1371": "937 with the euro sign",
    "1388": "China, simplified (GBK and GB 18030)",
    "1390": "930 with JIS X 0213 and the euro sign",
    "1399": "939 with JIS X 0213 and the euro sign",
}
OTHER = {
    "500ms": "500",
    "1148ms": "1148",
    "5026": "930",
    "5035": "939",
    "367": "ascii",
    "819": "latin-1",
    "970": "euc-kr",
    "1208": "utf-8",
    "1392": "gb18030",
    "5488": "gb18030",
    "54936": "gb18030",
}
"""Other numbers of pages that are here."""

_NUMBERED = re.compile(r"(?:x-)?(?:cp|ibm|ccsid|ebcdic|windows|)-?0*(\d+(?:ms)?)(?:-extended)?")


def canonical(name: str) -> str:
    """Return ``cpNNN`` for a page that has a number, however it is written, and other names as they are."""
    plain = re.sub(r"[\s_.-]+", "-", name.strip().lower())
    found = _NUMBERED.fullmatch(plain)
    if not found:
        return name.strip().lower()
    number = OTHER.get(found[1], found[1])
    return f"cp{number.zfill(3)}" if number.isdigit() else number


def names() -> tuple[str, ...]:
    """Return the names that a hint may suggest."""
    others = ("ascii", "latin-1", "utf-8", "gb18030", "gbk", "big5", "big5hkscs", "cp932", "shift_jis", "euc_kr")
    return (*(f"cp{number}" for number in {**SINGLE, **DOUBLE}), *others)
