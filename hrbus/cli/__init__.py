"""The command line: ``hrbus COMMAND``.

One module a command, each light to import: what is heavy (polars, SQLAlchemy, lxml, numba) is imported inside the
function that needs it, so that ``hrbus --help`` answers at once.

    main(["adapters", "--json"])     # what the console script calls; always leaves by SystemExit
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from hrbus.cli import words
from hrbus.errors import HrbusError


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code; explain on stderr what hrbus can explain.

    0 done · 1 a defect · 2 mend a file or the command · 3 mend records · 4 look at an artifact · 5 wait and run
    again · 6 two that were compared differ · 130 interrupted.
    """
    args = list(sys.argv[1:] if arguments is None else arguments)
    words.speak(words.language(args, os.environ))
    from hrbus.cli.app import build
    from hrbus.cli.common import answer_error, explain

    try:
        build()(args, prog_name="hrbus")
    except HrbusError as error:
        explain(error)
        if "--json" in args:
            answer_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)
