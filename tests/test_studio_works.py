"""What visitors of the studio made: found again, gone back in, thrown away, and nobody else's."""

import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PIL import Image

from allaprima import InputError, Painting
from allaprima.app.studio.visit import MOST, Studio
from allaprima.app.studio.visitors import Visitors, is_key, new_key
from allaprima.app.studio.works import LONGEST, SMALL, About, Work, Works
from allaprima.image.photo import hash_of

from .conftest import picture_size

KEY, OTHER = "k" * 32, "o" * 32
AWAY = (
    "../owner",
    "..",
    ".",
    "",
    "/etc",
    "a\0b",
    "20260101-000000-0123456\0",
    "20260101-000000-01234567/..",
    "x" * 5000,
)


@pytest.fixture
def works(tmp_path: Path) -> Works:
    return Works(tmp_path / "works")


def begun(works: Works, painting: Painting, **about: str) -> Work:
    work = works.new(**about)
    painting.save(work.next)
    return work


def test_a_new_work_is_in_the_gallery_when_it_has_a_state(works: Works, painting: Painting) -> None:
    assert works.all() == []
    empty, work = works.new("nothing"), begun(works, painting, title="cat", photo="abc", look="impasto")
    assert [one.name for one in works.all()] == [work.name] and empty.states == []
    assert work.states == [1] and work.load() == painting
    assert replace(work.about, begun=0) == About("cat", "abc", "impasto") and work.about.begun > 1.6e9
    assert work.beside("seen.jpg") == work.folder / "seen-1.jpg"


def test_the_latest_is_first(works: Works, painting: Painting) -> None:
    names = [begun(works, painting).name for _ in range(3)]
    for name, day in zip(names, ("20260102", "20260301", "20251231"), strict=True):
        (works.folder / name).rename(works.folder / f"{day}{name[8:]}")
    (works.folder / "notes.txt").write_text("not ours")
    assert [one.name[:8] for one in works.all()] == ["20260301", "20260102", "20251231"]


def test_undo_goes_back_by_one_state(works: Works, painting: Painting) -> None:
    work = begun(works, painting)
    for count in (20, 10):
        painting[:count].save(work.next)
        work.show(Image.new("RGB", (800, 600)))
    assert work.states == [1, 2, 3] and len(work.load()) == 10
    assert picture_size(work.beside("seen.jpg")) == (800, 600)
    assert picture_size(work.beside("small.jpg")) == (SMALL, SMALL * 3 // 4)
    work.undo()
    assert work.states == [1, 2] and len(work.load()) == 20
    assert sorted(path.name for path in work.folder.glob("*.jpg")) == ["seen-2.jpg", "small-2.jpg"]
    assert work.next.name == "3.painting.json"
    work.undo()
    with pytest.raises(InputError, match="there is nothing before this"):
        work.undo()
    assert work.load() == painting and not list(work.folder.glob("*.jpg"))


def test_more_than_nine_states(works: Works, painting: Painting) -> None:
    work = begun(works, painting)
    for state in (2, 10, 11, 100):
        painting[:state].save(work.path(state))
    assert work.states == [1, 2, 10, 11, 100] and work.last == work.path(100)
    (work.folder / "seen-11.jpg").touch()
    (work.folder / "seen-100.jpg").touch()
    work.undo()
    assert (work.folder / "seen-11.jpg").exists() and not (work.folder / "seen-100.jpg").exists()
    work.forget_pictures()
    assert not (work.folder / "seen-11.jpg").exists()


def test_titles_are_cut(works: Works) -> None:
    work = works.new("long " * 100)
    assert work.about.title == ("long " * 100)[:LONGEST]
    for title in ("<script>", 'a "b" \\ \n\u2028 \ud800 \0', "貓"):
        assert works.new(title).about.title == title  # as it is; who shows it takes care


def test_a_work_is_called_otherwise(works: Works, painting: Painting) -> None:
    work = begun(works, painting, title="Cat", photo="abc", look="oil")
    names = ["  Cat \n at home ", "", " \t", "x" * 99, "a \ud800 b"]
    for name, title in zip(names, [*["Cat at home"] * 3, "x" * LONGEST, "a ? b"], strict=True):
        work.rename(name)
        assert (work.about.title, work.about.photo, work.about.look) == (title, "abc", "oil")


@pytest.mark.parametrize("told", ["", "[]", "5", "null", '"title"', '{"title": 1', "\xff", "[" * 100_000])
def test_what_tells_of_a_work_is_damaged(told: str, works: Works, painting: Painting) -> None:
    work = begun(works, painting, title="cat")
    (work.folder / "about.json").write_bytes(told.encode("latin-1"))
    assert work.about == About() and works.all()[0].load() == painting


def test_of_another_version(works: Works) -> None:
    work = works.new("cat")
    told = json.loads((work.folder / "about.json").read_text())
    (work.folder / "about.json").write_text(json.dumps({"title": "dog", "look": 5, "new": told, "begun": None}))
    assert work.about == About("dog")


@pytest.mark.parametrize("name", AWAY)
def test_names_that_are_paths(name: str, works: Works) -> None:
    works.new()
    with pytest.raises(InputError, match=r"^there is no such painting in your gallery: choose another$"):
        works.find(name)


def test_no_path_leads_to_anothers(works: Works, painting: Painting, tmp_path: Path) -> None:
    work, other = begun(works, painting), begun(Works(tmp_path / "other"), painting)
    for name in (
        f"../other/{other.name}",
        str(other.folder),
        f"{work.name}/../../other/{other.name}",
        f"./{work.name}",
    ):
        assert (works.folder / name).is_dir()
        with pytest.raises(InputError):
            works.find(name)
    assert works.find(work.name).load() == painting


def test_no_link_is_a_work(works: Works, painting: Painting, tmp_path: Path) -> None:
    other = begun(Works(tmp_path / "other"), painting)
    works.folder.mkdir()
    (works.folder / other.name).symlink_to(other.folder)
    with pytest.raises(InputError):
        works.find(other.name)
    assert works.all() == []


def test_thrown_away(works: Works, painting: Painting) -> None:
    work = begun(works, painting)
    same = works.find(work.name)
    work.remove()
    assert works.all() == [] and same.states == []
    for told in (same.load, lambda: same.last):
        with pytest.raises(InputError, match="this painting is not here any more: choose another in the gallery"):
            told()
    with pytest.raises(InputError):
        works.find(work.name)


def test_pictures_are_kept_beside(works: Works, photo: Path) -> None:
    work = works.new()
    assert work.pictures == {}
    assert work.keep("style", photo) == work.folder / "style"
    assert work.pictures == {"style": work.folder / "style"} and work.states == []


# ---- whose it is


def test_all_is_there_after_the_studio_was_killed(tmp_path: Path, painting: Painting, photo: Path) -> None:
    first = Studio(tmp_path / "studio")
    visit = first.visit(KEY, "page")
    kept = visit.visitor.photos.bring(photo)
    work = begun(visit.visitor.works, painting, title="cat", photo=kept.name)
    (visit.room / "left.png").touch()
    (first.visitors.uploads / "left.png").touch()
    room, owner = visit.room, first.visitors.owner  # no close()
    second = Studio(tmp_path / "studio")
    visitor = second.visit(KEY, "other page").visitor
    (found,) = visitor.works.all()
    assert found.name == work.name and found.load() == painting and found.about.title == "cat"
    assert visitor.photos.find(kept.name + "0" * 40) == kept and kept.read_bytes() == photo.read_bytes()
    assert second.visit(KEY, "other page").photo_of(found) == kept
    assert not room.exists() and list(second.visitors.uploads.iterdir()) == [] and second.visitors.owner == owner


def test_what_passes_goes_with_the_visit(tmp_path: Path, painting: Painting) -> None:
    house = Studio(tmp_path / "studio")
    visit = house.visit(KEY, "a")
    other = house.visit(KEY, "b")
    assert visit is house.visit(KEY, "a") and visit is not other and visit.room != other.room
    work = begun(visit.visitor.works, painting)
    (visit.room / "file.png").touch()
    room, rooms = visit.room, [other.room, house.visitors.uploads]
    house.leave(KEY, "a")
    house.leave(KEY, "a")
    house.leave(OTHER, "b")
    assert not room.exists() and all(one.exists() for one in rooms) and work.states == [1]
    house.close()
    assert not any(one.exists() for one in rooms) and work.states == [1]


def test_a_photo_that_no_painting_needs_goes_with_the_last_visit(tmp_path: Path, photo: Path) -> None:
    studio = Studio(tmp_path / "studio")
    visit, other = studio.visit(KEY, "one"), studio.visit(KEY, "two")
    painted, looked_at = (visit.visitor.photos.bring(path) for path in (photo, photo.parent / "raccoon.jpg"))
    visit.visitor.works.new("cat", hash_of(photo.read_bytes()), "oil")
    studio.leave(KEY, "one")
    assert looked_at.exists()  # the other page may show it
    assert other.visitor.photos.find(hash_of(photo.read_bytes())) == painted
    studio.leave(KEY, "two")
    assert painted.exists() and not looked_at.exists()


def test_only_so_many_pages(tmp_path: Path) -> None:
    """Those that nobody closed end, the oldest first; where something is done, it goes on."""
    house, enough = Studio(tmp_path / "studio"), Event()
    busy, old = house.visit(KEY, "busy"), house.visit(KEY, "old")
    job, room = busy.begin(lambda _job: enough.wait(20) and None), old.room
    kept = house.visit(KEY, "kept")
    for number in range(MOST):
        assert house.visit(KEY, "kept") is kept
        house.visit(OTHER, str(number))
    assert not room.exists() and house.visit(KEY, "kept") is kept
    assert house.visit(KEY, "busy") is busy and house.visit(KEY, "old") is not old
    enough.set()
    job.join(10)


def test_a_room_that_is_gone_is_made_anew(tmp_path: Path) -> None:
    visit = Studio(tmp_path / "studio").visit(KEY, "a")
    shutil.rmtree(visit.room)
    assert visit.room.is_dir()


def test_visitors_see_their_own_alone(tmp_path: Path, painting: Painting, photo: Path) -> None:
    house = Studio(tmp_path / "studio")
    one, other = house.visit(KEY, "page").visitor, house.visit(OTHER, "page").visitor
    kept, work = one.photos.bring(photo), begun(one.works, painting)
    assert other.works.all() == [] and other.photos.find(kept.name) is None
    with pytest.raises(InputError):
        other.works.find(work.name)
    assert one.folder.parent == other.folder.parent and one.folder != other.folder
    assert KEY not in str(one.folder)  # who reads names of folders has no key


def test_nothing_yet(tmp_path: Path) -> None:
    visit = Studio(tmp_path / "studio").visit(KEY, "page")
    with pytest.raises(InputError, match="there is no photo yet: bring one first"):
        visit.the_photo()
    with pytest.raises(InputError, match="there is no painting yet: choose one in the gallery, or paint one"):
        visit.the_work()
    visit.stop()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="files have no modes here")
@pytest.mark.parametrize("there", [True, False])
def test_nobody_else_on_this_computer_may_look(there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "studio"
    before = os.umask(0o022)
    try:
        if there:
            folder.mkdir(parents=True)
        visitors = Visitors(folder)
        key = visitors.owner
    finally:
        os.umask(before)
    assert is_key(key) and visitors.owner == Visitors(folder).owner == key
    assert mode(folder / "owner") == 0o600
    assert mode(visitors.uploads) == mode(folder / "visitors") == 0o700
    assert mode(folder) == (0o755 if there else 0o700)
    for wrong in ("", "short", key + "x", "ü" * 32):
        (folder / "owner").write_text(wrong)
        assert is_key(visitors.owner) and visitors.owner != key and mode(folder / "owner") == 0o600


def test_keys() -> None:
    assert len({new_key() for _ in range(100)}) == 100 and all(is_key(new_key()) for _ in range(100))
    assert not any(map(is_key, ("", "a" * 31, "a" * 33, "../" + "a" * 29, "a" * 31 + "\n", "a" * 32 + "\n", "é" * 32)))


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "studio"):
        with pytest.raises(InputError, match="is a file: give a folder for the studio"):
            Studio(folder)
