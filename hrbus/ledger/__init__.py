"""The ledger: what was seen, sent, answered, refused; what makes "nothing lost, nothing twice" true.

database   opening, migrations, transactions       schema     the tables
ledger     the door: Ledger                        run        a run: lease, transactions, accounts
intake     artifacts and their records             compare    what is news; change: what a change does
outbox     deliveries and outcomes                 report     what people ask
"""

from __future__ import annotations

from hrbus.ledger.lease import LeaseLostError, RouteBusyError
from hrbus.ledger.ledger import Ledger

__all__ = ["LeaseLostError", "Ledger", "RouteBusyError"]
