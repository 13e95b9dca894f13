"""The code pages that a sample may be written in."""

from __future__ import annotations

import re

from adapters.cobol.diagnosis.trial import Trial, Trials, Value

DOUBLE = ("cp935", "cp1388", "cp937", "cp1371", "cp939", "cp930", "cp1399", "cp1390", "cp933", "cp1364")
"""Those with SO and SI, in the order in which they are told where they do equally well."""
SINGLE = ("cp037", "cp1047", "cp500", "cp273", "cp1025", "cp875")
OTHER = ("ascii", "utf-8", "euc_kr", "gb18030", "big5", "shift_jis", "latin-1")
"""Korean first: its syllables are some of the codes of Chinese, so that text with no others is Korean."""
_SHIFTED = re.compile(rb"\x0e(?:[\x40-\xfe]{2}){1,99}\x0f")
WIDE_EBCDIC, WIDE_ASCII = "cp037", "latin-1"
"""A page of each family that has a character for every byte."""
_NEAR = 0.02
"""How much better another page must be than the usual one: pages of one byte differ in a few characters only."""
_EBCDIC = frozenset([0x40, *range(0xF0, 0xFA), *range(0xC1, 0xCA), *range(0xD1, 0xDA), *range(0xE2, 0xEA)])
_ASCII = frozenset([0x20, *range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B)])


def families(trials: Trials) -> list[dict[str, Value]]:
    """Return a page for each family that the bytes may be of: one, where they leave no doubt."""
    if not trials.free("encoding"):
        return [{}]
    data = trials.sample.data[: 1 << 16]
    counts = [data.count(byte) for byte in range(256)]
    ebcdic, ascii_ = (sum(counts[byte] for byte in family) for family in (_EBCDIC, _ASCII))
    found: list[dict[str, Value]] = []
    if 4 * ebcdic >= ascii_:
        found.append({"encoding": WIDE_EBCDIC})
    if 4 * ascii_ >= ebcdic:
        found.append({"encoding": WIDE_ASCII})
    return found


def best(trials: Trials, trial: Trial) -> Trial:
    """Return the trial with the page that suits its texts best."""
    if "encoding" not in trial.changes:
        return trial
    if trial.changes["encoding"] == WIDE_ASCII:
        names: tuple[str, ...] = OTHER
    else:
        names = (*SINGLE, *DOUBLE) if _SHIFTED.search(trials.sample.data) else SINGLE
    chosen: Trial | None = None
    for name in names:
        tried = trials.run({**trial.changes, "encoding": name})
        if tried is None or (name in DOUBLE and not tried.wide):
            continue
        near = _NEAR if chosen and name in SINGLE else 0.0005
        if chosen is None or tried.score > chosen.score + near:
            chosen = tried
    return chosen if chosen and chosen.score >= trial.score - _NEAR else trial
