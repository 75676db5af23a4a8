"""The cargo model in force, as it is in the database."""

import threading

from parakh.domain.cargo import ModelCard
from parakh.learn.cargo import CargoModel
from parakh.screen.cargo_lines import Tokeniser
from parakh.store import cargo
from parakh.store.database import Database

PURPOSE = "cargo"
"""Of the secret under which fields become tokens."""


class LiveCargo:
    """Reads the model in force once, and again when another one is."""

    def __init__(self, database: Database) -> None:
        self.tokeniser = Tokeniser(database.keys.token_key(PURPOSE))
        self._database = database
        self._lock = threading.Lock()
        self._seq = -1
        self._model: tuple[ModelCard, CargoModel] | None = None

    def current(self) -> tuple[ModelCard, CargoModel] | None:
        """The model in force with its card; None while there is none.

        Raises NotFound or Unreadable where its bytes are not those that were trained.
        """
        with self._lock, self._database.read() as connection:
            last = cargo.last_change(connection)
            if last != self._seq:
                card = cargo.in_force(connection)
                body = None if card is None else cargo.body(connection, card)
                self._model = (
                    None if card is None or body is None else (card, CargoModel.from_bytes(body))
                )
                self._seq = last
            return self._model
