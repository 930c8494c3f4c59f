"""report.pdf is tagged, titled, in a language, and says what report.html says."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from fairness.report.as_json import as_json
from fairness.report.as_pdf import as_pdf
from fairness.tables import TableColumns, read_table
from tests.unit.fairness.kit import report_on


@pytest.fixture
def pdf(cases):
    columns = TableColumns("Admit", ("Admitted",), ("Gender",), weight="Freq", within="Dept")
    report = report_on(read_table(cases / "ucb.csv", columns))
    return PdfReader(io.BytesIO(as_pdf(report, as_json(report))))


def tags(node) -> set[str]:
    node = node.get_object()
    found = {str(node["/S"])} if "/S" in node else set()
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(kid, dict):
            found |= tags(kid)
    return found


def test_it_says_that_it_is_pdf_ua_and_has_what_that_asks(pdf):
    root = pdf.trailer["/Root"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert str(root["/Lang"]).startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Bias report"


def test_headings_tables_and_charts_are_tagged(pdf):
    found = tags(pdf.trailer["/Root"]["/StructTreeRoot"])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/LI"} <= found


def test_it_holds_the_published_figures(pdf):
    text = " ".join(page.extract_text() for page in pdf.pages)
    for figure in ("30.4%", "44.5%", "0.6818", "evidence of disparity", "82.4%"):
        assert figure in text


def test_s6_text_from_the_data_is_text_not_markup(write):
    path = write("who,ok\n#text(red)[x],yes\n*b*,no\n" + "a,yes\n" * 30)
    report = report_on(read_table(path, TableColumns("ok", ("yes",), ("who",))))
    pages = PdfReader(io.BytesIO(as_pdf(report, as_json(report)))).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "#text(red)[x]" in text.replace("\n", "") and "*b*" in text
