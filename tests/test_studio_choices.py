"""From the studio's controls to settings: the look decides what nobody touched, and nothing is a path."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allaprima import InputError, Painting, Settings
from allaprima.app.studio.choices import (
    AS_LOOK,
    FOUND,
    OWN_COLORS,
    SEEDS,
    Choices,
    Limits,
    again,
    check_among,
    check_brought,
)
from allaprima.painting.looks import looks
from allaprima.painting.pictures import PictureFile

USUAL = Limits()
PATHS = (
    "/etc/passwd", "../x.safetensors", "x.safetensors", "flat.safetensors", "/tmp/a.gpl", "a.toml", ".", "..", "~",
    "sha256:" + "0" * 64, "none", "oil:0.7,/etc/passwd:0.3", "flat\0", "", "http://127.0.0.1/a.png", "x" * 9999,
)  # fmt: skip


def settings(look: str = "oil", focus: Path | None = None, limits: Limits = USUAL, **chosen: Any) -> Settings:
    return Settings().change(**Choices(**chosen).changes(look, focus, limits))


@pytest.mark.parametrize("look", looks())
def test_untouched_the_look_decides(look: str) -> None:
    assert settings(look) == Settings().change(look=look)


def test_what_was_chosen_goes_before_the_look(tmp_path: Path) -> None:
    chosen = settings(
        "impasto", tmp_path / "focus", brush="round", strokes=300, min_size=0.01, max_size=0.1, quality="best",
        palette=FOUND, palette_count=5, mood="dots", seed=7, paper="Navy", style=tmp_path / "style", style_weight=2.5,
    )  # fmt: skip
    usual = Settings().change(look="impasto")
    assert (chosen.look, chosen.relief, chosen.light) == ("impasto", usual.relief, usual.light)
    assert (chosen.brush, chosen.strokes, chosen.min_size, chosen.max_size) == ("round", 300, 0.01, 0.1)
    assert (chosen.quality, chosen.palette, chosen.mood, chosen.seed) == ("best", "5", "dots", 7)
    assert str(chosen.background) == "#000080" and chosen.style_weight == 2.5
    assert chosen.focus == PictureFile(str(tmp_path / "focus")) and chosen.style == PictureFile(str(tmp_path / "style"))
    assert settings(palette=OWN_COLORS, colors="#102030, RED,#ffffff").palette == "#102030,#ff0000,#ffffff"
    assert str(settings(paper="photo-mean").background) == "photo-mean"


def test_what_was_chosen_is_told_in_words(tmp_path: Path) -> None:
    assert Choices().words() == [] == Choices(paper="", quality="best", colors="red", palette_count=3).words()
    chosen = Choices(
        brush="dry_brush", strokes=1200, min_size=0.005, max_size=0.1, palette=FOUND, palette_count=5, mood="dots",
        seed=7, paper="navy", style=tmp_path / "style",
    )  # fmt: skip
    assert chosen.words() == [
        "brush dry brush", "1,200 strokes", "at least 0.5 % wide", "at most 10 % wide", "mood dots", "paper navy",
        "5 colours of the photo", "like your picture", "version 7",
    ]  # fmt: skip
    assert Choices(paper="#f4efe4").words() == ["paper cream"]
    assert Choices(palette=OWN_COLORS, colors="red,#00ff00").words() == ["your 2 colours"]


def test_colours_that_are_files_here_are_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture may lie in the folder in which the studio was opened, of whatever name."""
    monkeypatch.chdir(tmp_path)
    for name in ("red", "navy", "white", "#ff0000", "red,navy", "photo-mean"):
        Path(name).write_bytes(b"not a colour")
    assert str(settings(paper="red").background) == "#ff0000"
    assert settings(palette=OWN_COLORS, colors="red,navy").palette == "#ff0000,#000080"


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_a_path(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for chosen in (
        {"brush": path}, {"paper": path}, {"palette": OWN_COLORS, "colors": path}, {"quality": path}, {"mood": path},
        {"palette": OWN_COLORS, "colors": f"#ffffff,{path}"},
    ):  # fmt: skip
        if chosen == {"paper": ""}:
            continue  # as the look says
        with pytest.raises(InputError) as caught:
            Choices(**chosen).changes("oil", None, USUAL)  # type: ignore[arg-type]
        assert len(str(caught.value)) <= 1000


def test_looks_that_are_paths_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="there is no look '/etc/passwd': choose from oil, dots"):
        check_among("/etc/passwd", ("oil", "dots"), "look")
    with pytest.raises(InputError) as caught:
        check_among("x" * 10_000, ("oil",), "look")
    assert len(str(caught.value)) < 100 and check_among("oil", ("oil",), "look") == "oil"


@pytest.mark.parametrize(("chosen", "told"), [
    ({"strokes": 2001}, "^2,001 strokes are asked for: this studio paints at most 2,000$"),
    ({"strokes": 10**9}, "1000000000: choose 1 to"),
    ({"strokes": -5}, "strokes is -5"),
    ({"min_size": 2.0}, "min_size is 2"),
    ({"min_size": float("nan")}, "min_size"),
    ({"min_size": 0.1, "max_size": 0.05}, "max_size is 0.05 and min_size 0.1"),
    ({"seed": -1}, "seed is -1"),
    ({"seed": 2**70}, "seed"),
    ({"palette": FOUND, "palette_count": 0}, "palette is 0: choose 1 to"),
    ({"palette": FOUND, "palette_count": 10**8}, "palette is 100000000: choose 1 to"),
    ({"palette": OWN_COLORS, "colors": ",".join(f"#{number:06x}" for number in range(9999))}, "choose 1 to"),
    ({"palette": OWN_COLORS, "colors": "photo-mean"}, "a colour"),
    ({"style": Path("style"), "style_weight": 1e9}, "style_weight"),
    ({"quality": "bestest"}, "quality"),
])  # fmt: skip
def test_what_cannot_be(chosen: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Choices(**chosen).changes("oil", None, Limits(strokes=2000))


def test_limits_clip_what_a_look_wants() -> None:
    """And refuse what a person asks for."""
    limits = Limits(strokes=1000, size=512)
    for look in looks():
        chosen = settings(look, limits=limits)
        usual = Settings().change(look=look)
        assert chosen == usual.change(strokes=min(usual.strokes, 1000), size=min(usual.size, 512))
    assert settings(strokes=1000, limits=limits).strokes == 1000
    with pytest.raises(InputError, match="1,001 strokes are asked for: this studio paints at most 1,000"):
        settings(strokes=1001, limits=limits)
    limits.check(1000, 512)
    with pytest.raises(InputError, match="513 px are asked for: this studio makes at most 512"):
        limits.check(1, 513)


def test_another_like_it() -> None:
    assert again({"look": "oil", "seed": 3}, 1) == {"look": "oil", "seed": 4}
    assert again({}, 1) == {"seed": 1} and again({"seed": SEEDS - 1}, 1) == {"seed": 0}


OWN = {
    "brush": ("/x/own.safetensors", "own.safetensors", "flat:0.5,/x/own.safetensors:0.5", "flat:1,../own:1", "own"),
    "palette": ("/etc/passwd", "colours.gpl", "passwd", "red", "#ffffff,/etc/passwd", "-1", " "),
    "look": ("/x/own.toml", "own.toml"),
    "background": ("/x/paper.png", "paper.png"),
    "focus": ("/x/mask.png",),
    "style": ("/x/style.png",),
}


def test_paintings_from_elsewhere(painting: Painting, oil: Painting) -> None:
    """Name no files of their makers': here, these would be other people's."""
    for good in (painting, oil):
        check_brought(good)
    for name, values in {"brush": ("flat", "oil:0.7,chalk:0.3"), "palette": ("", "8", "#102030,#FFFFFF"),
                         "look": ("", "impasto"), "background": ("photo-mean", "#102030", "sha256:" + "0" * 64),
                         "focus": ("auto", "none", "sha256:" + "0" * 64)}.items():  # fmt: skip
        for value in values:
            check_brought(replace(painting, settings=painting.settings.change(**{name: value})))
    for name, values in OWN.items():
        for value in values:
            try:
                settings = replace(painting.settings, **{name: Settings().change(**{name: value}).__dict__[name]})
            except InputError:  # no file can have it
                continue
            with pytest.raises(InputError, match="made with files of somebody's own, which are not here"):
                check_brought(replace(painting, settings=settings))


def test_as_the_look_says_is_no_name() -> None:
    assert AS_LOOK not in looks() and settings(brush=AS_LOOK, mood=AS_LOOK, paper=AS_LOOK) == settings()
