"""What people are called on pages, by the names of their accounts."""

from parakh.services.centre import Centre
from parakh.store import people


class Officers:
    """Calls people by name and unit; asks for each once, so make one for each page."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Such as `Duty desk, National Centre`; the name as it is where no account has it, as of
        programs and of people of other centres."""
        if name not in self._known:
            self._known[name] = self._called(name)
        return self._known[name]

    def _called(self, name: str) -> str:
        with self._centre.db.read() as connection:
            found = people.credentials(connection, name)
            if found is None:
                return name
            names = people.unit_names(connection, found.user.units)
        return ", ".join([found.user.display_name or name, *names])
