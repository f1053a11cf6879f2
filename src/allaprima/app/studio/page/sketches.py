"""Small paintings of a photo that come one after another, to choose from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from PIL import Image

from ...contact_sheet import Proposal
from ..easel import paint_small
from ..pictures import as_url, thumbnail
from ..visit import Visit
from ..works import SMALL
from .desk import told

Cards = dict[str, Any]  # the value of the part of this name


async def sketches(
    visit: Visit,
    photo: Image.Image,
    proposals: Mapping[str, Proposal],
    cards: Sequence[dict[str, Any]],
    seen: dict[str, str],
) -> AsyncIterator[Cards]:
    """What ``cards`` show, whenever there is one more: the ``proposals`` of their keys as pictures, of which some may
    be ``seen`` already, and where one is waited for the ``photo``.
    """
    before, left = as_url(thumbnail(photo, SMALL)), [key for key in proposals if key not in seen]

    def shown() -> Cards:
        return {
            "cards": [
                {**card, "src": seen.get(card["key"], before), "waiting": card["key"] not in seen} for card in cards
            ]
        }

    def there(number: int, url: str) -> None:
        seen[left[number]] = url

    if not left:
        yield shown()
        return
    if visit.paints:
        return
    # It begins before the cards are there: whoever presses one begins something else, which this must not replace.
    job, many = visit.begin(lambda job: paint_small(job, photo, [proposals[key] for key in left], there)), -1
    with told():
        async for _ in job.follow():
            if len(seen) > many:
                many = len(seen)
                yield shown()
