"""One order of many, where nobody looks on: in a process of a pool, or on another machine."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable

from ..errors import InputError
from ..image.photo import read_photo
from ..painters.step import Step
from ..perception.losses import psnr
from ..rendering.rendering import Rendering
from .batch import Order, Painted, paint_order, strokes_there, write_order
from .batch_report import Row
from .failures import Failure
from .outputs import to_be_done
from .pool import Done, Work

SEEN = 256  # px of the long side at which a painting is compared with its photo, as `compare` does
FULL = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}  # so it would be for all others


def tried(work: Callable[[], Done], stopped: Done, failed: Callable[[Exception], Done]) -> Done:
    """What comes of work, of work that was ``stopped`` by KeyboardInterrupt, and of such as ``failed``. Raises OSError
    where the disk is full.
    """
    try:
        return work()
    except KeyboardInterrupt:
        return stopped
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        return failed(error)


def done(order: Order) -> Row:
    """The row of an order whose files are all there, as another time has left them."""
    files = tuple(map(str, order.results()))
    return Row(str(order.photo), files, strokes_there(order), finished=True, settings=dict(order.changes))


def work_on(order: Order, on_share: Callable[[float], None]) -> Row:
    """Paint an order and write its files; what went wrong is in its row. It may be done already, or have been begun, by
    a process that was killed. ``on_share`` hears the share that is done, 0 to 1, and may raise KeyboardInterrupt: then
    what there is is kept, and the row is not finished. Raises OSError where the disk is full.
    """
    begun, changes, files = time.monotonic(), dict(order.changes), tuple(map(str, order.results()))
    left = to_be_done([order])
    if not left and not order.force:
        return done(order)

    def finish() -> Row:
        painted = _painted(left[0] if left else order, on_share)
        seconds, (decibels, similarity) = round(time.monotonic() - begun, 1), likeness(painted)
        strokes = len(painted.painting)
        return Row(str(order.photo), files, strokes, seconds, decibels, True, ssim=similarity, settings=changes)

    return tried(finish, Row(str(order.photo), settings=changes), lambda error: failed(order, error))


def failed(order: Order, error: Exception) -> Row:
    """The row of an order that could not be done."""
    failure = Failure.of(error)
    return Row(str(order.photo), error=failure.text, code=failure.code, settings=dict(order.changes))


def _painted(order: Order, on_share: Callable[[float], None]) -> Painted:
    painting = 1 - order.drawing_share

    def follow(step: Step) -> None:
        on_share(step.share * painting)

    painted = paint_order(order, on_step=follow)
    if not painted.finished:
        raise KeyboardInterrupt
    write_order(order, painted, on_progress=lambda share: on_share(painting + share * (1 - painting)))
    order.kept.unlink()
    return painted


def likeness(painted: Painted) -> tuple[float, float | None]:
    """PSNR in dB, and SSIM where scikit-image is installed and the picture is not too small for it."""
    painting, photo = painted.painting, painted.photo
    size = min(SEEN, painting.size)
    picture = read_photo(painting.render(Rendering(size=size, engine=painting.settings.engine)))
    width, height = photo.canvas(size)
    one, other = picture.at(width, height), photo.at(width, height)
    similarity = None
    try:
        from ..perception.metrics import ssim

        similarity = round(ssim(one, other), 4)
    except (ModuleNotFoundError, InputError):
        pass
    return round(psnr(float((one - other).square().mean())), 2), similarity


PAINTING_PHOTOS = Work(work_on, failed)
