"""``hrbus layout COPYBOOK --diagnose DATA``: how a file may be read, as command lines with what speaks for them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hrbus.cli.codec import chosen, make
from hrbus.cli.common import answer, console, readable, say
from hrbus.cli.words import _

if TYPE_CHECKING:
    from hrbus.spi import Diagnosis, Failure, Guess

NOTHING_FITS = 1


def tell(copybook: Path, data: Path, encoding: str, options: Sequence[str], *, as_json: bool, shown: bool) -> None:
    """Print guesses, best first; exit 1 where none is to be trusted."""
    from hrbus.errors import ConfigError, Fault

    for file in (copybook, data):
        with readable(file), file.open("rb"):
            pass
    kind, settings, context = chosen([copybook], encoding, "", list(options))
    if kind.diagnose is None:
        raise ConfigError(Fault(_("the codec {name} guesses nothing of files").format(name=kind.name)))
    if sys.stderr.isatty():
        say(_("trying ways to read {file} …").format(file=data))
    found = kind.diagnose(settings, context, data)
    lines = [_line(guess, copybook, data, encoding, options) for guess in found.guesses]
    first = _first(copybook, data, encoding, options, found.guesses[0]) if shown and found.guesses else None
    if as_json:
        _for_programs(found, lines, first)
    else:
        _for_people(found, lines, first)
    if not found.fits:
        raise typer.Exit(NOTHING_FITS)


def _line(guess: Guess, copybook: Path, data: Path, encoding: str, options: Sequence[str]) -> str:
    """Return the command that reads the file so."""
    named = {"encoding": "-e", "frame": "-f"}
    words = ["hrbus", "decode", str(data), "-c", str(copybook)]
    words += ["-e", encoding] if encoding else []
    for option in options:
        words += ["-o", option]
    for pair in guess.options:
        key, _equals, value = pair.partition("=")
        words += [named[key], value] if key in named else ["-o", f"{key.replace('_', '-')}={value}"]
    return shlex.join(words)


def _first(copybook: Path, data: Path, encoding: str, options: Sequence[str], guess: Guess) -> str | None:
    """Return the first record that can be read, as a line of JSON."""
    from hrbus.cli.jsonlines import lines
    from hrbus.spi import Origin

    codec = make([copybook], encoding, "", [*options, *guess.options, "batch_records=100"])
    with readable(data), data.open("rb") as stream:
        for batch in codec.decode(stream, Origin(str(data))):
            if len(batch):
                return str(next(iter(lines(batch.frame.head(1), codec.layout))))
    return None


def _for_programs(found: Diagnosis, lines: Sequence[str], first: str | None) -> None:
    answer(
        {
            "size": found.size,
            "looked": found.looked,
            "fits": found.fits,
            "guesses": [_row(guess, line) for guess, line in zip(found.guesses, lines, strict=True)],
            "notes": list(found.notes),
            **({"first": first} if first else {}),
        }
    )


def _row(guess: Guess, line: str) -> dict[str, Any]:
    return {
        "command": line,
        "settings": dict(guess.settings),
        "score": guess.score,
        "records": guess.records,
        "tried": guess.tried,
        "good": guess.good,
        "text": guess.text,
        "failures": [
            {"field": each.field, "note": each.note, "count": each.count, "byte": each.byte}
            for each in guess.failures
        ],
    }


def _for_people(found: Diagnosis, lines: Sequence[str], first: str | None) -> None:
    out = console()
    part = _("{size} bytes, of which {looked} were looked at").format(
        size=f"{found.size:,}", looked=f"{found.looked:,}"
    )
    out.print(part)
    for number, (guess, line) in enumerate(zip(found.guesses, lines, strict=True), start=1):
        out.print(f"\n{number}. {line}")
        for sentence in _evidence(guess):
            out.print(f"   {sentence}")
    for note in found.notes:
        out.print(f"\n{note}")
    if first:
        out.print(f"\n{first}")


def _evidence(guess: Guess) -> Iterator[str]:
    yield _("score {score}: {good} of {tried} records are good").format(
        score=f"{guess.score:.2f}", good=guess.good, tried=guess.tried
    )
    if guess.text is not None:
        yield _("{share} % of the text is as expected").format(share=int(guess.text * 100))
    for each in guess.failures[:3]:
        yield _failed(each)


def _failed(each: Failure) -> str:
    return _("{field} ({note}) fails in {count} records, first with the byte {byte}").format(
        field=each.field, note=each.note, count=each.count, byte=each.byte
    )
