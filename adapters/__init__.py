"""Everything that touches the outside. Imports ``hrbus.spi`` and nothing else of hrbus."""
