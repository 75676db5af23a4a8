"""Believable traffic from a seed, for demonstration, tests and benchmarks. No person in it is real.

Only the command line, tests and benchmarks import this package; no stage depends on it.
"""

from parakh.simulate.lists import COLUMNS, ListedPerson, listed_persons
from parakh.simulate.messages import interchange, message, paxlst
from parakh.simulate.people import Person, passengers
from parakh.simulate.traffic import Manifest, passenger_list, write

__all__ = [
    "COLUMNS",
    "ListedPerson",
    "Manifest",
    "Person",
    "interchange",
    "listed_persons",
    "message",
    "passenger_list",
    "passengers",
    "paxlst",
    "write",
]
