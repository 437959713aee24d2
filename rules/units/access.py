"""Whether a unit has an account with which somebody can answer."""

from enum import StrEnum

from rules.sentences.refusal import N_


class Access(StrEnum):
    """What a unit's accounts are like."""

    WORKING = "working"
    """Somebody has signed in with an account that is not switched off."""
    UNUSED = "unused"
    """There is an account, but nobody has ever signed in."""
    OFF = "off"
    """Every account is switched off."""
    NONE = "none"


ACCESS_NAMES = {
    Access.WORKING: N_("有能用的账号"),
    Access.UNUSED: N_("账号从未登录"),
    Access.OFF: N_("账号都已停用"),
    Access.NONE: N_("没有账号"),
}
