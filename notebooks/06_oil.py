# %% [markdown]
# # 6 · Oil: relief and light
#
# What makes a picture look *painted*? Not the strokes alone: paint has bristles' streaks, it runs out, it
# mixes with what lies under it, it stands up from the canvas, and light falls on it from somewhere. Our oil
# paint does each of these things by itself, so each can be switched on alone.
#
# You will see a painting begin as flat shapes of colour and become oil in seven steps; how thick its paint
# is; a light that you move; moods, in which strokes lie otherwise; and what an artist can change of a
# painting afterwards, without painting it again.
#
# It takes about 5 minutes on two CPU cores, and needs no GPU. It runs in JupyterLab (`make notebooks`) and on
# any hosted notebook service: upload allaprima's wheel beside this file (`pip wheel --no-deps .` makes it, in
# allaprima's folder), and the first cell installs it.

# %%
try:
    import allaprima as ap
except ModuleNotFoundError:
    # %pip install --quiet --find-links . 'allaprima[train,notebook,video]' scikit-image
    import allaprima as ap
import io
import json
from pathlib import Path

import ipywidgets as widgets
import matplotlib.pyplot as plt
from PIL import Image

# %% [markdown]
# The numbers that say how much work is done. `PHOTO` is the path of a picture: put yours here. `EYE` says
# which part of it is looked at closely, in shares of the picture: left, top, and width.

# %% nbmake={"mock": {"STROKES": 30, "FEW": 20, "SIZE": 64, "LARGE": 160}}
PHOTO = "../examples/chelsea.png"
EYE = (0.31, 0.22, 0.15)
STROKES = 1500  # of the painting
FEW = 600  # of the smaller ones that try out moods
SIZE = 1024  # px of the canvas' long side, while it is painted
LARGE = 2400  # px of the drawing that we look at closely

if not Path(
    PHOTO
).is_file():  # the notebook stands alone: scikit-image has the same cat
    import skimage

    PHOTO = skimage.data.chelsea()
Path("work").mkdir(exist_ok=True)


# %% [markdown]
# Two small helpers: pictures side by side, and the part of one that we look at.


# %%
def show(pictures, columns=3, width=4.2):
    """Pictures by title."""
    rows = -(-len(pictures) // columns)
    high, wide = next(iter(pictures.values())).shape[:2]
    figure, axes = plt.subplots(rows, columns, squeeze=False, layout="constrained")
    figure.set_size_inches(width * columns, rows * (width * high / wide + 0.3))
    for axis in axes.flat:
        axis.axis("off")
    for axis, (title, picture) in zip(axes.flat, pictures.items()):
        axis.imshow(picture)
        axis.set_title(title, fontsize=10)
    plt.show()


def eye(picture):
    x, y, wide = (round(share * picture.shape[1]) for share in EYE)
    y = round(EYE[1] * picture.shape[0])
    return picture[y : y + wide * 3 // 4, x : x + wide]


# %% [markdown]
# ## A painting in oil
#
# What `ap.paint` does if nobody says otherwise: brush `flat`, mood `oil`, on linen, in a light from the upper
# left.

# %%
painting = ap.paint(PHOTO, strokes=STROKES, size=SIZE)

# %% [markdown]
# And an eye of it, drawn large. Strokes are numbers, so there is more to see, the larger it is drawn.

# %%
show({"all of it": eye(painting.render(LARGE))}, columns=1, width=7)

# %% [markdown]
# ## From flat paint to oil, part by part
#
# A brush of bristles is a file of twenty numbers. Here they are for `flat`. `docs/oil.md` says what each is;
# the names tell most of it.

# %%
flat = json.loads(ap.BristleBrush("flat").text)
print(flat)

# %% [markdown]
# Let us set to 0 all that makes it oil, and bring it back one part at a time. `render` takes a brush of
# bristles as its `engine`: it then draws what another one painted. The strokes stay the very same; only what
# happens *within* a stroke changes.
#
# 1. **flat paint**: a stroke is a band of one colour;
# 2. **ragged ends and sides**: bristles touch down and lift each by itself, and sides wave;
# 3. **streaks**: each bristle has a shade of its own, and leaves a groove;
# 4. **paint runs out**: towards the end of a long stroke the ridges stay bare;
# 5. **wet in wet**: the brush picks up what lies under it, and edges are lost where like meets like.

# %%
PARTS = {
    "1 flat paint": [],
    "2 ragged ends and sides": ["touch", "lift", "wave"],
    "3 streaks": ["tone", "ridge"],
    "4 paint runs out": ["gaps"],
    "5 wet in wet": ["pickup", "blend"],
    "lips": ["lip", "heel"],
}
off = {name: 0.0 for names in PARTS.values() for name in names}
print("switched off:", *off)

# %%
bare = {
    "relief": 0.0,
    "canvas": "none",
}  # no thickness, and nothing under it: no light to see yet
shape, pictures = {**flat, **off}, {}
for title, names in list(PARTS.items())[:5]:
    shape |= {name: flat[name] for name in names}
    brush = ap.BristleBrush("mine", json.dumps(shape))
    pictures[title] = eye(painting.render(LARGE, engine=brush, **bare))
show(pictures)

# %% [markdown]
# Go through them slowly. The second step is what turns shapes into *touches*. The third and the fourth give
# paint a grain, and let what lies below come through. The fifth is the quietest: each stroke takes on some of
# what it was laid over, and where a stroke lies beside its like, the edge between them is lost. It is where the
# package has its name from: *alla prima*, wet in wet.
#
# ## Relief, and what is under it
#
# So far there was no thickness. Paint is pushed up at a stroke's sides and where the brush lifts (`lip`,
# `heel`), lights are laid thick and darks thin. It was all there, but we had put out the light.

# %%
strong = {"relief": 1.0, "light": "10:30,20"}  # and in a low light, to see it well
pictures = {
    "5 wet in wet, no light": eye(painting.render(LARGE, **bare)),
    "6 relief": eye(painting.render(LARGE, canvas="none", gloss=0.0, **strong)),
    "7 gloss, and linen": eye(painting.render(LARGE, gloss=0.8, **strong)),
}
show(pictures)

# %% [markdown]
# In 6 the strokes have a body: look at their upper left edges, which catch the light, and at their lower right
# ones. Gloss adds glints where the paint faces the lamp. The linen hardly shows here, since paint is thick; it
# does where little of it lies.

# %% [markdown]
# ## How thick the paint is
#
# While it draws, the package keeps two pictures: colour, and height. `painting.drawing` is the drawing
# itself, and shows both. Heights are in 1/1600 of the painting's long side; a printer that prints relief
# takes them as a file: `ap.write(painting, "height.png", map="height")`.

# %%
drawing = painting.drawing(ap.Rendering(size=LARGE))
drawing.draw(0, len(painting))
heights = drawing.heights().numpy()
figure, axes = plt.subplots(
    1, 2, figsize=(11, 3.6), layout="constrained", width_ratios=(1, 1.3)
)
(
    axes[0].imshow(eye(heights), cmap="bone"),
    axes[0].axis("off"),
    axes[0].set_title("height: light is thick"),
)
row = eye(heights)[eye(heights).shape[0] // 2]
axes[1].fill_between(range(len(row)), row, color="#b5533c")
(
    axes[1].set_title("cut through the middle of it"),
    axes[1].set_xlabel("px"),
    axes[1].set_ylabel("height"),
)
plt.show()

# %% [markdown]
# The cut shows what a fingertip would feel. Lights are laid thick and darks thin, as painters do it, and each
# bristle has left a groove of its own.
#
# ## Light
#
# Since height is kept, light needs no strokes: `relit` only computes slopes, and takes about a second. A
# slope towards the light is brighter, one away from it darker in equal measure, so the picture keeps its
# tone. The time of the clock says where the light is, and the second number how many degrees above the
# canvas.

# %%
lights = {
    "10:30, 38 degrees: as usual": {},
    "2:00, low": {"light": "2:00,15"},
    "6:00, from below": {"light": "6:00,15"},
    "relief 1": {"relief": 1.0},
    "relief 1, gloss 1": {"relief": 1.0, "gloss": 1.0},
    "on coarse linen": {"canvas": "linen:2.5"},
}
show(
    {
        title: eye(drawing.relit(ap.rendering.Light(**light)))
        for title, light in lights.items()
    }
)

# %% [markdown]
# Move it yourself. (Where nothing is live, as on a page, you see it as it was last.)

# %%
hour = widgets.FloatSlider(10.5, min=0, max=12, step=0.5, description="hour")
height = widgets.FloatSlider(38, min=10, max=80, step=2, description="height")
view = widgets.Image(format="png")


def lamp(change=None):
    clock = f"{int(hour.value)}:{round(hour.value % 1 * 60):02d},{height.value}"
    light, stream = ap.rendering.Light(light=clock, relief=0.8), io.BytesIO()
    Image.fromarray(eye(drawing.relit(light))).save(stream, "png")
    view.value = stream.getvalue()


for slider in (hour, height):
    slider.observe(lamp, "value")
lamp()
widgets.VBox([hour, height, view])

# %% [markdown]
# Low light tells every ridge, high light hardly any. Light from below looks wrong, though nothing about it
# is: our eyes take light to come from above, and read ridges as furrows.
#
# ## The ground, and moods
#
# An oil painter covers the canvas before anything else. So do the first strokes in the mood `oil`: broad
# ones, along what the picture shows at large. Then come strokes *along the form*, and the last ones where
# something is still wrong.

# %%
stops = [STROKES // 30, STROKES // 6, STROKES]
show({f"{stop} strokes": painting[:stop].render(SIZE) for stop in stops})

# %% [markdown]
# A *mood* is a set of bounds: how long, how broad and how bent strokes may be, and where they lie. The photo,
# the brush and the number of strokes are the same in all of these.

# %%
moods = {}
for mood in ("oil", "flow", "dots", "painterly"):
    moods[mood] = ap.paint(PHOTO, strokes=FEW, size=SIZE // 2, mood=mood)

# %%
show({mood: one.render(SIZE) for mood, one in moods.items()}, columns=2, width=6)

# %% [markdown]
# `oil` lies along the form over a ground; in `flow` strokes are long, and sweep on where the form has ended;
# `dots` are touches side by side; `painterly` strokes bend as they like, and stay broad wherever they are. None
# of them is given by a picture of such a style: it is all in what a stroke may do.
#
# ## Afterwards
#
# The painting is 12 numbers a stroke, so a great deal can be changed when it is finished. Nothing here is
# painted again: the same strokes in the evening, on paper, by a palette knife, in six colours.

# %%
after = {
    "evening": painting.render(SIZE, light="3:00,15", relief=0.9),
    "on paper, flat": painting.render(SIZE, relief=0.0, canvas="paper"),
    "by a knife": painting.render(SIZE, engine=ap.BristleBrush("knife"), relief=0.8),
    "in six colours": painting.recolored("6").render(SIZE),
}
show(after, columns=2, width=6)

# %% [markdown]
# And it can be kept: the file holds strokes and settings, and gives the same picture again, to the bit.

# %%
painting.save("work/cat.painting.json")
again = ap.Painting.load("work/cat.painting.json")
print("the same:", (again.render(SIZE) == painting.render(SIZE)).all(), "-", again)

# %% [markdown]
# ## Exercises
#
# **1.** Which part matters most to *you*? Take all of `flat`, and switch off one part at a time, instead of
# switching them on.
#
# <details><summary>Answer</summary>
#
# ```python
# pictures = {"all of it": eye(painting.render(LARGE))}
# for title, names in list(PARTS.items())[1:]:
#     brush = ap.BristleBrush("mine", json.dumps({**flat, **{name: 0.0 for name in names}}))
#     pictures[f"without {title}"] = eye(painting.render(LARGE, engine=brush))
# show(pictures)
# ```
#
# Many say: wet in wet. Without it every stroke is seen to its last hair, and the eye does not know where to
# look.
#
# </details>
#
# **2.** Make a film of a day: the light goes round from 6:00 to 18:00, low, high, low.
#
# <details><summary>Answer</summary>
#
# ```python
# frames = []
# for step in range(25):
#     time, high = 6 + step / 2, 12 + 60 * (1 - abs(step - 12) / 12)
#     light = ap.rendering.Light(light=f"{int(time) % 12}:{round(time % 1 * 60):02d},{high:.0f}", relief=0.9)
#     frames.append(Image.fromarray(eye(drawing.relit(light))))
# frames[0].save("work/day.webp", save_all=True, append_images=frames[1:], duration=120, loop=0)
# frames[0]
# ```
#
# Open `work/day.webp` in a browser. Only light moves: the strokes were drawn once.
#
# </details>
#
# **3.** Let two paintings meet: the ground of one mood, and the last strokes of another over it. A painting
# can be cut (`painting[:200]`) and added (`one + other`).
#
# <details><summary>Answer</summary>
#
# ```python
# ground, touches = moods["flow"], moods["dots"]
# together = ground[: FEW // 3] + touches[FEW // 2 :]
# show({"flow": ground.render(SIZE), "flow, and dots over it": together.render(SIZE)}, columns=2, width=6)
# ```
#
# The broad swing stays in the ground, and the dots say what it is.
#
# </details>
#
# This was the last notebook. From here on: `allaprima paint --help` and the pages in `docs/`, with your own
# pictures.
