"""What the YAML parser says of a text that it can't read, in the language in use, and how to mend the commonest."""

from __future__ import annotations

from cnncalc.language import t


def said(words: str) -> str:
    """The parser's words in the language in use; in its own English where it says something rarer."""
    known = {
        "mapping values are not allowed in this context": t("mapping values are not allowed in this context"),
        "block sequence entries are not allowed in this context": t(
            "block sequence entries are not allowed in this context"
        ),
        "did not find expected key": t("did not find expected key"),
        "did not find expected '-' indicator": t("did not find expected '-' indicator"),
        "did not find expected ',' or ']'": t("did not find expected ',' or ']'"),
        "did not find expected ',' or '}'": t("did not find expected ',' or '}'"),
        "did not find expected node content": t("did not find expected node content"),
        "did not find expected alphabetic or numeric character": t(
            "did not find expected alphabetic or numeric character"
        ),
        "did not find expected comment or line break": t("did not find expected comment or line break"),
        "could not find expected ':'": t("could not find expected ':'"),
        "did not find expected tag URI": t("did not find expected tag URI"),
        "did not find expected <document start>": t("did not find expected <document start>"),
        "found unknown directive name": t("found unknown directive name"),
        "found character that cannot start any token": t("found character that cannot start any token"),
        "found unexpected end of stream": t("found unexpected end of stream"),
        "found unexpected document indicator": t("found unexpected document indicator"),
        "found unknown escape character": t("found unknown escape character"),
        "while parsing a tag": t("while parsing a tag"),
        "while scanning a directive": t("while scanning a directive"),
        "while parsing a block mapping": t("while parsing a block mapping"),
        "while parsing a block collection": t("while parsing a block collection"),
        "while parsing a flow mapping": t("while parsing a flow mapping"),
        "while parsing a flow sequence": t("while parsing a flow sequence"),
        "while parsing a flow node": t("while parsing a flow node"),
        "while parsing a quoted scalar": t("while parsing a quoted scalar"),
        "while scanning a quoted scalar": t("while scanning a quoted scalar"),
        "while scanning a simple key": t("while scanning a simple key"),
        "while scanning a block scalar": t("while scanning a block scalar"),
        "while scanning an alias": t("while scanning an alias"),
        "while scanning an anchor": t("while scanning an anchor"),
        "while scanning for the next token": t("while scanning for the next token"),
    }
    return known.get(words, words)


def cure(problem: str) -> str:
    """What to do about a problem, in the parser's own words; empty where that is not known."""
    if "mapping values are not allowed" in problem:
        return t("text with `: ` in it wants quotes; or this line is not indented like its neighbours")
    if "did not find expected '-' indicator" in problem:
        return t("the lines of one list begin at the same column, each with `- `")
    if "did not find expected key" in problem:
        return t("the keys of one mapping begin at the same column; text with `: ` or `#` wants quotes")
    if "block sequence entries are not allowed" in problem:
        return t("a list begins on a line of its own, below its key")
    if "could not find expected ':'" in problem:
        return t("a key ends with `: `, colon and space")
    if "cannot start any token" in problem:
        return t("a word that begins with one of  @ ` % * & ! |  wants quotes")
    return ""
