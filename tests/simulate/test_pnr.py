from datetime import date

from parakh.ingest.reader import read
from parakh.simulate.pnr import bookings

TODAY = date(2026, 1, 5)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert bookings(5, 1, TODAY) == bookings(5, 1, TODAY)
    assert bookings(5, 1, TODAY) != bookings(5, 2, TODAY)


def test_generated_bookings_are_read_without_any_problem() -> None:
    (submission,) = read(bookings(60, 1, TODAY), pan_key=b"k")
    assert (submission.problems, submission.unmapped, submission.fatal) == ((), (), False)
    assert len(submission.bookings) == 60
    assert len({own.reference for own in submission.bookings}) == 60
    assert all(own.documents and own.birth_date and own.seat for own in submission.travellers)
    assert submission.cards
    assert {"MOML", "OSI"} & set(submission.removed)
    assert {own.type for own in submission.travellers} >= {"ADT", "CHD"}
    assert any(own.bags for own in submission.travellers)
