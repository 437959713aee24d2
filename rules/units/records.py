"""Small settings tables (levels, tags, exclusions): from lines of text to named columns."""

from collections.abc import Iterable, Iterator, Sequence

from rules.sentences.cell_faults import cell_fault
from rules.sentences.refusal import N_, Refusal


def read_records(
    lines: Iterable[tuple[int, list[str]]], required: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """`(line, column → text)` for each line after the headings. A missing cell is empty.

    Raises `Refusal` for a table without headings, without a required column, or without its value.
    """
    lines = iter(lines)
    number, headings = next(lines, (1, []))
    for column in required:
        if column not in headings:
            raise Refusal(N_("第 %(line)d 行：缺少“%(column)s”列。"), line=number, column=column)
    for number, cells in lines:
        record = dict.fromkeys(headings, "") | dict(zip(headings, cells, strict=False))
        for column, text in record.items():
            if cell_fault(text):
                raise Refusal(
                    N_("第 %(line)d 行“%(column)s”是 Excel 的错误值“%(text)s”。"),
                    line=number, column=column, text=text,
                )  # fmt: skip
        for column in required:
            if not record[column]:
                raise Refusal(
                    N_("第 %(line)d 行：“%(column)s”是空的。"), line=number, column=column
                )
        yield number, record
