"""Numeric-edited pictures by the hundred, and numbers that go into them."""

from __future__ import annotations

import random
import re

from adapters.cobol.picture import Picture

_BODIES = """
ZZ9 ZZZ Z(5)9 ZZ,ZZ9 Z,ZZZ,ZZ9 ZZ9.99 ZZZ.99 ZZZ.ZZ Z,ZZ9.99 Z,ZZZ.ZZ ZZB9 ZZBZZ9 Z/ZZ/99 Z0ZZ9 ZZ09 ZZ,999
ZZ9V99 ZZZVZZ Z9 9 999 9,999 9,999.99 99/99/9999 9B9B9 9(4)B9 90 909 09 099 9(3)V9 .99 V99 9.9 Z.99 Z ZZB ZZ0 Z/
ZZ9/ ZZ9B ZZ9,9 Z,Z,Z .ZZ Z.Z B9 BZ9 /99 0ZZ 0Z9 B0/99
"""
_EDGES = "_ +_ -_ $_ _+ _- _CR _DB $_- $_CR"
_FLOATING = """
ss sss ss9 ssss9 s,sss s,ss9 ss,sss,ss9 ss9.99 sss.99 sss.ss s,sss.ss s,ss9.99 ssB9 ssBs9 ss/99 s0s9 ss0 ss,999
sss,999.99 ss9V99 sssVss s.ss ss.99 s(5)9 s(5).99 s(5).ss ss.9 Bss9 0ss9 s,s,s sss, ss9B ss,s.99
"""
_OTHERS = """
ZZ9PP ZZZPP $$9PP ZPPP +9PP ZZ. Z(18)9.99 Z(17)9 Z(15)9.99 9(18)B +(19) -(19)9 Z(28)9.99 $(30).99 9(30)/9 -9(31)
Z(31) *(31) Z(37)9 Z(3),Z(3),Z(3),Z(3),Z(3),Z(3),ZZ9.99- +$$,$$9.99 -$$$.$$ +$ZZ9 -$Z,ZZZ.ZZ $$,$$$.$$CR $$$-
$,$$9+ -(37)9
"""
_REFUSED = """
+.++ $+.++ -.-- $-.-- $.$$ $.$$CR $.$$DB $$$.$$CR $$$.$$DB $,$$$.$$CR $,$$$.$$DB $$,$$$.$$CR $$$V$$CR $$$V$$DB
$(5).$$CR $(5).$$DB $,$,$ $,$,$CR $,$,$DB
"""


def edited() -> list[str]:
    """Return the pictures: bodies with every sign and currency symbol before and behind, floats, and rare ones.

    Those are left out that GnuCOBOL does not take.
    """
    bodies = _BODIES.split()
    bodies += [body.replace("Z", "*") for body in bodies if "Z" in body]
    made = [edge.replace("_", body) for body in bodies for edge in _EDGES.split()]
    for sign in "+-$":
        floats = [body.replace("s", sign) for body in _FLOATING.split()]
        others = ["", "CR", "DB"] if sign == "$" else [""]
        made += [body + after for body in floats for after in others]
        made += [f"${body}" for body in floats if sign != "$"]
    left_out = {*_REFUSED.split(), *(one for one in made if re.fullmatch(r"9*V?9*|9\(\d\)V9", one))}
    return [one for one in dict.fromkeys(made + _OTHERS.split()) if one not in left_out]


def numbers(picture: Picture) -> list[int]:
    """Return numbers that fit a picture, in the units of its column: zero, one, powers, the greatest, any others."""
    chance = random.Random(picture.text)
    digits, most = picture.digits, 10**picture.digits - 1
    found = {0, 1, most, most // 2, 10 ** (digits - 1), 10 ** (digits // 2)}
    found |= {chance.randrange(10**length) for length in range(1, digits + 1)}
    ordered = sorted(found)
    if picture.signed:
        ordered += [-number for number in ordered if number]
    return [number * 10 ** max(-picture.scale, 0) for number in ordered]
