"""Reads CEL text into a tree by recursive descent (cel-spec, Syntax).

Left out, as rules have no use for them: maps, messages, bytes. Bounded in length, in depth and in
number of nodes, so that no text can exhaust the program.
"""

from dataclasses import replace

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules.lexing import Token, Word, tokens
from parakh.screen.rules.problems import RuleError, Span, problem
from parakh.screen.rules.tree import (
    Binary,
    Call,
    Choice,
    Index,
    Items,
    Literal,
    Logic,
    Member,
    Name,
    Node,
    Unary,
    children,
)

MAX_DEPTH = 64
MAX_NESTING = 40
"""Brackets in brackets: each costs the reader some dozen frames of Python's stack of 1,000."""
MAX_NODES = 2000

_LEVELS = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 0),
    **dict.fromkeys(("+", "-"), 1),
    **dict.fromkeys(("*", "/", "%"), 2),
}
"""Operators that join two values; a higher level binds tighter."""

_RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
_WORDS: dict[str, Phrase] = {
    "and": phrase(N_("Write && for “and”")),
    "or": phrase(N_("Write || for “or”")),
    "not": phrase(N_("Write ! for “not”")),
}
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Node:
    """The tree of a rule; raises RuleError with the place of the first thing that is no CEL."""
    reader = _Reader(text)
    tree = reader.expression()
    reader.end()
    _bound(text, tree)
    return tree


def _bound(text: str, tree: Node) -> None:
    """Raises RuleError for a tree too deep or too large to be walked."""
    waiting = [(tree, 1)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH:
            raise RuleError([problem(text, node.span, _too_deep(MAX_DEPTH))])
        if seen > MAX_NODES:
            message = phrase(N_("The rule has more than {most} parts"), most=MAX_NODES)
            raise RuleError([problem(text, node.span, message)])
        waiting.extend((own, depth + 1) for own in children(node))


def _too_deep(most: int) -> Phrase:
    return phrase(N_("Nested more than {most} deep; make the rule simpler"), most=most)


class _Reader:
    """One pass over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    def expression(self) -> Node:
        """`ConditionalOr ["?" ConditionalOr ":" Expr]`."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._error(self._next.span, _too_deep(MAX_NESTING))
        condition = self._logic("||")
        if self._take("?"):
            then = self._logic("||")
            self._expect(":")
            otherwise = self.expression()
            condition = Choice(
                span=_join(condition.span, otherwise.span),
                condition=condition,
                then=then,
                otherwise=otherwise,
            )
        self._depth -= 1
        return condition

    def end(self) -> None:
        """Raises RuleError unless all was read."""
        if self._next.word is not Word.END:
            raise self._error(self._next.span, self._unexpected())

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *signs: str) -> Token | None:
        """The next token where it is one of these signs or words."""
        token = self._next
        if token.word in {Word.SIGN, Word.NAME} and token.value in signs:
            self._at += 1
            return token
        return None

    def _expect(self, sign: str) -> Token:
        token = self._take(sign)
        if token is None:
            if self._next.word is Word.END:
                message = phrase(N_("The rule ends too early: {sign} is missing"), sign=sign)
            elif str(self._next.value) in _WORDS:
                message = _WORDS[str(self._next.value)]
            else:
                message = phrase(N_("{sign} is missing before this"), sign=sign)
            raise self._error(self._next.span, message)
        return token

    def _logic(self, operator: str) -> Node:
        items: list[Node] = []
        while True:
            items.append(self._logic("&&") if operator == "||" else self._binary(0))
            if not self._take(operator):
                break
        if len(items) == 1:
            return items[0]
        span = _join(items[0].span, items[-1].span)
        return Logic(span=span, operator=operator, items=tuple(items))

    def _binary(self, least: int) -> Node:
        """Operators of a level or tighter ones, joined from the left (precedence climbing)."""
        left = self._unary()
        while token := self._take(*(own for own, level in _LEVELS.items() if level >= least)):
            operator = str(token.value)
            right = self._binary(_LEVELS[operator] + 1)
            span = _join(left.span, right.span)
            left = Binary(span=span, operator=operator, left=left, right=right)
        return left

    def _unary(self) -> Node:
        signs: list[Token] = []
        while token := self._take("!", "-"):
            signs.append(token)
        node = self._member()
        for sign in reversed(signs):
            span = _join(sign.span, node.span)
            if sign.value == "-" and isinstance(node, Literal) and type(node.value) is float:
                node = Literal(span=span, value=-node.value)
            else:
                node = Unary(span=span, operator=str(sign.value), of=node)
        return node

    def _member(self) -> Node:
        node = self._primary()
        while token := self._take(".", "["):
            if token.value == "[":
                at = self.expression()
                close = self._expect("]")
                node = Index(span=_join(node.span, close.span), of=node, at=at)
            else:
                node = self._selected(node)
        return node

    def _selected(self, node: Node) -> Node:
        name = self._next
        if name.word is not Word.NAME:
            raise self._error(name.span, phrase(N_("A name is missing after the dot")))
        self._at += 1
        if self._take("("):
            return self._call(name, node)
        span = _join(node.span, name.span)
        return Member(span=span, of=node, name=str(name.value), place=name.span)

    def _call(self, name: Token, target: Node | None) -> Node:
        arguments, close = self._listed(")")
        start = name.span if target is None else target.span
        return Call(
            span=_join(start, close.span),
            function=str(name.value),
            target=target,
            arguments=arguments,
            place=name.span,
        )

    def _listed(self, close: str) -> tuple[tuple[Node, ...], Token]:
        """Expressions with commas between them, up to a closing sign."""
        items: list[Node] = []
        while True:
            if end := self._take(close):
                return tuple(items), end
            items.append(self.expression())
            if not self._take(","):
                return tuple(items), self._expect(close)

    def _primary(self) -> Node:
        token = self._next
        if token.word in {Word.NUMBER, Word.TEXT}:
            self._at += 1
            return Literal(span=token.span, value=token.value)
        if self._take("("):
            inner = self.expression()
            close = self._expect(")")
            return replace(inner, span=_join(token.span, close.span))
        if self._take("["):
            items, close = self._listed("]")
            return Items(span=_join(token.span, close.span), items=items)
        if token.word is Word.NAME:
            return self._named()
        raise self._error(token.span, self._unexpected())

    def _named(self) -> Node:
        token = self._next
        name = str(token.value)
        if name in _CONSTANTS:
            self._at += 1
            return Literal(span=token.span, value=_CONSTANTS[name])
        if name in _RESERVED or name == "in" or name in _WORDS:
            raise self._error(token.span, self._unexpected())
        self._at += 1
        if self._take("("):
            return self._call(token, None)
        return Name(span=token.span, name=name)

    def _unexpected(self) -> Phrase:
        token = self._next
        if token.word is Word.END:
            return phrase(N_("The rule ends too early: a condition or a value is missing"))
        word = self._text[token.span.start : token.span.end]
        if word in _WORDS:
            return _WORDS[word]
        if word in _RESERVED:
            return phrase(N_("{word} is a reserved word and cannot be a name"), word=word)
        return phrase(N_("{word} does not belong here"), word=word[:40])

    def _error(self, span: Span, message: Phrase) -> RuleError:
        return RuleError([problem(self._text, span, message)])


def _join(first: Span, last: Span) -> Span:
    return Span(start=first.start, end=last.end)
