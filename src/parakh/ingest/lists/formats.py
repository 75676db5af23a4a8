"""The formats in which watchlists come, written out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from parakh.errors import Unreadable
from parakh.ingest import tabular
from parakh.ingest.lists import csv, eu, ftm, ofac_csv, ofac_xml, un
from parakh.ingest.lists.declared import Found


@dataclass(frozen=True, kw_only=True, slots=True)
class ListForm:
    """One format.

    Attributes:
        name: by which commands and the API call it.
        title: by which people know it.
        read: gives entries and problems; raises Unreadable for another kind of file.
        files: all files that are read when this one is.
        own: whether it is Parakh's own form, which may hold several lists and whose rows are
            refused whole when a field of theirs is wrong; of other forms the entry is kept without
            that field.
    """

    name: str
    title: str
    read: Callable[[Path], Iterator[Found]]
    files: Callable[[Path], list[Path]] = lambda path: [path]
    own: bool = False


def _read_csv(path: Path) -> Iterator[Found]:
    if path.stat().st_size > tabular.MAX_BYTES:
        raise Unreadable(f"the list is larger than {tabular.MAX_BYTES // 1024**2} MiB")
    return csv.read(path.read_bytes())


FORMS: Mapping[str, ListForm] = {
    form.name: form
    for form in (
        ListForm(name="csv", title="Parakh CSV", read=_read_csv, own=True),
        ListForm(name="ofac-csv", title="OFAC SDN, CSV", read=ofac_csv.read, files=ofac_csv.files),
        ListForm(name="ofac-xml", title="OFAC SDN, XML", read=ofac_xml.read),
        ListForm(name="un-xml", title="UN Security Council, XML", read=un.read),
        ListForm(name="eu-csv", title="EU financial sanctions, CSV", read=eu.read),
        ListForm(name="ftm", title="FollowTheMoney, JSON lines", read=ftm.read),
    )
}
"""Every format by its name."""
