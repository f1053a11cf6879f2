"""What is there of a scene: films of some frames each, and the painting that the next one goes on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..errors import InputError
from ..export.video import Mp4, Video, WebM
from ..files import written_aside
from ..painting import file
from ..painting.painting import Painting
from ..rendering.drawing import Picture
from .follower import Followed
from .moving import Shift

KINDS: dict[str, type[Video]] = {".mp4": Mp4, ".webm": WebM}
MANY = 24  # frames of a part: no more are lost when the process is killed
STATE = "state.safetensors"


class Parts:
    """The parts of a scene in a ``folder``, of a film with this ``suffix`` and ``rate``. Pictures are added one by one;
    on leaving, whatever happened, the last part is made whole, with what there is, and the place to go on is kept.
    """

    def __init__(self, folder: Path, suffix: str, rate: Fraction) -> None:
        self.folder, self.suffix, self.rate = folder, suffix, rate
        self._stack, self._count = ExitStack(), 0
        self._video: Video | None = None
        self._last: tuple[Followed, int] | None = None

    def paths(self) -> list[Path]:
        """In order."""
        return sorted(self.folder.glob(f"part-*{self.suffix}"))

    def begin_at(self, number: int) -> None:
        """Discard what comes after the frame before this one: what was kept last does not know it."""
        for path in self.paths():
            if int(path.stem.split("-")[1]) >= number:
                path.unlink()

    def add(self, picture: Picture, followed: Followed, number: int) -> None:
        """The picture of the frame of this ``number``, and what the next one goes on with."""
        if self._video is None:
            aside = self._stack.enter_context(written_aside(self.folder / f"part-{number:08}{self.suffix}"))
            self._video = KINDS[self.suffix](aside, picture.shape[1], picture.shape[0], self.rate)
            self._stack.callback(self._video.close)
        self._video.add(picture, 1)
        self._count, self._last = self._count + 1, (followed, number + 1)
        if self._count == MANY:
            self.close()

    def close(self) -> None:
        """Make the part whole that is under way."""
        if self._video is None or self._last is None:
            return
        self._video.finish()
        self._video, self._count = None, 0
        self._stack.close()
        save_state(*self._last, self.folder / STATE)

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        whole = self._video is not None and self._video.frames == self._count  # else it fell into the midst of a frame
        if whole and (error is None or isinstance(error, (KeyboardInterrupt, InputError))):
            self.close()
        self._stack.__exit__(kind, error, None)

    def kept(self) -> tuple[Followed, int] | None:
        """The last frame that was painted, and the number of the next one; None if there is none that can be read."""
        return load_state(self.folder / STATE)


def save_state(followed: Followed, number: int, path: Path) -> None:
    """Keep a frame that was painted, and the number of the next one."""
    text = torch.frombuffer(bytearray(file.to_json(followed.painting).encode()), dtype=torch.uint8)
    tensors = {"painting": text, **dict(_tensors(followed))}
    numbers = {"next": str(number), "number": str(followed.number)}
    with written_aside(path) as aside:
        save_file({name: value.contiguous() for name, value in tensors.items()}, aside, numbers)


def load_state(path: Path) -> tuple[Followed, int] | None:
    """What was kept, if it is there and whole."""
    try:
        with safe_open(path, "pt") as kept:
            values, numbers = {name: kept.get_tensor(name) for name in kept.keys()}, kept.metadata()  # noqa: SIM118
        record = file.from_json(bytes(values["painting"].numpy()).decode())
        owed = Shift(values["way"], values["turn"], values["growth"])
        painting = Painting.from_record(record)
        seen, grown = (values["picture"], values["usual"]), values["grown"]
        followed = Followed(painting, *seen, owed, grown, int(numbers["number"]))
        return followed, int(numbers["next"])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None


def _tensors(followed: Followed) -> Iterator[tuple[str, Tensor]]:
    yield "picture", followed.picture
    yield "usual", followed.usual
    yield "grown", followed.grown
    yield from zip(Shift._fields, followed.owed, strict=True)
