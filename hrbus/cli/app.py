"""All commands as one program.

    build()(["status", "--json"])

A command is a module of this package (see ``MODULES``) with a function ``command``; one that has commands of its own
has a function ``group`` that makes them. Its docstring's first line is its help.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from hrbus import __version__
from hrbus.cli.words import LANGUAGES, _, known

COMMANDS = (
    "init", "scaffold", "try", "test", "check", "run", "status", "where", "rejects", "layout", "diff", "decode",
    "encode", "roundtrip", "twin", "validate", "schema", "schemas", "adapters", "privacy", "demo", "sandbox",
)  # fmt: skip
"""In the order in which ``hrbus --help`` lists them."""

MODULES = {"try": "attempt"}
"""Commands whose name is a word of Python, and how their modules are called instead."""


def build() -> typer.Typer:
    """Return the program, in the language chosen before."""
    app = typer.Typer(
        name="hrbus",
        help=_("Connects HR systems that speak batch files to services that speak REST."),
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # they show the values of variables: people's data
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_everywhere)
    for name in COMMANDS:
        module = import_module(f"hrbus.cli.{MODULES.get(name, name)}")
        if hasattr(module, "group"):
            app.add_typer(module.group(), name=name)
        else:
            app.command(name, help=_(_first_line(module.command)))(module.command)
    return app


def _first_line(function: object) -> str:
    return (function.__doc__ or "").strip().partition("\n")[0]


def _version(asked: bool) -> None:
    if asked:
        print(f"hrbus {__version__}")
        raise typer.Exit


def _language(name: str) -> str:
    if name and not known(name):
        languages = ", ".join(LANGUAGES)
        raise typer.BadParameter(
            _("{name} is not spoken here; the languages are: {languages}").format(name=name, languages=languages)
        )
    return name


def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("Say which version this is."))
    ] = False,
    lang: Annotated[
        str,
        typer.Option(
            metavar="|".join(LANGUAGES),
            help=_("The language of help and messages."),
            show_default=False,
            callback=_language,
            is_eager=True,
        ),
    ] = "",
) -> None:
    """Take the options that stand before a command; ``words.language`` has read --lang already."""
