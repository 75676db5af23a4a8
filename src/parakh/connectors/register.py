"""A national register of identities: asked about one person, it says whether he is who he says.

`POST PATH` with number, names, birth date and perhaps a portrait; the answer is one of `match`,
`partly`, `not` and `unknown`, and which of the fields agree. Whatever else it answers is dropped
here, before anything is stored: the register is verified against, never copied.
"""

import base64

from parakh.connectors.failures import garbled
from parakh.connectors.line import Answer, Line
from parakh.domain.connector import Compared, ConnectorKind, IdentityVerdict, Question, Reply, Verb
from parakh.domain.ids import new_id

_ANSWERS = {
    own.value: own
    for own in (
        IdentityVerdict.MATCH,
        IdentityVerdict.PARTLY,
        IdentityVerdict.NOT,
        IdentityVerdict.UNKNOWN,
    )
}
LONGEST_REFERENCE = 80


class Register:
    """Asks about one person; there is no way to ask about many, nor to list anybody."""

    kind = ConnectorKind.IDENTITY

    def __init__(self, line: Line, *, path: str, test: str) -> None:
        self.name = line.server.name
        self._line = line
        self._path = path
        self._test = test

    def test(self) -> None:
        """Looks at the path for tests; asks about nobody."""
        self._line.get(self._test, verb=Verb.TEST, accepts=())

    def ask(self, question: Question) -> Reply:
        """What the register says; raises LinkFailed."""
        asked = {
            "number": question.number,
            "family_name": question.family_name,
            "given_names": question.given_names,
            "birth_date": question.birth_date,
        }
        if question.portrait is not None:
            asked["portrait"] = base64.b64encode(question.portrait).decode()
        answer = self._line.post(
            self._path,
            {name: own for name, own in asked.items() if own},
            verb=Verb.ASK,
            key=new_id(),
            accepts=("application/json",),
            check=_check,
        )
        return _reply(answer)


def _check(answer: Answer) -> None:
    _reply(answer)


def _reply(answer: Answer) -> Reply:
    found = answer.json()
    if not isinstance(found, dict) or found.get("result") not in _ANSWERS:
        raise garbled("it answered with none of the four results")
    told = found.get("fields", {})
    if not isinstance(told, dict):
        raise garbled("it did not say which fields agree")
    fields = {own: told[own.value] for own in Compared if isinstance(told.get(own.value), bool)}
    agreement = _ANSWERS[found["result"]]
    agreeing = all(fields.values())
    if (agreement is IdentityVerdict.MATCH and not agreeing) or (
        agreement in (IdentityVerdict.NOT, IdentityVerdict.PARTLY) and fields and agreeing
    ):
        raise garbled("its result and its fields contradict each other")
    reference = found.get("reference", "")
    plain = isinstance(reference, str) and reference.isprintable()
    return Reply(
        agreement=agreement,
        fields=fields,
        reference=reference[:LONGEST_REFERENCE] if plain else "",
    )
