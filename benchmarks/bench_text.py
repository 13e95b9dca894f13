"""Text by code page: MB/s of decode and encode, and how much slower than a single-byte page each is.

    python benchmarks/bench_text.py [records]

A record has five fields of 20 bytes. For the single-byte page they hold Latin names; for the others, Chinese (or
Japanese, Korean) names of two to six characters. ``ratio`` is the time a record takes, over that of cp037 in the
same run. ``cp935 *`` holds the Latin names. The best of five runs counts.
"""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Callable

import polars as pl

from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Batch, Origin

WIDTH, FIELDS, SIZE = 20, 5, 100
COPYBOOK = "01 R. " + " ".join(f"05 T-{n} PIC X({WIDTH})." for n in range(FIELDS))
WIDE = "01 R. " + " ".join(f"05 T-{n} PIC {{}}({WIDTH // 2})." for n in range(FIELDS))
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHINESE = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于余"
TAIWAN = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐周葉蘇莊呂江何蕭羅高簡朱鍾施游詹沈彭"
JAPAN = "佐藤鈴木高橋田中伊渡辺山本村小林加吉松井"
KOREA = "김이박최정강조윤장임한오서신권황안송전홍"
PAGES = {
    "cp037": LATIN,
    "latin-1": LATIN,
    **dict.fromkeys(("cp935", "cp1388", "gbk", "gb18030", "utf-8"), CHINESE),
    **dict.fromkeys(("cp937", "cp1371", "big5"), TAIWAN),
    **dict.fromkeys(("cp930", "cp939", "cp1390", "cp1399", "cp932"), JAPAN),
    **dict.fromkeys(("cp933", "cp1364", "euc_kr", "cp949"), KOREA),
}


def codec(encoding: str, copybook: str = COPYBOOK) -> CobolCodec:
    """Return a codec for the record in a page."""
    return CobolCodec(CobolSettings(copybook="t.cpy", encoding=encoding), parse(copybook, "t.cpy").record())


def batches(letters: str, records: int) -> list[Batch]:
    """Return names: Latin ones of 4 to 18 letters, others of 2 to 6."""
    chance = random.Random(7)
    least, most = (4, 18) if letters is LATIN else (2, 6)

    def name() -> str:
        return "".join(chance.choices(letters, k=chance.randint(least, most)))

    frame = pl.DataFrame({f"T-{n}": [name() for _ in range(10_000)] for n in range(FIELDS)})
    return [Batch(frame)] * (records // 10_000)


def best(work: Callable[[], int]) -> float:
    """Return seconds of processor time, the best of five."""
    times = []
    for _ in range(5):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def measured(
    name: str, form: CobolCodec, given: list[Batch], base: tuple[float, float] | None
) -> tuple[float, float]:
    """Print a line; return the seconds of decode and encode."""
    out = io.BytesIO()
    assert sum(len(batch) for batch in form.encode(given, out)) == sum(len(batch) for batch in given)
    data = out.getvalue()
    reading = best(lambda: sum(len(batch) for batch in form.decode(io.BytesIO(data), Origin("bench"))))
    writing = best(lambda: sum(len(batch) for batch in form.encode(given, io.BytesIO())))
    rates = [len(data) / 1e6 / seconds for seconds in (reading, writing)]
    ratios = (reading / base[0], writing / base[1]) if base else (1.0, 1.0)
    print(f"{name:10} {rates[0]:8.0f} {ratios[0]:6.2f} {rates[1]:8.0f} {ratios[1]:6.2f}")
    return reading, writing


def main() -> None:
    """Measure and print."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    print(f"{'page':10} {'decode':>8} {'ratio':>6} {'encode':>8} {'ratio':>6}   (MB/s of records, {records} of them)")
    base = None
    for name, letters in PAGES.items():
        found = measured(name, codec(name), batches(letters, records), base)
        base = base or found
    measured("cp935 *", codec("cp935"), batches(LATIN, records), base)
    for picture, page in (("N", "cp935"), ("G", "cp935"), ("G", "gbk")):
        form = codec(page, WIDE.format(*[picture] * FIELDS))
        measured(f"{picture} {page}", form, batches(CHINESE, records), base)


if __name__ == "__main__":
    main()
