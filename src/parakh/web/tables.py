"""Tables as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table in UTF-8 with a byte order mark, by which spreadsheets know it.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it: names and
    numbers come from whoever sends messages (OWASP, CSV injection).
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(headings)
    for row in rows:
        writer.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row)
    return file.getvalue().encode("utf-8-sig")
