from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parakh.errors import Unreadable

HEAD = '<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z">'
PERSON = """
<INDIVIDUALS><INDIVIDUAL>
  <DATAID>77</DATAID><FIRST_NAME>ZARAK</FIRST_NAME><SECOND_NAME>GUL</SECOND_NAME>
  <THIRD_NAME>MAZARI</THIRD_NAME><UN_LIST_TYPE>Invented</UN_LIST_TYPE>
  <REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><LISTED_ON>2020-01-02</LISTED_ON>
  <NAME_ORIGINAL_SCRIPT>زرک گل مزاری</NAME_ORIGINAL_SCRIPT>
  <COMMENTS1>Father's name is Noor Gul Mazari. Gender: male. Lives in hiding.</COMMENTS1>
  <TITLE><VALUE>Haji</VALUE></TITLE>
  <NATIONALITY><VALUE>Pakistan</VALUE><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Zarrak Mazari; Zarak Khan</ALIAS_NAME>
  </INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Baba</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ADDRESS><CITY>Quetta</CITY><COUNTRY>Pakistan</COUNTRY></INDIVIDUAL_ADDRESS>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1961-03-04</DATE>
  </INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1962</YEAR>
  </INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1964</FROM_YEAR>
    <TO_YEAR>1966</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE/></INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_PLACE_OF_BIRTH><CITY>Kalat</CITY><COUNTRY>Pakistan</COUNTRY>
  </INDIVIDUAL_PLACE_OF_BIRTH><INDIVIDUAL_PLACE_OF_BIRTH><COUNTRY/></INDIVIDUAL_PLACE_OF_BIRTH>
  <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>AB 123456</NUMBER>
    <COUNTRY_OF_ISSUE>Pakistan</COUNTRY_OF_ISSUE><NOTE>expired</NOTE></INDIVIDUAL_DOCUMENT>
  <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT>
    <NUMBER>54400-1</NUMBER></INDIVIDUAL_DOCUMENT><INDIVIDUAL_DOCUMENT/>
</INDIVIDUAL>
<INDIVIDUAL><DATAID>78</DATAID><FIRST_NAME> </FIRST_NAME></INDIVIDUAL>
<INDIVIDUAL><DATAID>79</DATAID><FIRST_NAME>SANGEEN</FIRST_NAME></INDIVIDUAL>
</INDIVIDUALS>"""
ENTITY = """
<ENTITIES><ENTITY><DATAID>90</DATAID><FIRST_NAME>KAREZ TRADERS</FIRST_NAME>
  <REFERENCE_NUMBER>XXe.001</REFERENCE_NUMBER>
  <ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Karez Trading Co.</ALIAS_NAME></ENTITY_ALIAS>
  <ENTITY_ADDRESS><CITY>Zahedan</CITY><COUNTRY>Iran (Islamic Republic of)</COUNTRY></ENTITY_ADDRESS>
</ENTITY></ENTITIES>"""
END = "</CONSOLIDATED_LIST>"


def test_persons_and_organisations(read: Any) -> None:
    (person, short, entity), (problem,), published = read(
        "un-xml", un__xml=HEAD + PERSON + ENTITY + END
    )
    assert published == "2026-02-27T00:00:09Z"
    assert (person.family_name, person.given_names) == ("MAZARI", "ZARAK GUL")
    assert person.aliases == ("زرک گل مزاری", "Zarrak Mazari", "Zarak Khan")
    assert person.weak_aliases == ("Baba",)
    assert person.birth_dates == ("1961-03-04", "circa 1962", "1964 to 1966")
    assert person.nationalities == ("Pakistan", "Iran (Islamic Republic of)")
    assert (person.sex, person.father_names) == ("male", ("Noor Gul Mazari",))
    assert person.birth_places == ("Kalat, Pakistan",)
    assert person.documents == (("P", "AB 123456", "Pakistan"), ("I", "54400-1", ""))
    assert (person.source_id, person.line) == ("XXi.001", 2)
    for told in ("Invented", "Haji", "Quetta, Pakistan", "Lives in hiding", "expired"):
        assert told in person.reason
    assert (problem.line, problem.cause) == (29, "INDIVIDUAL: has no name")
    assert (short.family_name, short.given_names, short.source_id) == ("", "SANGEEN", "79")
    assert (entity.kind, entity.family_name) == ("organisation", "KAREZ TRADERS")
    assert entity.aliases == ("Karez Trading Co",)
    assert entity.nationalities == ("Iran (Islamic Republic of)",)


def test_a_file_that_breaks_off_is_refused(read: Any) -> None:
    with pytest.raises(Unreadable, match=r"breaks off at line 33, column \d+: unclosed token"):
        read("un-xml", un__xml=HEAD + PERSON + ENTITY[:120])


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "is no XML"),
        (b"list,reason\n", "is no XML"),
        (b"<sdnList/>", "its root is not CONSOLIDATED_LIST"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><CONSOLIDATED_LIST/>', "document type"),
        (b"<CONSOLIDATED_LIST>" + b"<a>" * 30, "nested"),
        (b"<CONSOLIDATED_LIST><ENTITY><N>" + b"x" * 100_001, "longer than"),
    ],
)
def test_other_files(read: Any, data: bytes, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        read("un-xml", un__xml=data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(), st.integers(0, 3000))
def test_any_damage_gives_entries_and_problems(read: Any, text: str, place: int) -> None:
    data = (HEAD + PERSON + END).encode()
    damaged = data[:place] + text.encode(errors="replace") + data[place:]
    try:
        _, problems, _ = read("un-xml", un__xml=damaged)
    except Unreadable:
        return
    assert all(own.line >= 1 for own in problems)
