"""What tests of the office's pages start from."""

from typing import Any

from sqlmodel import Session, select

from models import Account, Campaign, Measure, Role
from rules.campaigns.notice.notice import read_notice
from services.campaigns.campaigns import take_in
from tests.building import REGION, get_unit, make_account, make_campaign, make_measure
from tests.conftest import NOW

NOTICE = """关于开展冬春季安全排查的通知

各盟市、旗县区，各苏木乡镇：
为做好冬春季安全工作，现通知如下。
一、工作任务
（一）开展入户排查。各嘎查村要逐户检查取暖设施，至少组织2次集中排查，12月20日前完成。责任单位：应急管理厅。
（二）报送进展。各旗县区每月25日前报送进展情况。
二、工作要求
各地各部门要高度重视。

内蒙古自治区应急管理办公室
2026年11月20日
"""
"""A small notice with headings, duties and deadlines."""


def office_of(session: Session, code: str = REGION) -> Account:
    """The office account `sign_in(code, "office")` signs in, made if it is not there yet."""
    login = f"{Role.OFFICE}-{code}"
    found = session.exec(select(Account).where(Account.login == login)).first()
    return found or make_account(session, code, Role.OFFICE, login)


def taken_in(session: Session, text: str = NOTICE) -> Campaign:
    """A campaign of the region, taken in from a notice."""
    office = office_of(session)
    unit = get_unit(session, REGION)
    return take_in(session, read_notice(text), unit, actor=office, now=NOW)


def drafted(session: Session, **content: Any) -> Measure:
    """A draft measure of the region's office; `confirmed=True` for a confirmed one."""
    office = office_of(session)
    content.setdefault("confirmed", False)
    return make_measure(session, office, make_campaign(session, office), **content)
