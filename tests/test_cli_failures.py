"""What nobody foresaw: one line, exit code 1, what is kept, and the traceback for those who ask."""

import re
import signal
import time
from pathlib import Path

import pytest

from allaprima import MachineError, Painting, files, memory
from allaprima.app.cli import run
from allaprima.painters.observers import Preview

from .commands import QUICK, assert_one_line, listed, start

pytestmark = pytest.mark.usefixtures("inside")


def fails(error: Exception, after: int = 0):  # type: ignore[no-untyped-def]
    """Raises it when it is called once more than so often."""
    calls = iter(range(after))

    def fail(*_: object, **__: object) -> None:
        if next(calls, None) is None:
            raise error

    return fail


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            RuntimeError("can't start new thread"),
            "the machine failed: can't start new thread: it has too many processes",
        ),
        (RuntimeError("std::bad_alloc"), "the machine failed: out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "the machine failed: out of memory"),
        (ImportError("libx.so: failed to map segment from shared object"), "the machine failed: out of memory"),
        (RecursionError("maximum\nrecursion"), "not foreseen (RecursionError in fail: maximum recursion): the same"),
        (KeyError("gone"), "not foreseen (KeyError in fail: 'gone'): the same command with --debug shows where"),
    ],
)
def test_what_was_not_foreseen(
    error: Exception, told: str, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allaprima.app.batch.paint", fails(error))
    assert run(["paint", str(photo), *QUICK]) == 1
    assert_one_line(capsys, told)
    assert run(["paint", str(photo), *QUICK, "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert not listed()


def test_an_end_of_a_file_is_no_abort(
    photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allaprima.app.batch.paint", fails(EOFError("no more")))
    assert run(["paint", str(photo), *QUICK]) == 1
    assert "not foreseen (EOFError in fail: no more): the same" in capsys.readouterr().err


def test_what_there_was_is_kept(
    photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a painting under way."""
    monkeypatch.setattr(Preview, "look", fails(ValueError("odd"), after=5))
    assert run(["paint", str(photo), *QUICK, "-o", "a.png", "--preview", "b.png"]) == 1
    first, then = capsys.readouterr().err.splitlines()[-2:]
    assert first.endswith("kept in a.png.unfinished.painting.json: go on with it by --resume") and "odd" in then
    assert Painting.load("a.png.unfinished.painting.json").unfinished


def test_a_batch_goes_on(photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Past links in a circle, and what was not foreseen of one photo."""
    Path("a.png").symlink_to("b.png")
    Path("b.png").symlink_to("a.png")
    Path("c.png").write_bytes(photo.read_bytes())
    assert run(["paint", "a.png", "c.png", *QUICK, "-o", "made"]) == 2
    shown = capsys.readouterr()
    assert shown.out.split() == ["made/c-painted.png", "made/c-painted.painting.json"]
    assert "the photo a.png cannot be read (Too many levels of symbolic links)" in shown.err
    assert run(["paint", "c.png", *QUICK, "-o", "a.png"]) == 2
    assert_one_line(capsys, "the output a.png... cannot be (Too many levels of symbolic links): choose another")
    monkeypatch.setattr("allaprima.app.batch.write_order", fails(ZeroDivisionError("by 0"), after=0))
    assert run(["paint", "c.png", str(photo), *QUICK, "-o", "other"]) == 1
    shown = capsys.readouterr()
    assert shown.err.count("ZeroDivisionError") == 2 and "2 of 2 photos could not be painted" in shown.err


@pytest.mark.parametrize("limit", [700, 1200, 2000, 3000])
def test_little_memory(limit: int, photo: Path) -> None:
    """However much there is, no traceback."""
    process = start(
        "paint", str(photo), *QUICK,
        before=f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({limit << 20}, {limit << 20}))",
    )  # fmt: skip
    _, err = process.communicate(timeout=120)
    told = (
        "allaprima: loading the libraries takes about 4 GB of address space, and ulimit -v leaves {:.1f} GB: raise it\n"
    )
    assert err in [told.format((limit << 20) / 1e9 - used) for used in (0, 0.05, 0.1)] and process.returncode == 1


def test_few_files(photo: Path) -> None:
    """A file that cannot be opened for that is not damaged."""
    process = start(
        "paint", str(photo), *QUICK, before="import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))"
    )
    _, err = process.communicate(timeout=120)
    assert re.search(r"\w cannot be read.*Too many open files", err) and err.count("\n") == 1
    assert process.returncode == 1


def test_a_folder_that_is_gone(photo: Path) -> None:
    """Is told before libraries look for their parts in it."""
    process = start("paint", str(photo), *QUICK, before="import os; os.mkdir('g'); os.chdir('g'); os.rmdir('../g')")
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (2, "allaprima: the current folder was removed: change to another one\n")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_a_full_disk(suffix: str, painting: Painting) -> None:
    """As seen by a process whose files may not be longer."""
    painting.save("a.painting.json")
    process = start(
        "render", "a.painting.json", "-o", f"a{suffix}", "--size", "300",
        before="import resource; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))",
    )  # fmt: skip
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (1, "allaprima: the machine failed: File too large\n")
    assert listed() == ["a.painting.json"]


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [
        (
            "a.png",
            8000,
            r"drawing 8,000x5,333 px takes about 0\.9 GB of memory, and 0\.5 GB are free: choose a smaller",
        ),
        ("a.ora", 3000, r"drawing 3,000x2,000 px in layers takes about 0\.4 GB of memory, and 0\.3 GB are free"),
        ("a.webp", 20_000, r"the picture would have 20,000 px, and a \.webp at most 16,383: choose \.png or \.tif"),
    ],
)
def test_too_large_a_picture_is_told_before_the_work(
    name: str, size: int, told: str, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By all who draw: not when the painting is done."""
    monkeypatch.setattr("allaprima.memory.free_memory", lambda: 5e8 if name == "a.png" else 3e8)
    code = 2 if name == "a.webp" else 1
    assert run(["paint", str(photo), *QUICK, "-o", name, "--output-size", str(size)]) == code
    shown = capsys.readouterr().err
    assert re.search(told, shown) and shown.count("\n") == 1 and not listed()
    assert run(["paint", str(photo), *QUICK, "-o", "b.painting.json"]) == 0
    assert run(["render", "b.painting.json", "-o", name, "--size", str(size)]) == code
    assert re.search(told, capsys.readouterr().err.splitlines()[-1]) and listed() == ["b.painting.json"]
    assert run(["paint", str(photo), "--strokes", "19999", "-o", "c.png"]) == 1
    assert "painting 19,999 strokes takes about 0.8 GB of memory, and 0." in capsys.readouterr().err
    if code == 1:
        with pytest.raises(MachineError, match="choose a smaller size"):
            Painting.load("b.painting.json").render(12_000)


def test_free_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the machine, of a container, or what a process may have: the least counts."""
    monkeypatch.setattr(memory, "CONTAINERS", ((tmp_path, "most", "taken"),))
    assert memory.free_memory() > 1e8
    (tmp_path / "taken").write_text("3000\n")
    (tmp_path / "memory.stat").write_text("anon 1000\ninactive_file 1500\nactive_file 500\n")  # files are given back
    for text, free in (("max\n", None), ("100000\n", 99_000), ("900\n", 0)):
        (tmp_path / "most").write_text(text)
        assert memory.free_memory() > 1e8 if free is None else memory.free_memory() == free
    process = start(
        "paint", "x", before="import resource; from allaprima import memory; limit = 3 << 30; "
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit)); assert memory.free_memory() < limit; sys.exit(7)",
    )  # fmt: skip
    _, err = process.communicate(timeout=60)
    assert process.returncode == 7, err


# ---- ended


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("seconds", [0.1, 0.6, 1.2, 2.0])
def test_ended_while_it_starts(end: signal.Signals, seconds: float, photo: Path) -> None:
    """At once, and without a word, whatever is imported meanwhile."""
    process = start("paint", str(photo), "--strokes", "5000", before="print('begun', file=sys.stderr, flush=True)")
    assert process.stderr and process.stderr.readline() == "begun\n"
    time.sleep(seconds)
    process.send_signal(end)
    _, err = process.communicate(timeout=20)
    assert process.returncode in (128 + end, -end) and not err
    assert not list(Path().glob(".allaprima-*"))


def test_what_a_killed_process_left_is_removed(photo: Path) -> None:
    """At once, by the next run; not what another one is still writing, nor what is no file of ours."""
    Path(".allaprima-left.png").write_bytes(b"half")
    Path(".allaprima-folder").mkdir()
    with files.written_aside(Path("b.png")) as aside:
        assert not Path(".allaprima-left.png").exists()
        with files.written_aside(Path("c.png")) as other:
            other.write_bytes(b"c")
            assert aside.exists()
        aside.write_bytes(b"b")
    assert listed() == [".allaprima-folder", "b.png", "c.png"]


def test_a_folder_of_many_files_is_looked_through_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else every photo of a batch would look at all the others."""
    monkeypatch.setattr(files, "SELDOM", 1e6)
    for number in range(files.FEW + 1):
        Path(f"{number}.png").touch()

    def write() -> None:
        with files.written_aside(Path("a.png")) as aside:
            aside.write_bytes(b"a")

    write()
    left = Path(".allaprima-left.png")
    left.touch()
    write()
    assert left.exists()
    files._looked.clear()
    write()
    assert not left.exists()
