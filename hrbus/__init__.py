"""hrbus connects HR systems that only speak batch files to services that only speak REST.

The core. It knows no adapter and no wire library: those are in ``adapters`` and come in through entry points.
Imports run one way: ``scheduler → cli → app → registry, settings → flow → mapping, ledger → hrxml → plugins → spi →
values → errors, clock``; import-linter keeps it so.
"""

__version__ = "0.1.0"
