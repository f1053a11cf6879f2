"""The first view: a photo is dropped, taken with the camera, or picked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ....errors import InputError
from ....image.photo import read_photo
from ..choices import check_among
from ..parts import HIDDEN, folded, part, visible
from ..photos import SHOWN, cropped, faces_in
from ..pictures import as_url, thumbnail
from ..visit import Visit
from .desk import Desk, Updates, given, read_mask, told

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ("astronaut", "chelsea", "coffee", "dandelions", "raccoon", "rocket")
SMALL = 300  # px


class Bring:
    """Its components, and those that show the photo in the next view."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with gr.Column(elem_id="view-bring"):
            gr.HTML(
                "<h2>Bring a photo</h2><p>A face, an animal, a cup of coffee: it will be painted stroke by stroke.</p>"
            )
            self.drop = part(
                "drop", elem_id="drop", mark="photo", accept="image/*,.heic,.heif,.avif", pasted=True,
                what="Press to choose a photo, or drop it here", hint="JPEG, PNG, HEIC and others, up to 25 MB",
            )  # fmt: skip
            with folded("Take one with the camera"):
                self.camera = part("camera", elem_id="camera")
            self.begun = part("cards", elem_id="begun", leads=True)
            gr.HTML("<h3>Or paint one of these</h3>")
            self.examples = part("cards", {"cards": [_example(name) for name in NAMES]}, elem_id="examples", leads=True)

    def photo(self) -> None:
        """What shows the photo, where it is cut, and where it matters; in the place where this is called."""
        self.faces = part("faces", elem_id="photo")
        with folded("Crop"):
            self.crop = part("crop", elem_id="crop")
            self.uncut = gr.Button("The whole photo again", size="sm", visible=HIDDEN, elem_id="uncut")
        with folded("Where it matters"):
            gr.HTML("<p>Paint over what shall get more and smaller strokes, or fewer and broader ones.</p>")
            self.over = part("over", elem_id="wishes")

    @property
    def outputs(self) -> list[Any]:
        return [self.faces, self.crop, self.over, self.uncut, self.desk.view]

    def on_file(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A photo came, from a file or the camera."""
        with told():
            visit = self.desk.visit(request)
            sent = self.desk.received(given(event, "path", str), request)
            try:
                return self.brought(visit, visit.visitor.photos.bring(sent), sent.stem)
            finally:
                sent.unlink(missing_ok=True)

    def on_example(self, event: gr.EventData, request: gr.Request) -> Updates:
        with told():
            name = check_among(given(event, "key", str), NAMES, "photo")
            visit = self.desk.visit(request)
            return self.brought(visit, visit.visitor.photos.bring(EXAMPLES / f"{name}.jpg"), name.capitalize())

    def on_cut(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A part of the photo goes on in its place."""
        with told():
            visit = self.desk.visit(request)
            try:
                left, top, right, bottom = map(float, given(event, "box", list))
            except (TypeError, ValueError, OverflowError):
                raise InputError("the frame did not arrive: draw it once more") from None
            content = cropped(visit.the_photo(), (left, top, right, bottom))
            return self.brought(visit, visit.visitor.photos.keep(content), visit.title, visit.whole or visit.photo)

    def on_uncut(self, request: gr.Request) -> Updates:
        """The photo is as it was before it was cut."""
        with told():
            visit = self.desk.visit(request)
            return self.brought(visit, visit.whole or visit.the_photo(), visit.title)

    def on_wishes(self, event: gr.EventData, request: gr.Request) -> None:
        with told():
            self.desk.visit(request).wishes = read_mask(given(event, "mask", str))

    def brought(self, visit: Visit, path: Path, title: str, whole: Path | None = None) -> Updates:
        """This is the photo now, which may be a part of a ``whole`` one; unless a painting was begun meanwhile."""
        if visit.paints:
            return {self.uncut: gr.update()}
        visit.stop()
        visit.whole = whole
        visit.photo, visit.title, visit.wishes, visit.sketches = path, title, None, {}
        photo = read_photo(path, most=SHOWN)
        faces = faces_in(photo)
        url = as_url(thumbnail(photo.image, SHOWN))
        many = "1 face was" if len(faces) == 1 else f"{len(faces)} faces were"
        text = f"{many} found: there the small strokes go." if faces else ""
        return {
            self.faces: {"src": url, "faces": faces, "text": text},
            self.crop: {"src": url},
            self.over: {"src": url, "less": True},
            self.uncut: visible(whole is not None),
            **({} if visit.paints else self.desk.show("choose")),
        }


def _example(name: str) -> dict[str, str]:
    picture = read_photo(EXAMPLES / f"{name}.jpg").image
    return {"key": name, "name": name, "src": as_url(thumbnail(picture, SMALL))}
