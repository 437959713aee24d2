from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlmodel import Session, select

from adapters.passwords import hash_password, is_outdated
from models import Account, AccountEvent, Role, SignIn
from queries.accounts.account_history import list_account_changes
from queries.accounts.accounts import get_account, list_accounts
from queries.units.units import get_unit
from rules.sentences.refusal import Refusal
from services.accounts import sign_ins
from services.accounts.accounts import (
    NewAccount,
    activate,
    change_password,
    create_account,
    create_accounts,
    deactivate,
    find_signed_in,
    open_session,
    prepare_change,
    set_password,
    sign_in,
    sign_out,
    verify,
)
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, TOWNSHIP, make_account
from tests.counting import statements

PASSWORD = "cao-yuan-2026"


def made(session: Session, now: datetime, login: str = "hongshan", code: str = BANNER) -> Account:
    return create_account(
        session, login=login, name="办公室", password_hash=hash_password(PASSWORD),
        unit=get_unit(session, code), role=Role.OFFICE, actor=None, now=now,
    )  # fmt: skip


def test_who_signs_in_is_found_by_the_token(session: Session, now: datetime) -> None:
    account = made(session, now)
    token = sign_in(session, " hongshan ", PASSWORD, now=now)
    with statements(session) as sent:
        found = find_signed_in(session, token, now=now)
    assert found is not None
    assert (found.account, found.unit.code) == (account, BANNER)
    assert len(sent) == 1


def test_the_token_itself_is_not_stored(session: Session, now: datetime) -> None:
    made(session, now)
    token = sign_in(session, "hongshan", PASSWORD, now=now)
    stored = session.exec(select(SignIn)).one()
    assert token not in stored.model_dump_json()


@pytest.mark.parametrize(
    ("login", "password"), [("hongshan", "wrong-2026"), ("nobody", PASSWORD), ("", "")]
)
def test_a_wrong_login_and_a_wrong_password_are_told_alike(
    session: Session, now: datetime, login: str, password: str
) -> None:
    made(session, now)
    with pytest.raises(Refusal) as refused:
        sign_in(session, login, password, now=now)
    assert str(refused.value) == "账号或密码不正确。"


def test_an_unknown_login_costs_the_same_check(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    real = PasswordHasher.verify

    def verify(hasher: PasswordHasher, stored: str, typed: str) -> bool:
        checks.append(stored)
        return real(hasher, stored, typed)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    made(session, now)
    for login in ("hongshan", "nobody"):
        with pytest.raises(Refusal):
            sign_in(session, login, "wrong-2026", now=now)
    assert len(checks) == 2


def test_a_session_ends_with_its_time_and_with_signing_out(session: Session, now: datetime) -> None:
    made(session, now)
    first, second = (sign_in(session, "hongshan", PASSWORD, now=now) for _ in range(2))
    assert find_signed_in(session, first, now=now + timedelta(hours=11)) is not None
    assert find_signed_in(session, first, now=now + timedelta(hours=12)) is None
    sign_out(session, first, now=now)
    assert find_signed_in(session, first, now=now) is None
    assert find_signed_in(session, second, now=now) is not None
    assert find_signed_in(session, "made up", now=now) is None


def test_a_deactivated_account_is_out_at_once_and_stays_out(
    session: Session, now: datetime
) -> None:
    account = made(session, now)
    token = sign_in(session, "hongshan", PASSWORD, now=now)
    deactivate(session, account, actor=None, now=now)
    assert find_signed_in(session, token, now=now) is None
    with pytest.raises(Refusal, match="账号或密码不正确"):
        sign_in(session, "hongshan", PASSWORD, now=now)


def test_a_changed_password_ends_every_session_but_the_present_one(
    session: Session, now: datetime
) -> None:
    account = made(session, now)
    token = sign_in(session, "hongshan", PASSWORD, now=now)
    present = sign_in(session, "hongshan", PASSWORD, now=now)
    with pytest.raises(Refusal, match="当前密码不正确"):
        prepare_change(account, "wrong-2026", "new-words-27")
    with pytest.raises(Refusal, match="不能与当前密码相同"):
        prepare_change(account, PASSWORD, PASSWORD)
    change = prepare_change(account, PASSWORD, "new-words-27")
    change_password(session, change, present, actor=change.seen, now=now)
    assert find_signed_in(session, token, now=now) is None
    assert find_signed_in(session, present, now=now) is not None
    assert sign_in(session, "hongshan", "new-words-27", now=now)


def seen_by_another_request(account: Account) -> Account:
    """The account as another request has read it."""
    return Account(**account.model_dump())


def test_of_two_changes_at_once_the_second_is_told(session: Session, now: datetime) -> None:
    account = made(session, now)
    first = prepare_change(seen_by_another_request(account), PASSWORD, "new-words-27")
    second = prepare_change(seen_by_another_request(account), PASSWORD, "other-words-27")
    change_password(session, first, "", actor=first.seen, now=now)
    with pytest.raises(Refusal, match="已经在别处改过"):
        change_password(session, second, "", actor=second.seen, now=now)
    assert sign_in(session, "hongshan", "new-words-27", now=now)


def test_the_same_change_sent_twice_is_one(session: Session, now: datetime) -> None:
    account = made(session, now)
    for _ in range(2):
        seen = seen_by_another_request(get_account(session, "hongshan"))
        change = prepare_change(seen, PASSWORD, "new-words-27")
        change_password(session, change, "", actor=change.seen, now=now)
    acts = [change.act for change in list_account_changes(session, account.id)]
    assert acts == ["password_changed", "made"]


def test_who_was_switched_off_or_changed_since_the_check_gets_no_session(
    session: Session, now: datetime
) -> None:
    account = made(session, now)
    verified = verify(seen_by_another_request(account), PASSWORD)
    set_password(session, account, hash_password("new-words-27"), actor=None, now=now)
    with pytest.raises(Refusal, match="账号或密码不正确"):
        open_session(session, verified, PASSWORD, now=now)
    again = verify(seen_by_another_request(account), "new-words-27")
    deactivate(session, account, actor=None, now=now)
    with pytest.raises(Refusal, match="账号或密码不正确"):
        open_session(session, again, "new-words-27", now=now)


def test_two_who_renew_an_older_hash_at_once_both_get_in(session: Session, now: datetime) -> None:
    account = made(session, now)
    account.password_hash = PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD)
    session.flush()
    checked = [verify(seen_by_another_request(account), PASSWORD) for _ in range(2)]
    assert all(open_session(session, account, PASSWORD, now=now) for account in checked)


def test_an_account_is_switched_on_again_with_the_password_it_had(
    session: Session, now: datetime
) -> None:
    office = make_account(session, LEAGUE)
    account = made(session, now)
    for _ in range(2):
        deactivate(session, account, actor=office, now=now)
    for _ in range(2):
        activate(session, account, actor=office, now=now)
    assert sign_in(session, "hongshan", PASSWORD, now=now)
    with pytest.raises(Refusal, match="可以管理"):
        activate(session, account, actor=make_account(session, OTHER_LEAGUE), now=now)
    changes = list_account_changes(session, account.id)
    acts = [(change.act, change.actor and change.actor.login) for change in changes]
    assert acts == [
        ("switched_on", office.login), ("switched_off", office.login), ("made", None),
    ]  # fmt: skip


def test_the_history_of_an_account_holds_no_secret(session: Session, now: datetime) -> None:
    office, account = make_account(session, LEAGUE), made(session, now)
    with statements(session) as sent:
        set_password(session, account, "hash-of-a-password", actor=office, now=now)
    assert len(sent) == 6
    rows = session.exec(select(AccountEvent)).all()
    assert [(row.account_id, row.actor_id) for row in rows][-1] == (account.id, office.id)
    assert all("hash-of" not in row.model_dump_json() for row in rows)


def test_sessions_expired_a_month_ago_are_swept_in_two_statements(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(session, now)
    tokens = [sign_in(session, "hongshan", PASSWORD, now=now) for _ in range(4)]
    sign_out(session, tokens[0], now=now)
    later = now + timedelta(hours=12) + sign_ins.KEPT
    kept = sign_in(session, "hongshan", PASSWORD, now=later)
    assert sign_ins.sweep(session, now=later) == 0
    monkeypatch.setattr(sign_ins, "MOST", 3)
    with statements(session) as sent:
        assert sign_ins.sweep(session, now=later + timedelta(seconds=1)) == 3
    assert len(sent) == 2
    assert sign_ins.sweep(session, now=later + timedelta(seconds=1)) == 1
    assert sign_ins.sweep(session, now=later + timedelta(seconds=1)) == 0
    assert find_signed_in(session, kept, now=later) is not None


def test_signing_in_renews_a_hash_of_older_parameters(session: Session, now: datetime) -> None:
    account = made(session, now)
    account.password_hash = PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD)
    session.flush()
    sign_in(session, "hongshan", PASSWORD, now=now)
    assert not is_outdated(get_account(session, "hongshan").password_hash)


def test_a_login_is_given_once(session: Session, now: datetime) -> None:
    made(session, now)
    with pytest.raises(Refusal, match="账号“hongshan”已存在"):
        made(session, now)


def test_an_office_looks_after_the_accounts_of_its_subtree_only(
    session: Session, now: datetime
) -> None:
    office = make_account(session, LEAGUE)
    clerk = make_account(session, LEAGUE, role=Role.CLERK)
    for actor, code, allowed in [
        (office, LEAGUE, True), (office, TOWNSHIP, True), (office, OTHER_LEAGUE, False),
        (clerk, TOWNSHIP, False),
    ]:  # fmt: skip
        refused = pytest.raises(Refusal, match="可以管理这个单位的账号")
        with nullcontext() if allowed else refused:
            create_account(
                session, login=f"l{code}{actor.role}", name="新账号", password_hash="!",
                unit=get_unit(session, code), actor=actor, now=now,
            )  # fmt: skip


def test_nobody_below_sets_the_password_of_a_unit_above(session: Session, now: datetime) -> None:
    above = made(session, now, code=LEAGUE)
    below = make_account(session, BANNER)
    with pytest.raises(Refusal, match="可以管理"):
        set_password(session, above, "!", actor=below, now=now)
    with pytest.raises(Refusal, match="可以管理"):
        deactivate(session, above, actor=below, now=now)
    with pytest.raises(Refusal, match="不能停用自己"):
        deactivate(session, above, actor=above, now=now)


def test_many_accounts_are_made_in_two_statements(session: Session, now: datetime) -> None:
    unit = get_unit(session, BANNER)
    stored = hash_password(PASSWORD)
    rows = [
        NewAccount(
            login=f"many{number}", name="办公室", password_hash=stored, unit_id=unit.id,
            role=Role.CLERK,
        )
        for number in range(300)
    ]  # fmt: skip
    with statements(session) as sent:
        assert create_accounts(session, rows, actor=None, now=now) == 300
    assert len(sent) == 2  # and one for the history
    assert len(list_accounts(session, unit)) == 300
    assert sign_in(session, "many299", PASSWORD, now=now)


def test_accounts_are_listed_for_the_subtree(session: Session, now: datetime) -> None:
    made(session, now)
    made(session, now, login="other", code=OTHER_LEAGUE)
    listed = list_accounts(session, get_unit(session, LEAGUE))
    assert [account.login for account, _ in listed] == ["hongshan"]
