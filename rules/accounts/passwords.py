"""What a password and a login must look like."""

import re

from rules.sentences.refusal import N_, Refusal

SHORTEST = 8
LONGEST = 128
LONGEST_LOGIN = 60
PERSONAL = re.compile(r"1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx]")
LOGIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._@-]{1,59}")


def check_password_text(login: str, password: str) -> None:
    """Raises `Refusal` for a password that is too short, too long, or all letters or all digits,
    and for one that contains the login.

    GB/T 22239-2019 asks for complexity without giving numbers. The numbers here are our own.
    """
    if len(password) < SHORTEST:
        raise Refusal(N_("密码至少要 %(shortest)d 个字符。"), shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refusal(N_("密码最多 %(longest)d 个字符。"), longest=LONGEST)
    if login.lower() in password.lower():
        raise Refusal(N_("密码里不能包含账号。"))
    if password.isdigit() or password.isalpha():
        raise Refusal(N_("密码要同时有字母和数字，或者加上符号。"))


def check_login(login: str) -> None:
    """Raises `Refusal` for a login that is not 2–60 letters, digits, dots, dashes, underscores or
    @."""
    if not LOGIN.fullmatch(login):
        raise Refusal(
            N_("账号“%(login)s”不符合要求：2 至 60 位字母、数字或 . _ - @，字母或数字开头。"),
            login=login,
        )


def check_no_person(login: str) -> None:
    """Raises `Refusal` for a login that is a mobile number or an identity number: an account
    belongs to an office, and the product keeps no data on persons."""
    if PERSONAL.fullmatch(login):
        raise Refusal(
            N_("账号“%(login)s”像是手机号或身份证号。账号属于单位，请用单位代码或岗位作账号。"),
            login=f"{login[:3]}…",
        )
