"""The columns of a list of accounts. The process that reads files imports this and no models."""

from collections.abc import Mapping

from rules.units.heads import Heads

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "unit": ("unit", "单位", "单位代码", "单位名称", "代码", "名称", "code"),
    "login": ("login", "账号", "登录账号", "账户"),
    "name": ("name", "岗位", "账号名称"),
    "role": ("role", "权限", "角色"),
}
ACCOUNT_HEADS = Heads.of([HEADINGS["unit"]])
