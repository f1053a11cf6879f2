"""The pages tell the truth: their commands and their Python run, their links and pictures are there."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import allaprima
from allaprima import Painting
from allaprima.app.cli import run

from .clips import pan, write_film
from .conftest import ROOT
from .test_docs import PAGES, blocks, commands

sys.path.insert(0, str(ROOT / "tools"))
import gallery

GALLERY = gallery.table()
FILMS = (".mp4", ".webm", ".gif")
# take minutes, or do not end by themselves; that their options exist is tested with the other docs
LONG = ("strokes", "train", "learn-brush", "studio")


def quick() -> list[str]:
    """The commands of the pages that run in seconds when they are small, and do not change the machine. On a cluster,
    of which two cannot begin at the same moment, others run them.
    """
    return [
        command
        for command in commands()
        if command.split()[1] not in LONG and not re.search(r"vgg16|--install-completion|--version|--cluster", command)
    ]


@pytest.fixture(scope="session")
def desk(photo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the pages speak of: photos, a mask, paintings, a brush, a look."""
    folder = tmp_path_factory.mktemp("desk")
    with Image.open(photo) as opened:
        small = opened.convert("RGB").resize((120, 80))
    pictures = ["photo.jpg", "cat.jpg", "other.jpg", "theirs.jpg", "gravel.png", "photo-painted.png"]
    (folder / "gallery-work").mkdir()
    (folder / "photos").mkdir()
    (folder / "photos/list.csv").write_text("photo,name,strokes\ncat.jpg,cat in few,9\n")
    for name in [
        *pictures,
        "photos/cat.jpg",
        "photos/dog.jpg",
        *(f"gallery-work/{name}.png" for name in GALLERY["photos"]),
    ]:
        small.save(folder / name)
    Image.fromarray(np.tile(np.uint8(np.linspace(0, 255, 120)), (80, 1))).save(folder / "mask.png")
    painting = allaprima.paint(folder / "photo.jpg", strokes=12, size=480, quality="draft")
    for name in ("cat", "photo-painted", "portrait", "pens", "ink"):
        painting.save(folder / f"{name}.painting.json")
    for step in allaprima.optimise(folder / "photo.jpg", strokes=12, size=64, quality="draft"):
        if step.index == 3:
            step.painting().save(folder / "stopped.painting.json")
            break
    (folder / "mine.toml").write_text("strokes = 10\n")
    write_film(folder / "clip.mp4", pan(3))
    for name in ("my", "wide", "pen"):
        shutil.copy(ROOT / "src/allaprima/brush/weights/flat.safetensors", folder / f"{name}.safetensors")
    return folder


@pytest.fixture
def seated(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a copy of that folder."""
    shutil.copytree(desk, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")


def leave_what_is_named(text: str) -> None:
    """Of the photos, so that ``*.jpg`` are few."""
    for name in ("other.jpg", "theirs.jpg"):
        if name not in text:
            Path(name).unlink()


def small(words: list[str]) -> list[str]:
    """The same command with few strokes on few pixels, and files that it may overwrite."""
    names = [word for word in words if word.endswith(FILMS)]
    added = ["--seconds", "0.2"] if names else []
    if words[0] in ("paint", "batch", "film"):
        added += ["--add", "5"] if "--add" in words else []
        added += [] if "--resume" in words else ["--strokes", "12", "--size", "128", "--quality", "draft"]
    if words[0] == "render":
        added += ["--dpi", "20"] if "--print" in words else ["--size", "64"] if pictured(words) else []
    if words[0] in ("paint", "batch", "film", "render"):
        added.append("--force")
    return [*words, *added]


def pictured(words: list[str]) -> bool:
    return not any(word.endswith((".csv", ".svg")) for word in words)


def marked(command: str) -> Any:
    """Slow: sheets, and the gallery, whose commands its tool has run at full size."""
    slow = re.match(r"allaprima (looks|brushes -o)", command) or command in PAGES[Path("docs/gallery.md")]
    return pytest.param(command, marks=pytest.mark.slow if slow else ())


@pytest.mark.usefixtures("seated")
@pytest.mark.parametrize("command", list(map(marked, quick())))
def test_commands_run(command: str) -> None:
    leave_what_is_named(command)
    words = [path for word in shlex.split(command)[1:] for path in (sorted(map(str, Path().glob(word))) or [word]
             if word.startswith("*") else [word])]  # fmt: skip
    for name in words:
        if name.endswith(".unfinished.painting.json"):
            Path("stopped.painting.json").rename(name)
    assert run(small(words)) == 0
    wanted = [words[at + 1] for at, word in enumerate(words) if word == "-o"]
    for name in wanted:
        assert Path(re.sub(r"\{name\}.*", "", name)).exists(), name


@pytest.mark.usefixtures("seated")
def test_vpype_reads_what_is_told() -> None:
    pytest.importorskip("vpype")
    lines = [line for text in PAGES.values() for line in re.findall(r"^vpype .+$", text, re.MULTILINE)]
    painting = Painting.load("cat.painting.json")
    allaprima.write(painting, "drawing.svg", svg_style="centerline", svg_width=180, clip=True)
    for line in lines:
        words = shlex.split(line)
        done = subprocess.run([Path(sys.executable).parent / words[0], *words[1:]], capture_output=True, text=True)
        assert done.returncode == 0 and "ERROR" not in done.stderr, done.stderr
        assert Path(words[-1]).read_bytes()


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if blocks("python", text)], ids=str)
@pytest.mark.usefixtures("seated")
def test_python_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page one after another, in little: few strokes, few pixels, trainings of a few steps.
    ``allaprima`` and a ``painting`` are there.
    """
    paint, write, render = allaprima.paint, allaprima.write, Painting.render

    def few(photo: Any, **options: Any) -> Painting:
        if "resume" in options:
            return paint(photo, **options | {"add": 5})
        wanted = {"strokes": min(12, options.pop("strokes", 12)), "size": 96, "quality": "draft"}
        return paint(photo, **options | wanted)

    monkeypatch.setattr(allaprima, "paint", few)
    monkeypatch.setattr(allaprima, "write", lambda *words, **options: write(*words, **options | {"size": 96}))
    monkeypatch.setattr(Painting, "render", lambda self, size=0, **options: render(self, 96, **options))
    draw = allaprima.draw_strokes
    monkeypatch.setattr(allaprima, "draw_strokes", lambda folder, brush, count: draw(folder, brush, min(40, count)))
    for stage in ("pretrain", "pretrain_critic", "adversarial"):
        method = getattr(allaprima.Apprentice, stage)
        monkeypatch.setattr(allaprima.Apprentice, stage, brief(method))
    names: dict[str, Any] = {"__name__": "page", "allaprima": allaprima, "painting": Painting.load("cat.painting.json")}
    leave_what_is_named("")
    for block in blocks("python", PAGES[page]):
        exec(compile(block, str(page), "exec"), names)


def brief(stage: Callable[..., Any]) -> Callable[..., Any]:
    """A stage of an apprentice that takes three small steps, whatever it is told."""
    return lambda self, **options: stage(self, **options | {"steps": 3, "batch": 2})


# ---- links, pictures, words


def slugs(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_anchors_are_there() -> None:
    for page, text in PAGES.items():
        for target, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)]+)\)", text):
            path = (ROOT / page.parent / target).resolve().relative_to(ROOT) if target else page
            assert anchor in slugs(PAGES[path]), f"{page}: {target}#{anchor}"


def test_every_page_is_in_the_site() -> None:
    listed = set()
    for page, text in PAGES.items():
        for block in blocks(r"\{toctree\}", text):
            listed |= {page.parent / f"{line}.md" for line in block.splitlines() if re.match(r"\w", line)}
    assert set(PAGES) - listed == {Path("README.md"), Path("docs/index.md")}


def test_pictures_are_shown_and_made() -> None:
    """By a page, and by a script or a command that the list of pictures names for them."""
    folder = ROOT / "docs/images"
    rows = re.findall(r"^\| (`.+?) \| (.+?) \|", (folder / "README.md").read_text(), re.MULTILINE)
    makers = [(re.findall(r"`([^`]+)`", patterns), maker) for patterns, maker in rows]
    text = "\n".join(PAGES.values())
    for path in sorted(folder.rglob("*.*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".md":
            continue
        assert re.search(rf"images/{re.escape(name)}\b", text), f"no page shows {name}"
        [maker] = [maker for patterns, maker in makers if any(fnmatch(name, pattern) for pattern in patterns)]
        script = re.search(r"`((?:tools|benchmarks)/\w+\.py)", maker)
        if script and script[1].startswith("tools/"):
            tables = [path for path in (ROOT / script[1], (ROOT / script[1]).with_suffix(".toml")) if path.exists()]
            assert any(
                path.stem in table.read_text() or fnmatch(name, "looks-*") or fnmatch(name, "studio/*")
                for table in tables
            ), name
        assert not script or (ROOT / script[1]).exists(), maker


def test_the_gallery_is_its_table() -> None:
    """The page is what its tool writes: below each painting of the table stands its command; no other files."""
    page, folder = PAGES[Path("docs/gallery.md")], ROOT / "docs/images/gallery"
    assert page == gallery.page(GALLERY)
    paintings = {name: told for part in GALLERY["paintings"].values() for name, told in part.items()}
    below = dict(re.findall(r"\(images/gallery/([\w-]+)\.jpg\)\n\n```sh\n(.+)\n```\n", page))
    assert set(below) == set(paintings) and len(paintings) >= 24
    for name, told in paintings.items():
        photo, *options = shlex.split(told)
        words = ["allaprima", "paint", f"gallery-work/{photo}.png", "-o", f"{name}.png", *options]
        assert shlex.split(below[name]) == words
    assert {name.removesuffix("-detail") for name in GALLERY["details"]} <= set(paintings)
    for name, (left, top, right, bottom) in GALLERY["details"].items():
        assert f"(images/gallery/{name}.jpg)" in page
        with Image.open(folder / f"{name}.jpg") as detail:
            assert detail.size == (right - left, bottom - top), f"{name}: not pixel for pixel"
    files = {path.stem: path.stat().st_size for path in folder.iterdir()}
    assert set(files) == {*paintings, *GALLERY["details"]}
    assert max(files.values()) < 123_000 and sum(files.values()) < 4_000_000


def test_photos_of_the_gallery_have_a_source() -> None:
    """Whose they are, and that they are free, stands with the pictures; those of this repository are there."""
    told = (ROOT / "docs/images/README.md").read_text()
    for photo in GALLERY["photos"].values():
        stem = Path(photo["file"]).stem
        assert re.search(rf"\*{stem}\*[^;*]+(CC0|public\s+domain)", told), f"whose is {stem}, and is it free?"
    for path in (ROOT / "examples").iterdir():
        assert f"`{path.name}`" in (ROOT / "examples/README.md").read_text() or path.suffix == ".md", path.name


def test_troubles_are_told_as_they_are_met() -> None:
    """What stands in the first column is what the code says, but for names, and for what a shell says."""
    page = PAGES[Path("docs/start/troubles.md")]
    source = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    told = [line for line in re.findall(r"^\| `([^`]+)`", page, re.MULTILINE) if "command not found" not in line]
    assert len(told) > 8
    for line in told:
        for part in re.split(r"\b(?:photo|holiday\.jpg|a\.png|a\.bmp|my|brush|fastai)|\.\.\.|, ", line):
            assert part.strip() in source, line


def test_spelling() -> None:
    pytest.importorskip("codespell_lib")
    there = [
        name for name in ("README.md", "docs", "src", "notebooks", "tools", "CITATION.cff") if (ROOT / name).exists()
    ]
    command = [sys.executable, "-m", "codespell_lib", *there]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"false alarms go into docs/words.txt:\n{done.stdout}{done.stderr}"


@pytest.mark.slow
def test_the_site_is_built(tmp_path: Path) -> None:
    pytest.importorskip("furo")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", tmp_path / "trees"]
    done = subprocess.run([*command, ROOT / "docs", tmp_path / "site"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site/reference/commands.html").read_text()
    assert "--strokes" in page and "--brush-motion" in page
    assert 'id="allaprima.paint"' in (tmp_path / "site/reference/python.html").read_text()
