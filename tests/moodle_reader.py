"""Reads Moodle XML and GIFT back, by the rules of Moodle's importers: nothing of cnncalc's writers is used.

The rules stand in Moodle's ``question/format/xml/format.php``, ``question/format/gift/format.php`` and
``question/type/multianswer/questiontype.php``. Whatever they would refuse is an AssertionError.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

# question_bank::fraction_options_full of Moodle 4.
GRADES = {
    "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "16.66667",
    "14.28571", "12.5", "11.11111", "10", "5", "0",
}  # fmt: skip

NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")


@dataclass
class Read:
    """An answer as the importer keeps it; ``worth`` in percent."""

    text: str
    worth: float
    feedback: str
    tolerance: float = 0.0


@dataclass
class Box:
    kind: str
    mark: float
    answers: list[Read]

    def earns(self, typed: str) -> float:
        """What an answer earns, in percent: the first that matches counts."""
        for answer in self.answers:
            if self.kind == "numerical":
                if abs(float(typed) - float(answer.text)) <= answer.tolerance:
                    return answer.worth
            elif typed == answer.text:
                return answer.worth
        return 0.0

    def says(self, typed: str) -> str:
        return next(answer.feedback for answer in self.answers if answer.text == typed)


@dataclass
class Asked:
    name: str
    kind: str
    text: str
    """The text as a browser shows it; a box of a cloze is ``▢``."""
    category: str
    boxes: list[Box] = field(default_factory=list)


def check(box: Box) -> None:
    """What every question type of Moodle wants."""
    assert box.answers
    assert max(answer.worth for answer in box.answers) == 100
    if box.kind == "multichoice":
        assert len(box.answers) >= 2
    if box.kind == "numerical":
        assert all(NUMBER.match(answer.text) for answer in box.answers)


def shown(text: str) -> str:
    """HTML as a browser shows it: a line for each paragraph, row or break, the tags gone, the entities undone."""
    text = re.sub(r"(?<=>)\n(?=<|\Z)", "", text)
    text = re.sub(r"<br>|</p>|</tr>|</table>", "\n", text)
    text = re.sub(r"</?(th|td)>", " ", re.sub(r"</?(p|table|tr)>", "", text))
    assert "<" not in text
    return html.unescape(text).strip("\n")


# Moodle XML


def read_moodle(document: str) -> list[Asked]:
    root = ElementTree.fromstring(document.encode())
    assert root.tag == "quiz"
    category = ""
    found = []
    for element in root:
        assert element.tag == "question"
        if element.get("type") == "category":
            category = _inner(element, "category")
            continue
        found.append(_question(element, category))
    return found


def _inner(element: ElementTree.Element, tag: str) -> str:
    text = element.find(f"{tag}/text")
    assert text is not None
    return text.text or ""


def _question(element: ElementTree.Element, category: str) -> Asked:
    kind = element.get("type") or ""
    name, text = _inner(element, "name"), _inner(element, "questiontext")
    questiontext = element.find("questiontext")
    assert questiontext is not None
    assert questiontext.get("format") == "html"
    assert 0 < len(name) <= 255
    if kind == "cloze":
        boxes: list[Box] = []
        text = _cloze(text, boxes)
        assert boxes
        return Asked(name, kind, shown(text), category, boxes)
    assert kind in ("numerical", "truefalse", "multichoice")
    answers = []
    for answer in element.findall("answer"):
        worth = answer.get("fraction") or ""
        assert worth in GRADES, worth
        tolerance = answer.findtext("tolerance") or "0"
        typed = answer.findtext("text") or ""
        if kind == "multichoice":
            assert answer.get("format") == "html"
            typed = html.unescape(typed)
        answers.append(Read(typed, float(worth), html.unescape(_inner(answer, "feedback")), float(tolerance)))
    mark = element.findtext("defaultgrade")
    assert mark is not None
    box = Box(kind, float(mark), answers)
    check(box)
    if kind == "truefalse":
        assert [answer.text for answer in answers] == ["true", "false"]
    return Asked(name, kind, shown(text), category, [box])


START = re.compile(r"\{(\d*):([A-Z_]+):")


def _cloze(text: str, boxes: list[Box]) -> str:
    """Takes the boxes out of a text."""
    rest, shown = text, ""
    while found := START.search(rest):
        shown += rest[: found.start()] + "▢"
        end = _until(rest, found.end(), "}")
        kind = {"NUMERICAL": "numerical", "MULTICHOICE": "multichoice"}[found[2]]
        box = Box(kind, float(found[1] or 1), [_alternative(part, kind) for part in _split(rest[found.end() : end])])
        check(box)
        boxes.append(box)
        rest = rest[end + 1 :]
    shown += rest
    # What is left must neither be a box nor look like the place of one.
    assert "{" not in shown
    assert "}" not in shown
    return shown


def _until(text: str, start: int, ends: str) -> int:
    """Where the next of these stands that no backslash takes back."""
    for place in range(start, len(text)):
        if text[place] in ends and text[place - 1] != "\\":
            return place
    raise AssertionError("the box is not closed")


def _split(inside: str) -> Iterator[str]:
    start = 0
    for place, sign in enumerate(inside):
        if sign == "~" and inside[place - 1] != "\\":
            yield inside[start:place]
            start = place + 1
    yield inside[start:]


def _alternative(part: str, kind: str) -> Read:
    worth = 0.0
    if part.startswith("="):
        worth, part = 100.0, part[1:]
    elif weight := re.match(r"%(-?[0-9]+(?:[.,][0-9]*)?)%", part):
        worth, part = float(weight[1]), part[weight.end() :]
        assert weight[1] in GRADES
    # A # that begins a feedback has no & before it: that one is an entity.
    found = re.search(r"(?<!\\)(?<!&)(?<!&amp;)#", part)
    typed, feedback = (part[: found.start()], part[found.end() :]) if found else (part, "")
    assert typed
    tolerance = 0.0
    if kind == "numerical":
        number = re.fullmatch(r"(-?\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?", typed)
        assert number, typed
        typed, tolerance = number[1], float(number[2] or 0)
    else:
        typed = html.unescape(html.unescape(typed))
    # The box's entities are undone once by the importer; what is left is HTML, which the browser undoes.
    return Read(typed, worth, html.unescape(html.unescape(feedback)), tolerance)


# GIFT


def read_gift(document: str) -> list[Asked]:
    category = ""
    found = []
    for part in re.split(r"\n\s*\n", document.strip()):
        lines = [line for line in part.split("\n") if not line.strip().startswith("//")]
        text = "\n".join(lines).strip()
        if text.startswith("$CATEGORY:"):
            assert "\n" not in text
            # Here its importer makes one of two backslashes, and undoes nothing else.
            assert "\\" not in text.replace("\\\\", "")
            category = text.removeprefix("$CATEGORY:").strip().replace("\\\\", "\\")
            continue
        text = _hidden(text)
        name = re.match(r"::(.*?)::", text, re.DOTALL)
        assert name
        text = text[name.end() :]
        start, end = text.index("{"), text.index("}")
        assert text.count("{") == text.count("}") == 1
        assert end == len(text) - 1  # else it is a text with a gap
        question = text[:start]
        assert question.startswith("[html]")
        kind, answers = _gift_answers(text[start + 1 : end].strip())
        box = Box(kind, 1.0, answers)
        check(box)
        found.append(Asked(_bare(name[1]), kind, shown(_bare(question.removeprefix("[html]"))), category, [box]))
    return found


HIDDEN = {sign: chr(0xE000 + place) for place, sign in enumerate("~=#{}:\\")}


def _hidden(text: str) -> str:
    """The text with a character of no meaning for each one that a backslash takes the meaning from."""
    out, place = "", 0
    while place < len(text):
        if text[place] == "\\" and place + 1 < len(text):
            assert text[place + 1] in HIDDEN, text[place : place + 2]
            out += HIDDEN[text[place + 1]]
            place += 2
        else:
            out += text[place]
            place += 1
    return out


def _bare(text: str) -> str:
    for sign, hidden in HIDDEN.items():
        text = text.replace(hidden, sign)
    return text


def _gift_answers(inside: str) -> tuple[str, list[Read]]:
    if inside.startswith("#"):
        assert "~" not in inside
        return "numerical", [_gift_answer(part, "numerical") for part in inside[1:].split("=")[1:]]
    if "~" in inside:
        parts = inside.replace("=", "~=").split("~")
        assert not parts[0].strip()
        return "multichoice", [_gift_answer(part, "multichoice") for part in parts[1:]]
    truth, *feedback = inside.split("#")
    if truth.strip() in ("TRUE", "FALSE"):
        said = _html(feedback[0]) if feedback else ""
        wrong = {"TRUE": "false", "FALSE": "true"}[truth.strip()]
        return "truefalse", [Read(truth.strip().lower(), 100.0, ""), Read(wrong, 0.0, said)]
    assert "->" not in inside
    head, *parts = inside.split("=")
    assert not head.strip()
    return "shortanswer", [_gift_answer(part, "shortanswer") for part in parts]


def _gift_answer(part: str, kind: str) -> Read:
    part = part.strip()
    worth = 100.0
    if kind == "multichoice":
        worth = 0.0
        if part.startswith("="):
            worth, part = 100.0, part[1:]
    if weight := re.match(r"%-*([0-9]{1,2}\.?[0-9]*)%", part):
        assert weight[1] in GRADES
        worth, part = float(weight[1]), part[weight.end() :]
    typed, _, feedback = part.partition("#")
    typed = typed.strip()
    tolerance = 0.0
    if kind == "numerical":
        assert ".." not in typed
        typed, _, margin = typed.partition(":")
        tolerance = float(margin)
    elif kind == "multichoice":
        typed = _html(typed)
    else:
        assert "*" not in typed  # any text at all, for a short answer
    return Read(_bare(typed), worth, _html(feedback), tolerance)


def _html(text: str) -> str:
    text = _bare(text.strip())
    assert "<" not in text
    return html.unescape(text)
