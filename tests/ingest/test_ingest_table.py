import pytest

import ingest
from wfm.errors import InputError


def test_a_table_is_text_as_it_stands_and_keeps_the_rows_of_the_file(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("id;calls\na;1,5\n\nb;x\n", encoding="utf-8-sig")
    table = ingest.read_table(path)
    assert table.to_dict("list") == {"id": ["a", "b"], "calls": ["1,5", "x"]}
    assert table.index.tolist() == [0, 2]


def test_a_table_without_rows_is_refused(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("id,calls\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row"):
        ingest.read_table(path)
