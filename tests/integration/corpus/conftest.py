"""``hrbus`` as a function, as the tests of the commands have it."""

from __future__ import annotations

from tests.unit.cli.conftest import hrbus as hrbus
