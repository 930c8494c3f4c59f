"""Files as people save them, and errors that name the file, row, column and remedy."""

import pytest

from fairness.csv_file import read_csv
from fairness.errors import TableWrong
from fairness.records import NOT_RECORDED
from fairness.tables import TableColumns, read_table

TABLE = "outcome,sex,n\nyes,F,3\nno,F,4\nyes,M,5\nno,M,1\n"
COLUMNS = TableColumns("outcome", ("yes",), ("sex",), weight="n")


def wrong(path, columns=COLUMNS):
    with pytest.raises(TableWrong) as caught:
        read_table(path, columns)
    return caught.value


@pytest.mark.parametrize(
    "raw",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode("utf-16"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("F", " F ").encode(),
        (TABLE + "\n , ,\n").encode(),
    ],
)
def test_the_same_table_saved_in_other_ways(write, raw):
    units = read_table(write(raw), COLUMNS)
    assert units.frame["weight"].sum() == 13
    assert sorted(units.frame["group:sex"].unique()) == ["F", "M"]


def test_windows_1252_is_read_and_said(write):
    file = read_csv(write("town,n\nCaffè,1\n".encode("cp1252")))
    assert file.frame["town"][0] == "Caffè" and "Windows-1252" in file.notes[0]


def test_missing_values_are_a_group_of_their_own_and_counted(write):
    units = read_table(
        write("outcome,sex\nyes,F\nno,\n,M\nno,NA\n"), TableColumns("outcome", ("yes",), ("sex",))
    )
    assert (units.frame["group:sex"] == NOT_RECORDED).sum() == 2
    assert units.missing == {"outcome": 1, "sex": 2}
    assert len(units.frame) == 4


def test_none_is_an_answer(write):
    file = read_csv(write("disability\nNone\nYes\n"))
    assert file.missing() == {"disability": 0}


@pytest.mark.parametrize(
    ("raw", "says", "row", "column"),
    [
        ("", "empty", None, None),
        ("outcome,sex,n\n", "no rows", None, None),
        ("outcome,sex,sex\nyes,F,1\n", "more than one column", 1, "sex"),
        ("outcome,,n\nyes,F,1\n", "has no name", 1, None),
        ("outcome,Sex,n\nyes,F,1\n", "no such column", None, "sex"),
        ("outcome,sex,n\nyes,F,1\nno,M\n", "this row has 2", 3, None),
        ("outcome,sex,n\nyes,F,1\nno,M,-2\n", "weight is '-2'", 3, "n"),
        ("outcome,sex,n\nyes,F,1\nno,M,\n", "weight is missing", 3, "n"),
        ("outcome,sex,n\nyes,F,1\nno,M,many\n", "weight is 'many'", 3, "n"),
        ("outcome,sex,n\nyes,F,inf\n", "weight is 'inf'", 2, "n"),
        ("outcome,sex,n\nyes,F,0\n", "every weight is 0", None, "n"),
        ("outcome,sex,n\nno,F,1\n", "'yes' never occurs", None, "outcome"),
        ('outcome,sex,n\nyes,"F,1\n', "quotes do not add up", 2, None),
        ("outcome,sex,n\nyes,not recorded,1\n", "calls a blank", None, "sex"),
    ],
)  # fmt: skip
def test_errors_name_the_place_and_the_remedy(write, raw, says, row, column):
    path = write(raw)
    error = wrong(path)
    assert says in str(error) and str(path) in str(error)
    assert (error.row, error.column) == (row, column)
    assert error.remedy and (row is None or f"row {row}" in str(error))


def test_a_near_miss_is_suggested(write):
    assert "Did you mean 'Sex'?" in str(wrong(write("outcome,Sex,n\nyes,F,1\n")))


def test_no_file_a_folder_and_a_workbook(tmp_path, write):
    assert "no such file" in str(wrong(tmp_path / "none.csv"))
    assert "folder" in str(wrong(tmp_path))
    assert "workbook" in str(wrong(write(b"PK\x03\x04 ...")))


def test_one_column_cannot_play_two_parts(write):
    columns = TableColumns("outcome", ("yes",), ("outcome",))
    assert "more than one part" in str(wrong(write(TABLE), columns))


def test_too_many_groups_are_refused_not_drawn(write):
    rows = "".join(f"yes,id{i},1\n" for i in range(101))
    assert "too many" in str(wrong(write("outcome,sex,n\n" + rows)))


def test_weight_zero_counts_nobody_and_is_said(write):
    units = read_table(write("outcome,sex,n\nyes,F,2\nno,M,0\n"), COLUMNS)
    assert len(units.frame) == 1 and "count nobody: 1" in " ".join(units.notes)
