"""Work of the studio: it tells how far it is, waits for its turn, pauses, and stops when nobody looks."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from threading import Event

import pytest

from allaprima import InputError
from allaprima.app.studio.jobs import Job, News, Turns


def until(what: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def seen(job: Job) -> list[News]:
    async def all_news() -> list[News]:
        return [news async for news in job.follow()]

    return asyncio.run(asyncio.wait_for(all_news(), 20))


class Busy:
    """Work that goes on until it is let go, and looks whether it may."""

    def __init__(self) -> None:
        self.begun, self.enough, self.turns = Event(), Event(), 0

    def __call__(self, job: Job) -> None:
        self.begun.set()
        while not self.enough.is_set():
            job.check()
            self.turns += 1
            time.sleep(0.002)
        job.tell(text="done")


def test_news_come_and_end() -> None:
    told = [Event(), Event()]

    def work(job: Job) -> None:
        job.tell(share=0.5, text="half", picture=b"jpeg")
        told[0].wait(10)
        job.tell(share=1.0, text="whole")

    async def look() -> list[News]:
        job, found = Job(work, Turns()).start(), list[News]()
        async for news in job.follow():
            found.append(news)
            if news.text == "half":
                told[0].set()
        assert not job.alive
        return found

    found = asyncio.run(asyncio.wait_for(look(), 20))
    assert [news.text for news in found if news.text] == ["half", "whole"]
    assert found[-1] == News(1.0, "whole", found[-1].left, b"jpeg")


def test_nothing_that_was_told_last_is_lost() -> None:
    for _ in range(20):
        assert seen(Job(lambda job: job.tell(text="last"), Turns()).start())[-1].text == "last"


def test_who_leaves_stops_the_work() -> None:
    busy = Busy()
    job = Job(busy, Turns()).start()
    busy.begun.wait(10)

    async def leave() -> None:
        async with aclosing(job.follow()) as news:
            async for _ in news:
                break

    asyncio.run(leave())
    begun = time.monotonic()
    job.join(10)
    assert not job.alive and time.monotonic() - begun < 1 and job.error is None


def test_left_by_a_task_that_was_cancelled() -> None:
    """As when a browser is closed."""
    busy = Busy()
    job = Job(busy, Turns()).start()

    async def look() -> None:
        async for _ in job.follow():
            pass

    async def close() -> None:
        task = asyncio.create_task(look())
        await asyncio.sleep(0.1)
        assert job.alive
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(close())
    begun = time.monotonic()
    job.join(10)
    assert not job.alive and time.monotonic() - begun < 1


@pytest.mark.parametrize("error", [InputError("wrong"), OSError(28, "No space left"), MemoryError()])
def test_what_went_wrong_is_raised(error: Exception) -> None:
    def work(job: Job) -> None:
        job.tell(text="begun")
        raise error

    turns = Turns()
    with pytest.raises(type(error)) as caught:
        seen(Job(work, turns).start())
    assert caught.value is error
    assert seen(Job(lambda job: job.tell(text="next"), turns).start())[-1].text == "next"  # it has left its place


def test_what_is_told_again_is_no_news() -> None:
    """A page that hears the same ten times a second does nothing else."""

    def work(job: Job) -> None:
        for _ in range(20):
            job.tell(text="the same")
            time.sleep(0.05)

    assert [one.text for one in seen(Job(work, Turns()).start())] in (["the same"], ["", "the same"])


def test_one_at_a_time_and_in_order() -> None:
    words = ["", "1 painting is before yours", "2 paintings are before yours", "3 paintings are before yours"]
    turns, order, first = Turns(), list[int](), Busy()
    jobs = [Job(first, turns).start()]
    first.begun.wait(10)
    for number in (1, 2, 3):
        jobs.append(Job(lambda _job, number=number: order.append(number), turns).start())  # type: ignore[misc]
        until(lambda: jobs[-1].news.text != "")  # it has its place
        assert jobs[-1].news.text == words[number]
    assert order == []
    first.enough.set()
    for job in jobs:
        job.join(10)
    assert order == [1, 2, 3]


def test_what_ends_already_is_no_painting_before_yours() -> None:
    """As one's own sketches, which need a moment to stop."""
    turns, enough = Turns(), Event()
    one = Job(lambda job: bool(enough.wait(10)), turns).start()  # type: ignore[arg-type, return-value]
    one.stop()
    other = Job(lambda job: job.tell(text="begun"), turns).start()
    until(lambda: other.news.text == "in a moment")
    enough.set()
    until(lambda: other.news.text == "begun")


def test_paused_another_has_its_turn() -> None:
    turns, first, second = Turns(), Busy(), Busy()
    one = Job(first, turns).start()
    first.begun.wait(10)
    one.pause()
    until(lambda: one.news.paused)
    done = first.turns
    two = Job(second, turns).start()
    assert second.begun.wait(10)  # though the first is not done
    one.pause(False)
    until(lambda: one.news.text == "1 painting is before yours")
    assert first.turns == done and one.alive
    second.enough.set()
    two.join(10)
    until(lambda: first.turns > done)
    assert not one.news.paused
    first.enough.set()
    one.join(10)
    assert one.error is None and one.news.text == "done"


@pytest.mark.parametrize("waiting", [True, False])
def test_stopped_while_it_waits_or_is_paused(waiting: bool) -> None:
    turns, first, second = Turns(), Busy(), Busy()
    one = Job(first, turns).start()
    first.begun.wait(10)
    other = Job(second, turns).start() if waiting else one
    if waiting:
        until(lambda: other.news.text)
    else:
        one.pause()
        until(lambda: one.news.paused)
    other.stop()
    begun = time.monotonic()
    other.join(10)
    assert not other.alive and other.error is None and time.monotonic() - begun < 1
    assert not second.begun.is_set()
    first.enough.set()
    one.join(10)
    assert seen(Job(lambda job: job.tell(text="next"), turns).start())[-1].text == "next"


def test_too_many_are_waiting() -> None:
    turns, first = Turns(most=2), Busy()
    one = Job(first, turns).start()
    first.begun.wait(10)
    waiting = [Job(lambda _job: None, turns).start() for _ in range(2)]
    for job in waiting:
        until(lambda job=job: job.news.text)  # type: ignore[misc]
    with pytest.raises(InputError, match=r"^2 paintings are waiting already: try again in a few minutes$"):
        seen(Job(lambda _job: None, turns).start())
    first.enough.set()
    for job in (one, *waiting):
        job.join(10)
        assert job.error is None


def test_who_paused_may_always_go_on() -> None:
    """However many came meanwhile: there is half a painting to lose."""
    turns, first, second = Turns(most=1), Busy(), Busy()
    one = Job(first, turns).start()
    first.begun.wait(10)
    one.pause()
    until(lambda: one.news.paused)
    two = Job(second, turns).start()
    second.begun.wait(10)
    three = Job(lambda _job: None, turns).start()
    until(lambda: three.news.text)
    one.pause(False)
    until(lambda: one.news.text == "2 paintings are before yours")
    second.enough.set()
    first.enough.set()
    for job in (one, two, three):
        job.join(10)
        assert job.error is None
    assert one.news.text == "done"
