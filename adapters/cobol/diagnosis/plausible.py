r"""How much of a text is made of characters that people write, in the language of a code page.

>>> round(share("SMITH 12", "cp037"), 2), round(share("@@\x00\x01", "ascii"), 2), share("王", "cp935")
(1.0, 0.2, 1.0)

Of the ideographs, those count fully that the standard of a language puts into its first level, which holds what is
commonly written: GB 2312 rows 16 to 55, Big5 A4 to C6, JIS X 0208 rows 16 to 47, the syllables of KS X 1001.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

_MOST = 100_000
_LEVELS = {
    "hans": ("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF)),
    "hant": ("big5", range(0xA4, 0xC7), range(0x40, 0xFF)),
    "jpan": ("euc_jp", [0xA4, 0xA5, *range(0xB0, 0xD0)], range(0xA1, 0xFF)),
    "kore": ("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF)),
}
_SCRIPTS = {
    "cp935": "hans", "cp1388": "hans", "gb18030": "hans", "gbk": "hans", "gb2312": "hans",
    "cp937": "hant", "cp1371": "hant", "big5": "hant", "cp950": "hant",
    "cp930": "jpan", "cp939": "jpan", "cp1390": "jpan", "cp1399": "jpan", "shift_jis": "jpan", "cp932": "jpan",
    "cp933": "kore", "cp1364": "kore", "euc_kr": "kore", "cp949": "kore",
    "utf-8": "hans hant jpan kore", "utf_8": "hans hant jpan kore", "utf8": "hans hant jpan kore",
}  # fmt: skip
_COMMON, _USUAL, _LETTER, _FOREIGN, _ODD = 1.0, 0.9, 0.6, 0.4, 0.4


def share(text: str, page: str) -> float | None:
    """Return how expected the characters of a text are on average, from 0 to 1; None where there are none."""
    points = np.frombuffer(text[:_MOST].encode("utf-32-le", "replace"), dtype=np.uint32)
    if not len(points):
        return None
    weights = _weights(_SCRIPTS.get(page, ""))
    return float(weights[np.minimum(points, len(weights) - 1)].mean())


@cache
def _weights(scripts: str) -> npt.NDArray[np.float64]:
    """Return a weight for every code point of the Basic Multilingual Plane."""
    made = np.zeros(0x10000)
    for point in range(0x10000):
        made[point] = _weight(chr(point))
    for script in scripts.split():
        codec, leads, trails = _LEVELS[script]
        for lead in leads:
            for trail in trails:
                character = bytes([lead, trail]).decode(codec, "ignore")
                if len(character) == 1:
                    made[ord(character)] = _COMMON
    return made


def _weight(character: str) -> float:
    category = unicodedata.category(character)
    if character.isascii():
        if character.isalnum() or character == " ":
            return _COMMON
        return 0.0 if category == "Cc" else (_USUAL if character in ".,-'/&()+:" else _ODD)
    if category[0] in "LM":
        return _LETTER if character < "\u2e80" else _FOREIGN
    return _ODD if category[0] in "PSZN" else 0.0
