"""The catalogue: everything that rules may speak of, and what they may not and why.

Attributes that reveal race, ethnic origin, religion, politics, health, union membership or sexual
life are declared as protected, so that a rule that asks for one is told why it may not. What of
them came with a booking was left out when it was read (`parakh.ingest.sensitive`).
"""

from parakh.screen.rules.attributes_bookings import BOOKINGS
from parakh.screen.rules.attributes_goods import GOODS
from parakh.screen.rules.attributes_history import HISTORY
from parakh.screen.rules.attributes_persons import PERSONS
from parakh.screen.rules.attributes_voyages import VOYAGES
from parakh.screen.rules.catalogue import Catalogue

CATALOGUE = Catalogue(entities=(*PERSONS, *BOOKINGS, *VOYAGES, *HISTORY, *GOODS))
"""All entities, in the order in which an editor offers them."""
