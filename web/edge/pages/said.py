"""What an act has done, said on the page to which the act returns.

The sentence travels in a signed cookie and is shown once. It stands in no address, so that neither
a link, a bookmark nor a reload says it again.
"""

from collections.abc import Sequence

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadData

from adapters.signing import serializer
from rules.sentences.sentence import ENDED, N_, Joined, Sentence
from rules.sentences.sentence_json import from_json, to_json
from web.edge.viewer.language import say
from web.edge.viewer.security import set_cookie

COOKIE = "said"
SECONDS = 120
"""How long a sentence waits for the page that shows it: a weak network takes its time."""


def back_to(address: str, said: str, **values: object) -> Response:
    """Send the browser on to `address`, where `said`, a msgid, is shown on top of the page."""
    answer = RedirectResponse(address, 303)
    sentence = to_json(Sentence(said, values))
    set_cookie(answer, COOKIE, str(serializer(COOKIE).dumps(sentence)), SECONDS)
    return answer


def back_to_all(address: str, said: Sequence[Sentence]) -> Response:
    """The same with several sentences, each of which ends with a full stop."""
    return back_to(address, N_("%(told)s。"), told=Joined(said, ENDED))


def what_was_said(request: Request) -> str:
    """What the act before this page has done, in the language of the browser, or empty."""
    sent = request.cookies.get(COOKIE, "")
    if not sent:
        return ""
    try:
        return say(request, from_json(serializer(COOKIE).loads(sent)))
    except BadData:
        return ""


def forget_said(request: Request, answer: Response) -> None:
    """The sentence was shown: no other page shows it."""
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
