"""How the tables of the ledger came to be what they are, one step a module."""
