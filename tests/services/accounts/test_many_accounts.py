"""Accounts of a whole subtree, made in one act with first codes."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from adapters.passwords import hash_password, is_first_code
from models import Account, AccountAct, AccountEvent, Role, Unit
from queries.accounts.missing_accounts import count_units_without
from rules.accounts.account_list import AccountLine, read_accounts
from rules.accounts.permissions import NotAllowed
from rules.sentences.refusal import Refusal
from services.accounts.accounts import choose_password, deactivate, find_signed_in, sign_in
from services.accounts.many_accounts import (
    Slip,
    make_planned,
    plan_accounts,
    plan_accounts_by_rule,
    renew_first_codes,
)
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    get_unit,
    make_account,
)
from tests.conftest import NOW
from tests.counting import statements

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes are digested with a key that is not the installation's."""
    monkeypatch.setattr("adapters.signing.keep_secret", lambda path: "the key of the tests")


def lines(*rows: str, head: str = "单位,账号,岗位,权限") -> list[AccountLine]:
    texts = [head, *rows]
    return read_accounts((number, text.split(",")) for number, text in enumerate(texts, start=1))


def make(session: Session, *rows: str, by: str = LEAGUE) -> list[Slip]:
    top = get_unit(session, by)
    actor = _office(session, by)
    return make_planned(
        session, top, plan_accounts(session, top, lines(*rows)), actor=actor, now=NOW
    )


def by_rule(session: Session, code: str = LEAGUE, level: str = "village") -> list[Slip]:
    top = get_unit(session, code)
    plan = plan_accounts_by_rule(session, top, level=level, role=Role.CLERK, name="")
    return make_planned(session, top, plan, actor=_office(session, LEAGUE), now=NOW)


def _office(session: Session, code: str) -> Account:
    found = session.exec(select(Account).where(Account.login == f"office-{code}")).first()
    return found or make_account(session, code, Role.OFFICE, f"office-{code}")


def account(session: Session, login: str) -> Account:
    return session.exec(select(Account).where(Account.login == login)).one()


def test_every_village_without_an_account_gets_one_and_the_others_are_left_alone(
    session: Session,
) -> None:
    make_account(session, VILLAGE, Role.CLERK, "hongxing")
    top = get_unit(session, LEAGUE)
    before = {level.code: count for level, count in count_units_without(session, top)}
    slips = by_rule(session)
    assert len(slips) == before["village"] > 2
    assert VILLAGE not in {slip.login for slip in slips}
    assert all(slip.login == slip.unit.code and slip.unit.above for slip in slips)
    after = [level.code for level, _ in count_units_without(session, top)]
    assert "village" not in after
    assert "township" in after


def test_a_first_code_opens_the_account_however_it_is_typed_and_gives_way_to_a_password(
    session: Session,
) -> None:
    (slip,) = make(session, f"{VILLAGE},,,")
    with pytest.raises(Refusal):
        sign_in(session, VILLAGE, "0000-0000-0000", now=NOW)
    typed = slip.code.lower().replace("-", "").replace("0", "o").replace("1", "l")
    token = sign_in(session, VILLAGE, typed, now=LATER)
    made = account(session, VILLAGE)
    assert (made.signed_in_at, is_first_code(made.password_hash)) == (LATER, True)
    choose_password(session, hash_password("Steppe-9-wind"), token, actor=made, now=LATER)
    assert find_signed_in(session, token, now=LATER) is not None
    assert sign_in(session, VILLAGE, "Steppe-9-wind", now=LATER)
    with pytest.raises(Refusal):
        sign_in(session, VILLAGE, slip.code, now=LATER)
    with pytest.raises(Refusal, match="已经设置过密码"):
        choose_password(session, hash_password("Other-7-wind"), token, actor=made, now=LATER)


def test_a_list_names_units_by_code_or_name_and_says_what_is_wrong_with_its_rows(
    session: Session,
) -> None:
    make_account(session, BANNER, Role.CLERK, "banner")
    township = get_unit(session, TOWNSHIP)
    plan = plan_accounts(
        session,
        get_unit(session, LEAGUE),
        lines(
            f"{township.name},township.office,综合办公室,综合办公室",
            f"{VILLAGE},,,",
            f"{VILLAGE},,,",
            f"{OTHER_LEAGUE},,,",
            f"{VILLAGE},13812345678,,",
            f"{VILLAGE},clerk-2,,主任",
            f"{BANNER},banner,,",
            f"{VILLAGE},banner,,",
            ",x1,,",
            "#N/A,,,",
        ),
    )
    assert [(row.unit.code, row.login, row.role) for row in plan.ready] == [
        (TOWNSHIP, "township.office", Role.OFFICE), (VILLAGE, VILLAGE, Role.CLERK),
    ]  # fmt: skip
    told = {row.line: str(row.why) for row in plan.left_out}
    assert [*told] == [4, 5, 6, 7, 8, 9, 10, 11]
    for line, words in {
        4: "与第 3 行重复", 5: f"没有“{OTHER_LEAGUE}”", 6: "手机号", 7: "经办人", 8: "已经有了",
        9: "别的单位占用", 10: "没有写单位", 11: "#N/A",
    }.items():  # fmt: skip
        assert words in told[line]
    assert (plan.known, len(plan.faulty)) == (1, 7)


def test_a_name_that_several_units_have_is_not_guessed(session: Session) -> None:
    twin = get_unit(session, VILLAGE)
    other = session.exec(
        select(Unit).where(Unit.level == "village", Unit.code != VILLAGE, col(Unit.lft) > twin.lft)
    ).first()
    assert other is not None
    other.name = twin.name
    plan = plan_accounts(session, get_unit(session, REGION), lines(f"{twin.name},,,"))
    assert "有 2 个单位叫" in str(plan.left_out[0].why)


@pytest.mark.parametrize(
    ("head", "rows", "words"),
    [
        ("账号,岗位", ["a,b"], "没有“单位”这一列"),
        ("单位,账号", [], "没有账号"),
        ("单位,账号", ["x,"] * 20_001, "最多 20000 行"),
    ],
)
def test_a_list_that_is_none_is_refused(head: str, rows: list[str], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        lines(*rows, head=head)


def test_the_same_list_twice_makes_nothing_the_second_time(session: Session) -> None:
    make(session, f"{VILLAGE},,,")
    top = get_unit(session, LEAGUE)
    plan = plan_accounts(session, top, lines(f"{VILLAGE},,,"))
    assert (plan.known, plan.ready) == (1, [])
    with pytest.raises(Refusal, match="没有要添加"):
        make_planned(session, top, plan, actor=_office(session, LEAGUE), now=NOW)


def test_of_two_offices_with_one_plan_the_second_gets_no_slips(session: Session) -> None:
    top, actor = get_unit(session, LEAGUE), _office(session, LEAGUE)
    plan = plan_accounts(session, top, lines(f"{VILLAGE},,,", f"{TOWNSHIP},,,"))
    make(session, f"{VILLAGE},,,")
    assert [slip.login for slip in make_planned(session, top, plan, actor=actor, now=NOW)] == [
        TOWNSHIP
    ]


def test_the_history_of_each_account_says_who_made_it_together_with_others(
    session: Session,
) -> None:
    make(session, f"{VILLAGE},,,", f"{TOWNSHIP},,,")
    events = session.exec(select(AccountEvent)).all()
    office = _office(session, LEAGUE)
    assert [(event.act, event.actor_id) for event in events] == [
        (AccountAct.MADE_TOGETHER, office.id)
    ] * 2


def test_a_lost_slip_is_made_anew_until_the_account_was_used(session: Session) -> None:
    (first,) = make(session, f"{VILLAGE},,,")
    top, actor = get_unit(session, LEAGUE), _office(session, LEAGUE)
    (second,) = renew_first_codes(session, top, actor=actor, now=NOW)
    with pytest.raises(Refusal):
        sign_in(session, VILLAGE, first.code, now=NOW)
    assert sign_in(session, VILLAGE, second.code, now=NOW)
    with pytest.raises(Refusal, match="没有还没用过"):
        renew_first_codes(session, top, actor=actor, now=NOW)
    acts = [
        event.act for event in session.exec(select(AccountEvent).order_by(col(AccountEvent.id)))
    ]
    assert acts == [AccountAct.MADE_TOGETHER, AccountAct.CODE_MADE]


def test_an_account_that_was_switched_off_or_given_a_password_gets_no_other_code(
    session: Session,
) -> None:
    make(session, f"{VILLAGE},,,")
    office = _office(session, LEAGUE)
    make_account(session, BANNER, Role.CLERK, "banner")
    deactivate(session, account(session, VILLAGE), actor=office, now=NOW)
    with pytest.raises(Refusal):
        renew_first_codes(session, get_unit(session, LEAGUE), actor=office, now=NOW)


def test_neither_another_branch_nor_a_clerk_makes_accounts(session: Session) -> None:
    top = get_unit(session, LEAGUE)
    plan = plan_accounts(session, top, lines(f"{VILLAGE},,,"))
    for actor in (_office(session, OTHER_LEAGUE), make_account(session, LEAGUE, Role.CLERK)):
        with pytest.raises(NotAllowed):
            make_planned(session, top, plan, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            renew_first_codes(session, top, actor=actor, now=NOW)


def test_a_plan_of_another_subtree_makes_nothing(session: Session) -> None:
    plan = plan_accounts(session, get_unit(session, REGION), lines(f"{OTHER_LEAGUE},,,"))
    with pytest.raises(Refusal, match="没有要添加"):
        make_planned(
            session, get_unit(session, LEAGUE), plan, actor=_office(session, LEAGUE), now=NOW
        )


def test_the_number_of_statements_does_not_depend_on_the_number_of_accounts(
    session: Session,
) -> None:
    office, top = _office(session, LEAGUE), get_unit(session, LEAGUE)
    counts = []
    for rows in ([f"{VILLAGE},,,"], None):
        with statements(session) as sent:
            if rows:
                plan = plan_accounts(session, top, lines(*rows))
            else:
                plan = plan_accounts_by_rule(session, top, level="", role=Role.CLERK, name="")
            slips = make_planned(session, top, plan, actor=office, now=NOW)
        counts.append((len(sent), len(slips)))
    assert counts == [(4, 1), (4, counts[1][1])]
    assert counts[1][1] > 5
