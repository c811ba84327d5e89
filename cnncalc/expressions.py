"""Block parameters put in: ``$c`` alone is the parameter itself, a longer scalar is whole-number arithmetic.

expression := product (("+" | "-") product)*        product := unary (("*" | "//" | "%") unary)*
unary      := "-" unary | "(" expression ")" | number | "$" name
condition  := ["not"] expression [("==" | "!=" | "<" | "<=" | ">" | ">=") expression]
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Env
from functools import lru_cache

from cnncalc.diagnostics import Fault, Span
from cnncalc.language import t
from cnncalc.text import quote, suggest
from cnncalc.tree import Mapping, Node, Scalar, Sequence, kind_of

LIMIT = 10**18
MAX_EXPRESSION = 200
"""Characters of an expression: enough for any real one, and short enough to bound its brackets."""

_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)\Z")
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[0-9]+)
          | \$(?P<name>[A-Za-z_][A-Za-z0-9_]*)
          | (?P<sign>//|[=!<>]=|[-+*%()<>])
          | (?P<word>\S+?(?=\s|\Z)))""",
    re.VERBOSE,
)
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})


class Unknown(Scalar):
    """Stands for a parameter's value while a block's body is checked without any."""

    __slots__ = ()


def is_unknown(node: Node) -> bool:
    """Whether a value is not known yet, or one of its axes or sides."""
    if isinstance(node, Scalar):
        return isinstance(node, Unknown)
    if isinstance(node, Sequence):
        return any(map(is_unknown, node.items))
    return any(is_unknown(value) for _, value in node.entries)


class Computed(Scalar):
    """A number that came out of an expression, which a message about it quotes."""

    __slots__ = ("origin",)

    def __init__(self, text: str, origin: Scalar) -> None:
        super().__init__(text, origin.span)
        self.origin = origin.text


def substitute(node: Node, env: Env[str, Node]) -> Node:
    """The node with the parameters of ``env`` put in; itself where it has none.

    Raises Fault ``unknown-reference`` for a parameter that is not in ``env``, ``invalid-value`` for bad arithmetic.
    """
    if node.fixed:
        return node
    if isinstance(node, Scalar):
        return _value(node, env)
    if isinstance(node, Sequence):
        items = [substitute(item, env) for item in node.items]
        return node if all(map(_same, items, node.items)) else Sequence(items, node.span)
    guard = next((value for key, value in node.entries if key.text == "when"), None)
    if guard is not None:
        return _guarded(node, guard, env)
    return _entries(node, env)


def _guarded(node: Mapping, guard: Node, env: Env[str, Node]) -> Mapping:
    """A mapping with a ``when``: its condition worked out; where that does not hold, nothing else is looked at."""
    if not isinstance(guard, Scalar):
        message = t("when is a condition, not {kind}", kind=kind_of(guard))
        raise Fault("invalid-value", message, span=guard.span)
    if not holds(guard, env):
        return Mapping([(Scalar("when", guard.span), Scalar("false", guard.span))], node.span)
    rest = Mapping([entry for entry in node.entries if entry[0].text != "when"], node.span)
    return _entries(rest, env)


def _entries(node: Mapping, env: Env[str, Node]) -> Mapping:
    entries: list[tuple[Scalar, Node]] = []
    for entry in node.entries:
        key, value = entry
        if not (key.fixed and value.fixed):
            entry = (key if key.fixed else _key(key, env), substitute(value, env))
        entries.append(entry)
    return node if entries == node.entries else Mapping(entries, node.span)


def _same(new: Node, old: Node) -> bool:
    return new is old


def _key(key: Scalar, env: Env[str, Node]) -> Scalar:
    value = substitute(key, env)
    if not isinstance(value, Scalar):
        message = t("{word} is {kind}, and can't be a key", word=quote(key.text), kind=kind_of(value))
        raise Fault("invalid-value", message, span=key.span)
    return value


def _value(node: Scalar, env: Env[str, Node]) -> Node:
    alone = _NAME.match(node.text)
    if alone:
        return _lookup(alone[1], env, node.span)
    value = _Arithmetic(node, env).whole()
    return Unknown("0", node.span) if value is None else Computed(str(value), node)


def holds(node: Scalar, env: Env[str, Node]) -> bool:
    """Whether a ``when`` holds. A condition on an unknown value holds, so that what it guards is checked too."""
    return _Arithmetic(node, env).condition()


def _lookup(name: str, env: Env[str, Node], span: Span) -> Node:
    if name in env:
        return env[name]
    known = [f"${known}" for known in env]
    if known:
        otherwise = t("this block has {parameters}", parameters=", ".join(known))
    else:
        otherwise = t("`$` stands for a parameter, inside of a block")
    raise Fault(
        "unknown-reference",
        t("no parameter is called {name}", name=quote("$" + name)),
        suggest(f"${name}", known, otherwise),
        span=span,
    )


@lru_cache(1_000)
def _tokens(text: str) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(text))


class _Arithmetic:
    """A recursive descent over one scalar's tokens. None stands for a value that is not known yet."""

    def __init__(self, node: Scalar, env: Env[str, Node]) -> None:
        self.node = node
        self.env = env
        self.unknown = False
        if len(node.text) > MAX_EXPRESSION:
            message = t("an expression of more than {most} characters", most=MAX_EXPRESSION)
            raise Fault("limit-exceeded", message, span=node.span)
        self.tokens = _tokens(node.text)
        self.at = 0

    def whole(self) -> int | None:
        value = self._sum()
        self._end()
        return None if self.unknown else value

    def condition(self) -> bool:
        negated = self._take_word("not")
        left = self._operand()
        sign = self._take("==", "!=", "<=", ">=", "<", ">")
        right = self._operand() if sign else None
        self._end()
        if self.unknown:
            return True
        return self._judge(left, sign, right) != negated

    def _judge(self, left: int | str, sign: str | None, right: int | str | None) -> bool:
        if sign is None:
            word = str(left).lower()
            if word in _TRUE or word in _FALSE:
                return word in _TRUE
            if isinstance(left, int):
                return left != 0
            raise self._bad(t("{word} is neither true nor false", word=quote(left)))
        if sign in ("==", "!="):
            return (str(left) == str(right)) == (sign == "==")
        if not isinstance(left, int) or not isinstance(right, int):
            raise self._bad(t("`{sign}` compares whole numbers", sign=sign))
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]

    def _operand(self) -> int | str:
        """A side of a condition: a word, a parameter that is a word, or arithmetic."""
        token = self._peek()
        if token and token["word"] and token["word"] != "not":
            self.at += 1
            return token["word"]
        if token and token["name"]:
            value = _lookup(token["name"], self.env, self.node.span)
            if isinstance(value, Unknown):
                self.unknown = True
            if not isinstance(value, Scalar):
                raise self._bad(t("{parameter} is {kind}", parameter="$" + token["name"], kind=kind_of(value)))
            if not _is_whole(value.text):
                self.at += 1
                return value.text
        return self._sum()

    def _sum(self) -> int:
        value = self._product()
        while sign := self._take("+", "-"):
            right = self._product()
            value = self._checked(value + right if sign == "+" else value - right)
        return value

    def _product(self) -> int:
        value = self._unary()
        while sign := self._take("*", "//", "%"):
            right = self._unary()
            if sign == "*":
                value = self._checked(value * right)
            elif right == 0:
                if not self.unknown:
                    raise self._bad(t("division by zero"))
            else:
                value = value // right if sign == "//" else value % right
        return value

    def _unary(self) -> int:
        if self._take("-"):
            return -self._unary()
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise self._bad(t("a bracket is not closed"))
            return value
        token = self._peek()
        if token and token["number"]:
            self.at += 1
            return self._checked(int(token["number"]))
        if token and token["name"]:
            self.at += 1
            return self._parameter(token["name"])
        if token:
            raise self._bad(t("{word} is not a number", word=quote(token[0].strip())))
        raise self._bad(t("something is missing at the end"))

    def _parameter(self, name: str) -> int:
        value = _lookup(name, self.env, self.node.span)
        if isinstance(value, Unknown):
            self.unknown = True
            return 0
        if not isinstance(value, Scalar) or not _is_whole(value.text):
            raise self._bad(t("{parameter} is {kind}, not a whole number", parameter="$" + name, kind=kind_of(value)))
        return self._checked(int(value.text))

    def _checked(self, value: int) -> int:
        if abs(value) > LIMIT:
            message = t("{expression} comes to more than 10¹⁸", expression=quote(self.node.text))
            raise Fault("limit-exceeded", message, span=self.node.span)
        return value

    def _peek(self) -> re.Match[str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, *signs: str) -> str | None:
        token = self._peek()
        if token and token["sign"] in signs:
            self.at += 1
            return token["sign"]
        return None

    def _take_word(self, word: str) -> bool:
        token = self._peek()
        if token and token["word"] == word:
            self.at += 1
            return True
        return False

    def _end(self) -> None:
        token = self._peek()
        if token:
            raise self._bad(t("{word} is not expected here", word=quote(token[0].strip())))

    def _bad(self, why: str) -> Fault:
        return Fault(
            "invalid-value",
            t("{expression} can't be worked out: {why}", expression=quote(self.node.text), why=why),
            t("`$c` alone is the parameter; with more, it is arithmetic of whole numbers: + - * // % and brackets"),
            span=self.node.span,
        )


def _is_whole(text: str) -> bool:
    return len(text) <= 20 and re.fullmatch(r"-?(0|[1-9][0-9]*)", text) is not None
