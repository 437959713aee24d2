"""Reading an XLSForm workbook in a process of its own."""

import pytest

from adapters import form_process
from adapters.form_process import xlsform_apart
from adapters.xlsform.reading import XlsFormFaults, read_xlsform
from adapters.xlsform.writing import write_xlsform
from rules.forms.form_check import check_form
from rules.forms.form_settings import FormSettings
from rules.sentences.refusal import Refusal, Term
from tests.web.forms.test_form_import import RICH, faulty, workbook


def test_it_reads_what_reading_here_would_read() -> None:
    content = write_xlsform(
        "表", FormSettings(version="3", form_id="a"), check_form([*RICH, {
            "name": "photo", "label": "照片", "type": "image"}])
    )  # fmt: skip
    assert xlsform_apart(content) == read_xlsform(content)


def test_faults_come_back_with_their_cells() -> None:
    with pytest.raises(XlsFormFaults) as apart:
        xlsform_apart(faulty())
    with pytest.raises(XlsFormFaults) as here:
        read_xlsform(faulty())
    assert apart.value.faults == here.value.faults
    assert apart.value.faults[0].cell == "A3"


def test_a_file_that_takes_too_long_costs_its_own_process_only() -> None:
    with pytest.raises(Refusal, match="太大或太复杂"):
        xlsform_apart(workbook(), seconds=0)


def test_terms_stay_terms_so_that_they_are_translated() -> None:
    values = {"what": Term("标题"), "names": ["a", Term("说明")], "count": 3, "none": None}
    back = form_process._read_values(form_process._values(values))
    assert back == values
    assert isinstance(back["what"], Term)
    assert isinstance(back["names"][1], Term)
