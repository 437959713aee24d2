"""How the fields of a form hang together: names, groups, and what their expressions name."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from rules.forms.expressions.expression import Expression, parse
from rules.forms.form_fields import FieldType, FormField, RollUp
from rules.forms.form_tree import FormTree
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_, Refusal

EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter")
DEEPEST = 10
"""The most groups inside one another. A page of hundreds could not be drawn or filled in."""
_IN_REPEATS = (RollUp.NONE, RollUp.SUM, RollUp.COUNT, RollUp.MIN, RollUp.MAX)


def structure_faults(fields: Mapping[int, FormField]) -> Iterator[tuple[int, Fault]]:
    """Place → what is wrong with the field there in relation to other fields."""
    known: dict[str, FormField] = {}
    tree = FormTree(fields.values())
    above: list[str] = []
    for place, field in fields.items():
        if field.name and field.name in known:
            yield (
                place,
                Fault(N_("名称“%(name)s”与前面的项重复"), {"name": field.name}, Place("name")),
            )
        if _reserved(field):
            yield (
                place,
                Fault(N_("“%(name)s”是保留的名称，请换一个"), {"name": field.name}, Place("name")),
            )
        yield from ((place, fault) for fault in _within_faults(field, known, above))
        yield from ((place, fault) for fault in _expression_faults(field, tree))
        known.setdefault(field.name, field)
        above = _path(field, above)
    yield from _circles(fields)
    yield from _reused_twice(fields)


_RESERVED = ("meta", "instanceid", "instancename")
"""Names that XLSForm reserves. It also reserves `data`, for the form as a whole."""


def _reserved(field: FormField) -> bool:
    return field.name.lower() in _RESERVED or (
        field.type is FieldType.REPEAT and field.name == "data"
    )


def _path(field: FormField, above: list[str]) -> list[str]:
    """The groups that are still open after this field."""
    kept = above[: above.index(field.within) + 1] if field.within in above else []
    return [*kept, field.name] if field.container else kept


def _within_faults(
    field: FormField, known: Mapping[str, FormField], above: list[str]
) -> Iterator[Fault]:
    if field.within and field.within not in above:
        yield Fault(N_("所在的组“%(name)s”不在它前面"), {"name": field.within}, Place("within"))
    if field.container and field.within in above[DEEPEST - 1 :]:
        yield Fault(N_("组最多套 %(most)s 层"), {"most": DEEPEST}, Place("within"))
    tree = FormTree([*known.values(), field])
    repeat = tree.repeat_of(field) if field.name not in known else ""
    if not repeat:
        return
    if field.type is FieldType.REPEAT:
        yield Fault(N_("重复组里不能再放重复组"), place=Place("type"))
    if field.reuse:
        yield Fault(N_("重复组里的项不能作为共享数据项"), place=Place("reuse"))
    if field.each_period:
        told = N_("重复组里的项随整组带出，下一期怎么填请写在重复组上")
        yield Fault(told, place=Place("each_period"))
    if field.rollup not in _IN_REPEATS:
        yield Fault(N_("重复组里的项不能用这种汇总方式"), place=Place("rollup"))


def _expression_faults(field: FormField, tree: FormTree) -> Iterator[Fault]:
    for where in EXPRESSIONS:
        text = getattr(field, where)
        if not text:
            continue
        try:
            expression = parse(text, choice=where == "choice_filter")
        except Refusal as refused:
            yield Fault.of(refused.sentence, Place(where))
            continue
        yield from _name_faults(field, expression, where, tree)


def _name_faults(
    field: FormField, expression: Expression, where: str, tree: FormTree
) -> Iterator[Fault]:
    named = {name: tree.by_name.get(name) for name in expression.references}
    for name, found in sorted(named.items()):
        if found is None:
            yield Fault(N_("表单里没有“%(name)s”这一项"), {"name": name}, Place(where))
        elif found.type in (FieldType.NOTE, FieldType.GROUP):
            yield Fault(N_("“%(name)s”没有答案，不能引用"), {"name": name}, Place(where))
        elif name == field.name and where != "constraint":
            yield Fault(N_("不能引用自己"), place=Place(where))
    if expression.uses_own and where in ("relevant", "calculation"):
        yield Fault(N_("这里不能用“.”，因为这一项还没有答案"), place=Place(where))
    columns = {"name", "label"}.union(*(choice.columns for choice in field.choices))
    for name in sorted(expression.columns - columns):
        yield Fault(N_("选项表里没有“%(name)s”这一列"), {"name": name}, Place(where))


def settling_order(tree: FormTree) -> list[FormField]:
    """The fields in an order in which every condition and calculation can be worked out.

    Raises `graphlib.CycleError` for a circle. `structure_faults` lets no circle through.
    """
    needed = {name: sorted(names) for name, names in _needed(tree).items()}
    order = TopologicalSorter(needed).static_order()
    return [tree.by_name[name] for name in order if name in tree.by_name]


def _needed(tree: FormTree) -> dict[str, set[str]]:
    """Field → the fields that must be settled before it: those its conditions and its calculation
    name."""
    found: dict[str, set[str]] = {}
    for field in tree.fields:
        conditions = [link.relevant for link in (field, *tree.above(field))]
        named = named_in(field.choice_filter, choice=True)
        for text in (field.calculation, *conditions):
            named |= named_in(text)
        found[field.name] = named
    for repeat in tree.repeats:
        found[repeat.name] |= {field.name for field in tree.inside(repeat.name)}
    return found


def moved_by(tree: FormTree, items: Collection[str]) -> set[str]:
    """`items`, and every field whose value or question may change with the answers to `items`.

    Such a field lies in one of `items`, is calculated from them, or is asked because of them.
    """
    needed = {
        field.name: {tree.repeat_of(field)}
        | named_in(field.calculation).union(
            *(named_in(link.relevant) for link in (field, *tree.above(field)))
        )
        for field in tree.fields
    }
    moved = set(items)
    while more := {name for name, names in needed.items() if names & moved} - moved:
        moved |= more
    return moved


def tied_to(tree: FormTree, items: Collection[str]) -> set[str]:
    """`items`, and every item that may have to change with them. Otherwise a constraint or a choice
    filter that names both would be broken, or could never be kept."""
    tied = set(items)
    mendable = {item.name for item in tree.mendable}
    ties = [
        field
        for field in tree.fields
        if field.answered and (field.constraint or field.choice_filter)
    ]
    while more := _pulled(tree, ties, tied) & mendable - tied:
        tied |= more
    return tied


def _pulled(tree: FormTree, ties: Iterable[FormField], items: Collection[str]) -> set[str]:
    """The items that the constraints and choice filters of `ties` name together with `items`, or
    with fields that move along with `items`."""
    moved, pulled = moved_by(tree, items), set[str]()
    for field in ties:
        named = named_in(field.constraint) | named_in(field.choice_filter, choice=True)
        own = tree.repeat_of(field) or field.name
        if own in items or (named - {field.name}) & moved:
            sources = sources_of(tree, named | {field.name})
            pulled |= {tree.repeat_of(tree.by_name[name]) or name for name in sources}
    return pulled


def sources_of(tree: FormTree, names: Collection[str]) -> set[str]:
    """`names`, and the fields from which the calculated ones among them are calculated."""
    sources = {name for name in names if name in tree.by_name}
    while (
        more := {name for known in sources for name in named_in(tree.by_name[known].calculation)}
        & tree.by_name.keys() - sources
    ):
        sources |= more
    return sources


def named_in(text: str, *, choice: bool = False) -> set[str]:
    """The names of the fields in an expression; none for an empty expression."""
    return set(parse(text, choice=choice).references) if text else set()


def _circles(fields: Mapping[int, FormField]) -> Iterator[tuple[int, Fault]]:
    """A fault for every circle. The fields of a circle are left out before the next circle is
    looked for."""
    left = {place: _readable(field) for place, field in fields.items()}
    while circle := _first_circle(left.values()):
        tree = FormTree(left.values())
        around = {group.name for name in circle for group in tree.above(tree.by_name[name])}
        bare = {
            place: _bare(field) if field.name in around.union(circle) else field
            for place, field in left.items()
        }
        if bare == left:
            return  # A name stands twice, which has a fault of its own.
        if not _names_itself(tree.by_name[circle[0]]):  # else: a fault of its own
            place, where = _told_at(left, circle)
            yield place, Fault(_circle_msgid(left[place], circle), {"names": circle}, Place(where))
        left = bare


def _first_circle(fields: Iterable[FormField]) -> list[str]:
    try:
        settling_order(FormTree(fields))
    except CycleError as error:
        return list(dict.fromkeys(error.args[1]))
    return []


def _circle_msgid(at: FormField, circle: list[str]) -> str:
    if at.container and at.name not in circle:
        return N_("%(names)s 就在这一组里，这一组的条件不能引用它")
    return N_("这些项互相引用，无法算出：%(names)s")


def _names_itself(field: FormField) -> bool:
    return any(
        field.name in named_in(getattr(field, where), choice=where == "choice_filter")
        for where in _SETTLED
    )


def _told_at(fields: Mapping[int, FormField], circle: list[str]) -> tuple[int, str]:
    """Where a circle is told: the place of the last field in or around the circle that names one of
    its fields, and the property that does so."""
    tree = FormTree(fields.values())
    around = {group.name for name in circle for group in tree.above(tree.by_name[name])}
    naming = (
        (place, where)
        for place in sorted(fields, reverse=True)
        for where in _SETTLED
        if fields[place].name in around.union(circle)
        and named_in(getattr(fields[place], where), choice=where == "choice_filter") & {*circle}
    )
    return next(naming)


_SETTLED = ("calculation", "relevant", "choice_filter")


def _bare(field: FormField) -> FormField:
    return field.model_copy(update=dict.fromkeys(_SETTLED, ""))


def _readable(field: FormField) -> FormField:
    """The field without those of its expressions that cannot be read."""
    wrong = {name: "" for name in EXPRESSIONS if _unreadable(name, getattr(field, name))}
    return field.model_copy(update=wrong) if wrong else field


def _unreadable(name: str, text: str) -> bool:
    try:
        named_in(text, choice=name == "choice_filter")
    except Refusal:
        return True
    return False


def _reused_twice(fields: Mapping[int, FormField]) -> Iterator[tuple[int, Fault]]:
    seen: dict[str, str] = {}
    for place, field in fields.items():
        if not field.reuse:
            continue
        if field.reuse in seen:
            yield (
                place,
                Fault(
                    N_("共享数据项“%(element)s”已经用于“%(name)s”"),
                    {"element": field.reuse, "name": seen[field.reuse]},
                    Place("reuse"),
                ),
            )
        seen[field.reuse] = field.name
