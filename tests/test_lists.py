"""What a batch paints: a folder, a pattern, a table with settings a row; and each sentence of what cannot be."""

from pathlib import Path

import pytest

from allaprima import InputError
from allaprima.app.lists import Entry, entries_of


@pytest.fixture(autouse=True)
def photos(photo: Path, inside: None) -> None:
    for name in (
        "in/b.jpg",
        "in/A.PNG",
        "in/c.heic",
        "in/notes.txt",
        "in/print.pdf",
        "in/.hidden.jpg",
        "in/deep/d.jpg",
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(photo.read_bytes())


def table(text: str) -> str:
    Path("in/list.csv").write_text(text, encoding="utf-8")
    return "in/list.csv"


def names(*what: str) -> list[str]:
    return [str(entry.photo) for entry in entries_of(what)]


def test_of_a_folder_its_photos() -> None:
    """Not what is no photo, nor hidden, nor below it."""
    assert names("in") == names("in/") == ["in/A.PNG", "in/b.jpg", "in/c.heic"]


def test_of_a_pattern_all_that_are_like_it() -> None:
    assert names("in/*.jpg") == ["in/b.jpg"]
    assert names("in/**/*.jpg") == ["in/b.jpg", "in/deep/d.jpg"]
    assert names(str(Path("in").resolve() / "*.jpg")) == [str(Path("in/b.jpg").resolve())]


def test_a_photo_that_is_called_like_a_pattern(photo: Path) -> None:
    Path("in/[1].jpg").write_bytes(photo.read_bytes())
    assert names("in/[1].jpg", "in/b.jpg") == ["in/[1].jpg", "in/b.jpg"]


def test_of_a_table_rows_with_settings() -> None:
    """Paths are from its folder on; what is left empty is as usual; a spreadsheet's mark before the first line."""
    Path("in/warm.gpl").touch()
    text = (
        "\ufeffphoto,name,Strokes,max-size,grayscale,palette,look\r\n"
        'b.jpg,"one, small",20,0.25,yes,warm.gpl,\r\n'
        "b.jpg,other,,,no,8,ink\n"
        "deep/d.jpg,,,,,,\n"
    )
    assert entries_of([table(text)]) == [
        Entry(
            Path("in/b.jpg"), "one, small",
            {"strokes": 20, "max_size": 0.25, "grayscale": True, "palette": "in/warm.gpl"}, "line 2 of in/list.csv",
        ),
        Entry(Path("in/b.jpg"), "other", {"grayscale": False, "palette": "8", "look": "ink"}, "line 3 of in/list.csv"),
        Entry(Path("in/deep/d.jpg"), "d", {}, "line 4 of in/list.csv"),
    ]  # fmt: skip


def test_a_photo_of_a_table_need_not_be_there() -> None:
    """It is a row of the report then, and stops nobody."""
    assert names(table("photo\ngone.jpg\n")) == ["in/gone.jpg"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "in/list.csv has no column 'photo': its first line names the columns, one of them so"),
        ("name,strokes\na,3\n", "in/list.csv has no column 'photo'"),
        ("photo,stroke\na,3\n", "in/list.csv has a column 'stroke': choose from photo, name, look, brush, strokes,"),
        ("photo,strokes\na.jpg,many\n", "line 2 of in/list.csv: strokes is 'many': it must be a whole number"),
        ("photo,relief\na.jpg,1,5\n", "line 2 of in/list.csv has not 2 cells, as the first one has"),
        ("photo,relief\na.jpg\n", "line 2 of in/list.csv has not 2 cells, as the first one has"),
        ("photo,relief\na.jpg,high\n", "line 2 of in/list.csv: relief is 'high': it must be a number"),
        ("photo,opaque\na.jpg,maybe\n", "line 2 of in/list.csv: opaque is 'maybe': it must be yes or no"),
        ("photo,name\n,a\n", "line 2 of in/list.csv names no photo"),
        ("photo,name\na.jpg,../a\n", "line 2 of in/list.csv has the name '../a': give one without a folder"),
        ('photo\n"a.jpg', "in/list.csv is no table of comma-separated values in UTF-8: unexpected end of data"),
    ],
)
def test_what_no_table_can_say(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        entries_of([table(text)])
    assert str(caught.value).startswith(told)


def test_a_table_in_other_letters() -> None:
    Path("in/list.csv").write_bytes("photo\nä.jpg".encode("latin-1"))
    with pytest.raises(InputError, match=r"^in/list.csv is no table of comma-separated values in UTF-8"):
        entries_of(["in/list.csv"])


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (["in/gone.jpg"], "the photo in/gone.jpg is not there"),
        (["in/*.webp"], "there is no photo like in/*.webp"),
        (["in/deep/e"], "the photo in/deep/e is not there"),
        (["gone.csv"], "the table gone.csv cannot be read (No such file or directory)"),
        (["in", "in/b.jpg"], "the photo in/b.jpg is given twice: give it once"),
        (["empty"], "there are no photos in the folder empty: give another, or a pattern for those below it"),
    ],
)
def test_what_is_not_there(what: list[str], told: str) -> None:
    Path("empty").mkdir()
    with pytest.raises(InputError) as caught:
        entries_of(what)
    assert str(caught.value) == told
