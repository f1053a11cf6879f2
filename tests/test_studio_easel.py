"""Paintings that grow in the studio: kept when they are stopped, gone on with, and put in another light."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from allaprima import InputError, Painting
from allaprima.app.contact_sheet import Proposal, small_photo
from allaprima.app.studio.easel import LIVE, paint_into, paint_small, relight, show
from allaprima.app.studio.jobs import NEWS, Job, Turns
from allaprima.app.studio.lights import KEPT, Lights, in_light
from allaprima.app.studio.visit import Studio
from allaprima.app.studio.works import SMALL, Work, Works
from allaprima.image.photo import read_photo
from allaprima.rendering.light import Light

from .conftest import PLAIN, picture_size

Told = Callable[..., None]
KEY = "k" * 32
QUICK = {"strokes": 20, "size": 64, "quality": "draft", **PLAIN}
LONG = {"strokes": 2000, "size": 128, "quality": "best"}


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Works(tmp_path / "works").new("cat")


def done(job: Job) -> Job:
    job.start().join(120)
    if job.error:
        raise job.error
    return job


def test_painted(work: Work, photo: Path) -> None:
    lights = Lights()
    job = done(Job(lambda job: paint_into(job, work, photo, lights, QUICK), Turns()))
    assert work.states == [1] and len(work.load()) == 20 and work.load().unfinished is None
    assert job.news.share == 1.0 and job.news.text == "20 strokes"
    assert picture_size(work.beside("seen.jpg"))[0] == 64 and picture_size(work.beside("small.jpg"))[0] == 64
    mask = work.folder / "mask.png"
    Image.linear_gradient("L").resize((451, 300)).save(mask)
    how = {"changes": {"focus": str(mask)}, "again": work.last, "add": 5}
    done(Job(lambda job: paint_into(job, work, photo, lights, **how), Turns()))  # type: ignore[arg-type]
    assert work.states == [1, 2] and len(work.load()) == 25


def test_stopped_it_is_kept_and_can_be_gone_on_with(work: Work, photo: Path) -> None:
    job = Job(lambda job: paint_into(job, work, photo, Lights(), LONG), Turns()).start()
    while job.alive and not job.news.picture:
        time.sleep(0.01)
    job.stop()
    job.join(20)
    assert not job.alive and job.error is None
    assert work.states == [1] and work.load().unfinished is not None
    size = work.load().size
    assert picture_size(work.beside("seen.jpg"))[0] == min(LIVE, size)
    assert picture_size(work.beside("small.jpg"))[0] == min(SMALL, size)
    shorter = {"changes": {}, "again": work.last}
    on = Job(lambda job: paint_into(job, work, photo, Lights(), **shorter), Turns()).start()  # type: ignore[arg-type]
    while on.alive and not on.news.picture:
        time.sleep(0.01)
    on.stop()
    on.join(20)
    assert on.error is None and work.states == [1] and on.news.share >= job.news.share


def test_closing_keeps_what_is_under_way(tmp_path: Path, photo: Path) -> None:
    house = Studio(tmp_path / "studio")
    visit = house.visit(KEY, "page")
    work = visit.visitor.works.new("cat")
    job = visit.begin(lambda job: paint_into(job, work, photo, house.lights, LONG))
    while job.alive and not job.news.picture:
        time.sleep(0.01)
    house.close(20)
    assert not job.alive
    (found,) = Studio(tmp_path / "studio").visitors.find(KEY).works.all()
    assert found.load().unfinished is not None


def test_what_fails_at_once_leaves_no_state(work: Work, photo: Path) -> None:
    with pytest.raises(InputError, match="strokes is 0"):
        done(Job(lambda job: paint_into(job, work, photo, Lights(), {"strokes": 0}), Turns()))
    assert work.states == []


def test_another_job_stops_the_one_before(tmp_path: Path, photo: Path) -> None:
    visit = Studio(tmp_path / "studio").visit(KEY, "page")
    one = visit.begin(lambda job: job.check() or time.sleep(0.3) or job.check())  # type: ignore[func-returns-value]
    two = visit.begin(lambda job: job.tell(text="mine"))
    two.join(10)
    one.join(10)
    assert visit.job is two and two.news.text == "mine" and not one.alive


def test_small_ones_are_news_when_they_come(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one, too, which comes when all the work is done, and was not shown then."""

    def fast(image: Image.Image, _: object, on_picture: Told, tell: Told, quick: bool) -> None:
        for number in range(2):
            tell(1.0, "few")
            time.sleep(2 * NEWS)  # it is heard
            on_picture(number, image)
            tell(1.0, "few")

    monkeypatch.setattr("allaprima.app.studio.easel.small_paintings", fast)
    seen, heard = dict[int, str](), list[int]()
    small = small_photo(read_photo(photo, most=200))
    job = Job(lambda job: paint_small(job, small, [Proposal("few", {})] * 2, seen.__setitem__), Turns()).start()

    async def look() -> None:
        async for _ in job.follow():
            heard.append(len(seen))

    asyncio.run(look())
    assert heard[-1] == 2 and 1 in heard


def test_small_ones(photo: Path) -> None:
    seen = dict[int, str]()
    small = small_photo(read_photo(photo, most=200))
    few = [Proposal("few", {"strokes": 40, "quality": "draft"})]
    done(Job(lambda job: paint_small(job, small, few, seen.__setitem__), Turns()))
    assert sorted(seen) == [0] and all(url.startswith("data:image/jpeg;base64,") for url in seen.values())


def test_light(work: Work, oil: Painting) -> None:
    oil.save(work.next)
    lights = Lights()
    show(work, lights)
    before = np.asarray(Image.open(work.beside("seen.jpg"))).astype(int)
    low = Light(1.0, "3:00,15", 0.0, "cotton:2")
    lit = lights.look(work.last, low)
    assert lit is not None and np.abs(lit.astype(int) - before).mean() > 3
    assert work.load() == oil  # it was only looked at
    relight(work, low, lights)
    painting = work.load()
    assert Light.of(painting.settings) == low and painting == in_light(oil, low) and work.states == [1]
    after = np.asarray(Image.open(work.beside("seen.jpg"))).astype(int)
    assert np.abs(after - lit).mean() < 3 < np.abs(after - before).mean()
    stamp = work.last.stat().st_mtime_ns
    relight(work, low, lights)
    assert work.last.stat().st_mtime_ns == stamp  # it is in this light


def test_thrown_away_while_its_light_is_kept(work: Work, oil: Painting, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(picture: Image.Image, path: Path) -> None:
        work.throw()
        picture.save(path)

    oil.save(work.next)
    monkeypatch.setattr("allaprima.app.studio.works.save_picture", save)
    with pytest.raises(InputError, match="this painting is not here any more"):
        relight(work, Light(1.0, "3:00,15", 0.0, "cotton:2"), Lights())


def test_flat_paint_has_no_relief(work: Work, painting: Painting) -> None:
    painting.save(work.next)
    assert Lights().look(work.last, Light()) is None
    show(work, Lights())
    assert picture_size(work.beside("seen.jpg")) == (painting.width, painting.height)


def test_only_few_drawings_are_kept(tmp_path: Path, oil: Painting) -> None:
    lights = Lights()
    for number in range(KEPT + 2):
        path = tmp_path / f"{number}.painting.json"
        in_light(oil[: 10 + number], Light()).save(path)
        assert lights.look(path, Light()) is not None
    assert len(lights._drawings) == KEPT


def test_a_painting_that_names_files_is_not_shown(work: Work, painting: Painting) -> None:
    """As its maker's palette: gone on with, it would be read here."""
    text = work.next
    painting.save(text)
    text.write_text(text.read_text().replace('"palette": ""', '"palette": "/etc/passwd"'))
    assert work.load().settings.palette == "/etc/passwd"
    with pytest.raises(InputError, match="made with files of somebody's own"):
        show(work, Lights())
