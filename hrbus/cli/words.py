"""The words of the command line, in English and Chinese.

Texts stand in the code in English, marked ``_("…")``; a catalogue in gettext's format, ``zh.po`` beside this module,
holds their Chinese. It is read as it is, when Chinese is asked for: nothing has to be compiled.

    speak(language(["--lang", "zh", "status"], {}))
    _("There is nothing to do.")
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

LANGUAGES = ("en", "zh")

STATES = ("running", "done", "stopped", "failed", "killed", "missed", "pending", "held", "sent", "refused", "skipped")
"""How runs, starts and records stand, as the ledger and the diary call it."""

FREQUENT = (
    "there is no route {name}",
    "there is no connection {name}",
    "there is no adapter {name}",
    "there is no codec {name}",
    "there is no job {name}",
    "did you mean {name}?",
    "{file} has: {names}",
    "the current folder {folder} is no site: it has no config/",
    "go to one, name one with --site DIR or {variable}, or make one: hrbus init DIR",
    "{folder} ({option}) is no site: it has no config/",
    "make one: hrbus init {folder}",
)
"""Faults that people meet often. Their sentences are made where no language is known, and translated when shown."""

_catalogue: dict[str, str] = {}


def _(text: str) -> str:
    """Return ``text`` in the language that ``speak`` chose; as it is where it has no translation."""
    return _catalogue.get(text, text)


def translated(sentence: str) -> str:
    """Return a sentence of a fault in the language that ``speak`` chose; as it is unless it is in ``FREQUENT``."""
    for template in FREQUENT if _catalogue else ():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template))
        found = re.fullmatch(pattern, sentence, re.DOTALL)
        if found:
            return _(template).format(**found.groupdict())
    return sentence


def speak(chosen: str) -> None:
    """Choose the language of every text that is asked for from now on."""
    _catalogue.clear()
    if chosen != "en":
        _catalogue.update(read(Path(__file__).with_name(f"{chosen}.po").read_text("utf-8")))


def language(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language: ``--lang`` (which the commands themselves come too late to know), then the environment.

    The environment's order is that of POSIX, with HRBUS_LANG before it. A language that the environment names and
    hrbus does not speak is answered in English; one that --lang names is refused as soon as that can be said.
    """
    asked = ""
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments):
            asked = arguments[number + 1]
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    named = next((environ[name] for name in ("HRBUS_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return known(asked or named) or "en"


def known(name: str) -> str:
    """Return the language that ``name`` (``zh``, ``zh_CN.UTF-8``, ``en-GB``) means, "" where it is not spoken."""
    short = re.split("[_.@-]", name)[0].lower()
    return short if short in LANGUAGES else ""


def read(catalogue: str) -> dict[str, str]:
    """Return the translations in the text of a ``.po`` file: ``msgid`` and ``msgstr``, each of quoted lines."""
    found: dict[str, str] = {}
    original = ""
    for word, text in _entries(catalogue):
        if word == "msgid":
            original = text
        elif original and text:
            found[original] = text
    return found


def _entries(catalogue: str) -> Iterator[tuple[str, str]]:
    word, text = "", ""
    for line in catalogue.splitlines():
        head, _sep, rest = line.strip().partition(" ")
        if head in ("msgid", "msgstr"):
            if word:
                yield word, text
            word, text = head, ast.literal_eval(rest)
        elif head.startswith('"'):
            text += ast.literal_eval(line.strip())
    if word:
        yield word, text
