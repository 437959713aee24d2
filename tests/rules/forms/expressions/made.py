"""Random expressions that the grammar allows, and the answers they are evaluated with."""

from hypothesis import strategies as st

NUMBERS = ["0", "1", "2", "3", "0.5", "0.1", "0.2", "1.25", "7", "10", "37", "1000.4"]
TEXTS = ["''", "'a'", "'a c'", "'5'", "' 7 '", "'红星'", "'𠮷a'", "'ab'", "'0.5'"]
FIELDS = ["户数", "零", "金额", "空", "名称", "选", "字"]
SERIES = ["行", "缺", "名", "无"]
PATTERNS = ["a*", "[a-c ]+", "\\d+", "(a|ab)(c|bcd)?", ".{1,3}", "[^a]+", "红.", "(a+)+b?", ""]
ANSWERS = {
    "户数": 37,
    "零": 0,
    "金额": "12.5",
    "空": None,
    "名称": "红星 社区",
    "选": ["a", "c"],
    "字": "𠮷ab",
    "行": (1, 2, "3.5"),
    "缺": (1, None, 3),
    "名": ("甲", "a", "丙"),
    "无": (),
}
NUMERIC = frozenset({"户数", "零", "金额", "行", "缺", "无"})

_SIGNS = ["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"]
_ONE = ["not", "boolean", "number", "string", "count-selected", "string-length",
        "normalize-space", "int", "round", "floor", "ceiling", "abs"]  # fmt: skip
_TWO = ["selected", "contains", "starts-with", "ends-with", "min", "max", "concat"]


def _leaf() -> st.SearchStrategy[str]:
    fields = st.sampled_from(FIELDS).map(lambda name: f"${{{name}}}")
    of_series = st.builds(
        lambda name, series: f"{name}(${{{series}}})",
        st.sampled_from(["sum", "count", "min", "max", "concat"]),
        st.sampled_from(SERIES),
    )
    joined = st.sampled_from(SERIES).map(lambda series: f"join('、', ${{{series}}})")
    return st.one_of(st.sampled_from(NUMBERS), st.sampled_from(TEXTS), fields, of_series, joined)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    places = st.integers(-3, 3).map(str)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(_SIGNS), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(_SIGNS), inner),
        st.builds("-({})".format, inner),
        st.builds("{}({})".format, st.sampled_from(_ONE), inner),
        st.builds("{}({}, {})".format, st.sampled_from(_TWO), inner, inner),
        st.builds("if({}, {}, {})".format, inner, inner, inner),
        # with texts: the other engine makes a text of what coalesce gives, ours keeps the kind
        st.builds("coalesce(string({}), string({}))".format, inner, inner),
        st.builds("translate({}, {}, {})".format, inner, inner, inner),
        st.builds("substr({}, {}, {})".format, inner, places, places),
        st.builds("round({}, {})".format, inner, places),
        st.builds("selected-at({}, {})".format, inner, places),
        st.builds("regex({}, '{}')".format, inner, st.sampled_from(PATTERNS)),
    )


EXPRESSIONS = st.recursive(_leaf(), _larger, max_leaves=10)
"""Texts of expressions over `ANSWERS`."""
