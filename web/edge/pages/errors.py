"""Answers when something is not possible, in words and in the design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import ClientDisconnect

from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from web.edge.doors.middleware import SECURITY_HEADERS
from web.edge.pages.carrying import sign_in_page, unpack
from web.edge.pages.error_page import ErrorPage
from web.edge.pages.json_answers import tell_script, wants_json
from web.edge.pages.rendering import Page, render
from web.edge.requests.posted import read_form, typed
from web.edge.requests.secret_fields import is_secret
from web.edge.requests.waiting import BUSY, RETRY_SECONDS, Crowded
from web.edge.viewer.language import local_path, say
from web.edge.viewer.security import (
    SHARED,
    TOKEN_FIELD,
    PasswordNeeded,
    SignInNeeded,
    SignInRefused,
    Untrusted,
)
from web.edge.viewer.transactions import READING

TITLES = {
    400: N_("请求不完整"),
    404: N_("找不到这个页面"),
    405: N_("不能这样访问"),
    409: N_("现在不能这样办理"),
    413: N_("发送的内容太大"),
    500: N_("系统出错了"),
    503: N_("现在办理的人很多"),
}
SENTENCES = {
    400: N_("收到的内容不完整，请返回上一页再试。"),
    404: N_("地址可能写错了，或者这项内容不在您单位的范围内。"),
    405: N_("这个地址不能直接打开，请从页面上的按钮进入。"),
    500: N_("错误已经记录。已保存的内容没有丢失，请稍后再试。"),
    503: N_("正在上传的人很多，这次的内容没有保存。请过一分钟，回到上一页再试。"),
}


def register_errors(app: FastAPI) -> None:
    """Map every kind of failure to a page, in one place.

    Pages that show what was typed are made in a thread: there may be megabytes of it.
    """
    app.add_exception_handler(SignInNeeded, ask_to_sign_in)
    app.add_exception_handler(PasswordNeeded, ask_for_password)
    app.add_exception_handler(SignInRefused, refuse_sign_in)  # type: ignore[arg-type]
    app.add_exception_handler(Crowded, tell_crowded)
    app.add_exception_handler(NoConnection, tell_crowded)
    app.add_exception_handler(Untrusted, refuse_untrusted)  # type: ignore[arg-type]
    app.add_exception_handler(Refusal, tell_refusal)  # type: ignore[arg-type]
    app.add_exception_handler(NotFound, tell_not_found)
    app.add_exception_handler(AnyHTTPException, tell_http)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, tell_not_found)
    app.add_exception_handler(ClientDisconnect, tell_nobody)
    app.add_exception_handler(Exception, tell_failure)


async def ask_to_sign_in(request: Request, _error: Exception) -> Response:
    """The sign-in page; what was typed comes along."""
    if request.method in READING:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(address)}", 303)
    if wants_json(request):
        sentence = say(request, N_("登录已过期，请重新登录。填写的内容还在本机。"))
        return tell_script(401, sentence=sentence, url=f"/sign-in?next={quote(request.url.path)}")
    fields = typed(await read_form(request))
    return await run_in_threadpool(
        sign_in_page, request, next=request.url.path, carried=fields, status=401
    )


async def ask_for_password(request: Request, _error: Exception) -> Response:
    """The page on which an account with a first code gets a password of its own."""
    address = request.url.path if request.method in READING else "/"
    url = f"/password/first?next={quote(address)}"
    if wants_json(request):
        return tell_script(401, sentence=say(request, N_("请先设置自己的密码。")), url=url)
    return RedirectResponse(url, 303)


@dataclass(frozen=True)
class UntrustedPage(Page):
    """A form that did not come from a page of ours, with what was typed."""

    TEMPLATE = "pages/edge/untrusted.html"

    fields: Mapping[str, Sequence[str]]
    """What was typed."""
    error: Untrusted


async def refuse_untrusted(request: Request, error: Untrusted) -> Response:
    """What was typed stays readable; a form of which only the token was old can be sent again."""
    posted = await read_form(request)
    if wants_json(request):
        sentence = say(request, N_("页面打开时间过长，请刷新后再试。填写的内容还在本机。"))
        return tell_script(403, sentence=sentence)
    if error.repeatable and request.url.path == "/sign-in":
        sentence = say(request, N_("页面打开时间过长，请重新登录。"))
        return await _sign_in_again(request, posted, sentence, 403)
    page = UntrustedPage(typed(posted), error)
    return await run_in_threadpool(render, request, page, status=403)


async def refuse_sign_in(request: Request, error: SignInRefused) -> Response:
    """The sign-in page with the reason."""
    sentence = say(request, error.refusal)
    return await _sign_in_again(request, await read_form(request), sentence, 422)


@dataclass(frozen=True)
class CrowdedPage(Page):
    """Too many were here at once: what was sent can be sent again."""

    TEMPLATE = "pages/edge/crowded.html"

    sentence: str
    fields: Mapping[str, Sequence[str]]
    """What was typed."""
    again: Mapping[str, Sequence[str]] | None
    """What the button sends once more; None where nothing was posted."""
    had_files: bool
    had_secrets: bool


async def tell_crowded(request: Request, error: Exception) -> Response:
    """Too many at once: a button on the page sends the same again.

    A form with a password cannot be sent again, because the page does not hold passwords.
    """
    sentence = say(request, error.sentence if isinstance(error, Crowded) else BUSY)
    if wants_json(request):
        return tell_script(503, sentence=sentence)
    posted = None if request.method in READING else await read_form(request)
    if posted is not None and request.url.path == "/sign-in":
        return await _sign_in_again(request, posted, sentence, 503)
    page = CrowdedPage(
        sentence=sentence,
        fields=typed(posted) if posted else {},
        again=_as_sent(posted) if posted else None,
        had_files=any(_is_file(value) for value in posted.values()) if posted else False,
        had_secrets=any(is_secret(name) for name in posted) if posted else False,
    )
    answer = await run_in_threadpool(render, request, page, status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _as_sent(posted: FormData) -> dict[str, list[str]]:
    """Every text field of a form, to be sent once more; without passwords and the page's token."""
    fields: dict[str, list[str]] = {}
    for name, value in posted.multi_items():
        if isinstance(value, str) and name != TOKEN_FIELD and not is_secret(name):
            fields.setdefault(name, []).append(value)
    return fields


def _is_file(value: object) -> bool:
    return isinstance(value, UploadFile) and bool(value.filename)


async def _sign_in_again(
    request: Request, posted: FormData, sentence: str, status: int
) -> Response:
    """The sign-in page once more, with what the page carried before."""
    sent = typed(posted)
    return await run_in_threadpool(
        sign_in_page,
        request,
        next=local_path(sent.get("next", [""])[0]),
        carried=unpack(sent.get("carried", [""])[0]),
        login=sent.get("login", [""])[0],
        shared=SHARED in sent,
        refusal=sentence,
        status=status,
    )


async def tell_refusal(request: Request, refusal: Refusal) -> Response:
    """The sentence of a refusal that no page has shown, with what was typed."""
    return await _page(request, 409, say(request, refusal))


async def tell_not_found(request: Request, _error: Exception) -> Response:
    """404, for what does not exist and for what is not for this unit."""
    return await _page(request, 404, say(request, SENTENCES[404]))


async def tell_http(request: Request, error: HTTPException) -> Response:
    """Any other status in words."""
    code = error.status_code if error.status_code in TITLES else 400
    answer = await _page(request, code, say(request, SENTENCES.get(code, SENTENCES[400])))
    answer.status_code = error.status_code
    answer.headers.update(error.headers or {})
    return answer


async def tell_nobody(_request: Request, _error: Exception) -> Response:
    """The sender broke off in the middle of a body: no fault of ours, and nobody reads on."""
    return Response(status_code=400)


async def tell_failure(request: Request, _error: Exception) -> Response:
    """A fault of ours, with what was typed. Starlette logs the fault after the page is sent.

    The fault may come from the database, in the middle of anything. The page is made of what the
    request has already read, and needs no session.
    """
    answer = await _page(request, 500, say(request, SENTENCES[500]))
    # This answer is made outside of the middleware that adds them elsewhere.
    answer.headers.update(SECURITY_HEADERS)
    return answer


async def tell_too_large(request: Request) -> Response:
    """A body above the limit, by the announced size."""
    limit = request.state.limit // (1024 * 1024)
    sentence = say(
        request,
        N_("最多可以发送 %(limit)s MB。请把文件拆开或压缩后再上传；这次的内容没有保存。"),
        limit=limit,
    )
    return await _page(request, 413, sentence)


async def _page(request: Request, code: int, sentence: str) -> Response:
    """The sentence with what was typed, as far as the body has come in; nothing typed is lost."""
    if wants_json(request):
        return tell_script(code, sentence=sentence)
    page = ErrorPage(say(request, TITLES[code]), sentence, _typed_in(request))
    return await run_in_threadpool(render, request, page, status=code)


def _typed_in(request: Request) -> dict[str, list[str]]:
    """The text fields of the request; of a body that is not taken, the fields in its head."""
    if hasattr(request.state, "posted"):
        return typed(request.state.posted)
    return getattr(request.state, "typed", {})
