"""What people type where they know no answer: ``no sé``, ``I don't know``, ``n/a``, ``?``, ``—``.

It is as good as an empty line: the answer is missing, neither wrong nor unreadable.
"""

from __future__ import annotations

import re

from cnncalc.homework.answer import Unanswered
from cnncalc.language import t
from cnncalc.text import quote

_SIGNS = frozenset("-–—―−_?¿!¡.…·*/")
"""A text of nothing else stands for no answer."""

_INAPPLICABLE = frozenset("n a,na,not applicable,does not apply,no aplica,no corresponde".split(","))

_PHRASES = _INAPPLICABLE | frozenset(
    "i dont know,i do not know,dont know,do not know,idk,dunno,no idea,i have no idea,no clue,i dont remember,"
    "i do not remember,not sure,im not sure,i am not sure,unknown,not answered,no answer,unanswered,not available,"
    "blank,left blank,empty,skip,skipped,pass,pending,not done,to do,todo,tbd,i give up,"
    "no se,nose,no lo se,no la se,yo no se,no se la respuesta,no se cuanto,no se cual,no sabria,ni idea,no tengo idea,"
    "no tengo ni idea,no tengo la menor idea,no supe,no lo supe,no me acuerdo,no recuerdo,no estoy seguro,"
    "no estoy segura,no entiendo,no entendi,no lo entiendo,desconocido,lo desconozco,lo ignoro,ns,nc,ns nc,n s n c,"
    "sin respuesta,sin responder,sin contestar,no respondo,no contesto,no contesta,n s,no respondida,en blanco,vacio,"
    "pendiente,falta,por hacer,por completar,no lo hice,no la hice,no pude,no disponible,s r,s d".split(",")
)


def check_answered(text: str, words: str = "") -> None:
    """Raises Unanswered for a text that gives no answer; ``words`` is the text when it is clean."""
    if text.strip() and _SIGNS.issuperset(text.replace(" ", "")):
        raise Unanswered(t("{text} is taken as no answer", text=quote(text)))
    if words and not any(c.isdigit() for c in words):
        phrase = " ".join(re.sub("[^a-z ]", " ", words.replace("'", "")).split())
        if phrase in _INAPPLICABLE:
            raise Unanswered(
                t("{text} is taken as no answer; write 0 where there is nothing to count", text=quote(text))
            )
        if phrase in _PHRASES:
            raise Unanswered(t("{text} is taken as no answer", text=quote(text)))
