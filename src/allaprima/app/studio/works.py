"""What a visitor has made: a folder for each painting, with every state of it that can be come back to."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from ...errors import InputError
from ...files import written_aside
from ...image.encode import save_picture
from ...painting.painting import Painting
from .pictures import thumbnail

ABOUT = "about.json"
STATE = re.compile(r"(\d{1,6})\.painting\.json")
NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
SMALL = 360  # px of the long side of the picture in the gallery
THROWN = "thrown-"  # begins the names of folders of paintings that were thrown away
LONGEST = 80  # signs of a title
PICTURES = ("focus", "style")  # that a painting was painted after, each in a file of this name


@dataclass(frozen=True)
class About:
    """What is told of a painting: its ``title``, the sha256 of its ``photo``, its ``look``, and when it was begun, in
    seconds since 1970; whether it is finished, and how many ``strokes`` it has.
    """

    title: str = ""
    photo: str = ""
    look: str = ""
    begun: float = 0.0
    whole: bool = False
    strokes: int = 0


class Work:
    """A painting in its ``folder``, in states that are numbered from 1 on; the last one is what it is now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def about(self) -> About:
        try:
            told = json.loads((self.folder / ABOUT).read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return About()
        usual: dict[str, Any] = asdict(About())
        known = told if isinstance(told, dict) else {}
        return About(**{name: known[name] for name in usual if type(known.get(name)) is type(usual[name])})

    @property
    def states(self) -> list[int]:
        """None of a work that was thrown away, as another page of the same visitor may do."""
        found = (STATE.fullmatch(path.name) for path in self.folder.glob("*.painting.json"))
        return sorted(int(one[1]) for one in found if one)

    def path(self, state: int) -> Path:
        return self.folder / f"{state}.painting.json"

    @property
    def last(self) -> Path:
        """The file of what it is now. Raises InputError if it is gone."""
        if not self.folder.is_dir() or not (states := self.states):
            raise InputError("this painting is not here any more: choose another in the gallery")
        return self.path(states[-1])

    @property
    def next(self) -> Path:
        """Where a new state is to be."""
        return self.path(max(self.states, default=0) + 1)

    @property
    def pictures(self) -> dict[str, Path]:
        """Those that it was painted after, besides the photo, by what they are for."""
        return {name: path for name in PICTURES if (path := self.folder / name).is_file()}

    def keep(self, name: str, path: Path) -> Path:
        """Keep a picture that it is to be painted after, and say where."""
        return Path(shutil.copyfile(path, self.folder / name))

    def load(self) -> Painting:
        return Painting.load(self.last)

    def undo(self) -> None:
        """Go back to the state before. Raises InputError if there is none."""
        if len(self.states) < 2:
            raise InputError("there is nothing before this: it is the first state of the painting")
        state = self.states[-1]
        for path in [self.path(state), *self.folder.glob(f"*-{state}.*")]:
            path.unlink(missing_ok=True)

    def beside(self, what: str) -> Path:
        """Where a file that is of the state of now goes, such as ``seen.jpg``."""
        stem, suffix = what.split(".", 1)
        return self.folder / f"{stem}-{STATE.fullmatch(self.last.name)[1]}.{suffix}"  # type: ignore[index]

    def show(self, picture: Image.Image) -> None:
        """Keep what it looks like."""
        save_picture(picture, self.beside("seen.jpg"))
        save_picture(thumbnail(picture, SMALL), self.beside("small.jpg"))

    def forget_pictures(self) -> None:
        """What shows or tells of the state of now is of another light by now."""
        for path in self.folder.glob(f"*-{self.states[-1]}.*"):
            path.unlink(missing_ok=True)

    def note(self, painting: Painting) -> None:
        """Tell of it what this painting is, which it is now."""
        self.tell(replace(self.about, whole=painting.unfinished is None, strokes=len(painting)))

    def tell(self, about: About) -> None:
        with written_aside(self.folder / ABOUT) as aside:
            aside.write_text(json.dumps(asdict(replace(about, title=about.title[:LONGEST]))), "utf-8")

    def rename(self, title: str) -> None:
        """Call it otherwise; by nothing, nothing changes. Raises InputError if it is gone."""
        title = " ".join(title.encode("utf-8", "replace").decode().split())
        if self.last and title and title != self.about.title:
            self.tell(replace(self.about, title=title))

    @contextmanager
    def there(self) -> Iterator[None]:
        """Within, files of it are written. Raises InputError if it is thrown away meanwhile."""
        try:
            yield
        except FileNotFoundError:
            self.last  # noqa: B018  says that it is gone, if it is
            raise

    def throw(self) -> None:
        """Out of the gallery, until somebody brings it back. Raises InputError if it is gone."""
        folder = self.last.parent
        folder.rename(folder.with_name(THROWN + self.name))

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Works:
    """All in a visitor's ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self, title: str = "", photo: str = "", look: str = "") -> Work:
        """A painting that is begun now."""
        now = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
        work = Work(self.folder / f"{stamp}-{secrets.token_hex(4)}")
        work.folder.mkdir(parents=True)
        work.tell(About(title, photo, look, now))
        return work

    def find(self, name: str) -> Work:
        """One by its name. Raises InputError if there is none."""
        if not NAME.fullmatch(name) or not _is_work(self.folder / name):
            raise InputError("there is no such painting in your gallery: choose another")
        return Work(self.folder / name)

    def bring_back(self, name: str) -> None:
        """One that was thrown away. Raises InputError if it is gone."""
        thrown = self.folder / (THROWN + name)
        if not NAME.fullmatch(name) or not thrown.is_dir():
            raise InputError("it is gone: what was thrown away can be brought back until the page is closed")
        thrown.rename(self.folder / name)

    def clear(self) -> None:
        """What was thrown away goes."""
        for path in list(self.folder.glob(f"{THROWN}*")):
            shutil.rmtree(path, ignore_errors=True)

    def photos(self) -> set[str]:
        """The sha256 of all photos that were painted, or are to be."""
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        return {Work(path).about.photo for path in folders}

    def all(self) -> list[Work]:
        """The latest first; those of which nothing was kept are none."""
        if not self.folder.is_dir():
            return []
        found = [Work(path) for path in sorted(self.folder.iterdir(), reverse=True) if _is_work(path)]
        return [work for work in found if work.states]


def _is_work(path: Path) -> bool:
    """Whether a folder of ours lies there, and no link that leads away."""
    return NAME.fullmatch(path.name) is not None and not path.is_symlink() and path.is_dir()
