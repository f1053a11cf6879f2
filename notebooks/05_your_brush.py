# %% [markdown]
# # 5 · Your brush
#
# If the medium makes the style, then whoever makes the medium makes the style. In this notebook you make what
# paints, in four ways, each a little freer than the one before:
#
# 1. a **brush of bristles**: a file of a few numbers;
# 2. a **brush of MyPaint's**, changed (where MyPaint's engine is installed);
# 3. a **painting program** of your own: any function that draws strokes, in 20 lines. It needs no gradient: a
#    network learns to draw as it does, in a minute or two;
# 4. a **neural module** of your own, through which a gradient goes by itself, so that it paints without
#    learning anything.
#
# It takes about 6 minutes on two CPU cores, and needs no GPU. It runs in JupyterLab (`make notebooks`) and on
# any hosted notebook service: upload allaprima's wheel beside this file (`pip wheel --no-deps .` makes it, in
# allaprima's folder), and the first cell installs it.

# %%
try:
    import allaprima as ap
except ModuleNotFoundError:
    # %pip install --quiet --find-links . 'allaprima[train,notebook,video]' scikit-image
    import allaprima as ap
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.display import display
from PIL import Image, ImageDraw

# %% [markdown]
# The numbers that say how much work is done. `PHOTO` is the path of a picture: put yours here.

# %% nbmake={"mock": {"COUNT": 50, "STEPS": 4, "STROKES": 20, "SIZE": 64, "SHOWN": 96}}
PHOTO = "../examples/chelsea.png"
COUNT = 2000  # strokes to learn a brush from
STEPS = 300  # of learning
STROKES = 500  # of a painting
SIZE = 320  # px of the canvas' long side, while it is painted
SHOWN = 1000  # px of the pictures that are drawn of it in the end

if not Path(
    PHOTO
).is_file():  # the notebook stands alone: scikit-image has the same cat
    import skimage

    PHOTO = skimage.data.chelsea()
Path("work").mkdir(exist_ok=True)


# %% [markdown]
# Two small helpers: pictures side by side, and some strokes of whatever draws strokes.


# %%
def show(pictures, columns=2, width=6):
    """Pictures by title."""
    rows = -(-len(pictures) // columns)
    high, wide = next(iter(pictures.values())).shape[:2]
    figure, axes = plt.subplots(rows, columns, squeeze=False, layout="constrained")
    figure.set_size_inches(width * columns, rows * (width * high / wide + 0.3))
    for axis in axes.flat:
        axis.axis("off")
    for axis, (title, picture) in zip(axes.flat, pictures.items()):
        axis.imshow(
            picture, cmap="gray_r", vmin=0, vmax=1 if picture.ndim == 2 else None
        )
        axis.set_title(title, fontsize=10)
    plt.show()


def row(draws, count=8, size=96):
    """The opacity of some strokes, side by side."""
    with torch.no_grad():
        return torch.cat(
            list(draws(ap.Strokes.random(count, 3), size)[:, 0]), 1
        ).numpy()


# %% [markdown]
# ## 1. A brush of bristles
#
# Our oil brushes are files of a few numbers (`allaprima/brush/bristles/flat.toml` is one), and so is yours.
# What is not in it is as usual. This one is a comb: few thick bristles, half dry, that lift one after the
# other.

# %%
COMB = """
width = 1.5      # half the stroke's breadth, in radii
pitch = 0.1      # bristles in 1/1600 of the painting's long side (flat has 0.28): fewer, thicker ones
lift = 1.6       # how raggedly they lift
tone = 0.25      # how far the tone changes from bristle to bristle
dry = 0.9        # share of the paint that is gone at the end of a long stroke
way = 8.0        # how long that is
gaps = 1.0       # how bare ridges are where paint runs out
parting = -0.1   # how soon
"""
comb = ap.BristleBrush("comb", COMB)
show(
    {"flat, as it ships": row(ap.BristleBrush("flat")), "comb": row(comb)},
    columns=1,
    width=11,
)

# %% [markdown]
# Let us turn one knob alone, to see what it does. (Try others: a wrong name or value is told in one line,
# with all names.)

# %%
for name, values in {"pitch": (0.1, 0.4, 1.0), "parting": (1.0, 0.2, -0.5)}.items():
    rows = {}
    for value in values:
        lines = [line for line in COMB.splitlines() if not line.startswith(name)]
        rows[f"{name} = {value}"] = row(
            ap.BristleBrush("comb", "\n".join([*lines, f"{name} = {value}"]))
        )
    show(rows, columns=1, width=8)

# %% [markdown]
# It draws, but it cannot paint yet: strokes are found by a gradient, and these bristles have none. So a
# network learns to draw as they do, exactly as in notebooks 0 and 1: strokes to learn from first, then
# stage 1.
#
# The folder's name has the brush's hash in it, so that another brush gets another folder.

# %%
data = ap.draw_strokes(f"work/comb-{comb.sha256[:6]}-{COUNT}", comb, COUNT)
apprentice = ap.Apprentice(data)
apprentice.pretrain(steps=STEPS).plot()
apprentice.sheet()

# %% [markdown]
# Above the real comb, below what the apprentice draws: the *mean* stroke, soft where it is left to chance
# which bristle runs dry first. Such a stroke is just right to be optimised. When the painting is done, the
# real bristles draw it.

# %%
mine = apprentice.brush("comb")
mine.save(
    "work/comb.safetensors"
)  # allaprima paint photo.jpg --brush work/comb.safetensors
by_comb = ap.paint(PHOTO, brush=mine, strokes=2 * STROKES, size=SIZE)

# %%
show(
    {
        "as the network thinks of it": by_comb.render(SHOWN, engine="neural"),
        "comb": by_comb.render(SHOWN),
    }
)

# %% [markdown]
# On the left the strokes that were optimised, on the right the same strokes by the real comb, with grooves,
# wet paint and light. You have just made a brush that nobody else has, and a machine that paints with it.
#
# ## 2. A brush of MyPaint's, changed
#
# MyPaint's brushes are JSON files (`.myb`) of some forty settings. We take its charcoal, and make of its soft dust
# fewer dabs with hard edges: pebbles. Where MyPaint's engine is not installed, the next cell says in one
# line how to get it, and the rest of this section passes over.

# %%
try:
    charcoal = ap.MyPaintBrush("classic/charcoal")
except ap.InputError as missing:
    charcoal = None
    print(missing)

# %%
CHANGES = {
    "dabs_per_actual_radius": 1.2,  # few dabs,
    "hardness": 0.9,  # with hard edges,
    "offset_by_random": 1.2,  # thrown about a little,
    "radius_logarithmic": 0.1,  # and smaller, as hard ones look larger
}
if charcoal:
    myb = json.loads(charcoal.text)
    for name, value in CHANGES.items():
        myb["settings"][name]["base_value"] = value
    pebbles = ap.MyPaintBrush("pebbles", json.dumps(myb))
    show({"charcoal": row(charcoal), "pebbles": row(pebbles)}, columns=1, width=11)

# %% [markdown]
# It is learned in the same way. But there is a difference: MyPaint's chance is known (a fresh brush always
# begins with the same random numbers), so a second small network learns the **texture**: where each dab of
# *this* stroke falls. That is stage 1b, and the third strip of the sheet.

# %%
if charcoal:
    data = ap.draw_strokes(f"work/pebbles-{pebbles.sha256[:6]}-{COUNT}", pebbles, COUNT)
    apprentice = ap.Apprentice(data)
    apprentice.pretrain(steps=STEPS)
    display(apprentice.sheet())

# %%
if charcoal:
    mine = apprentice.brush("pebbles")
    by_pebbles = ap.paint(
        PHOTO, brush=mine, strokes=STROKES, size=SIZE, mood="painterly", texture=True
    )
    show(
        {
            "the mean": by_pebbles.render(SHOWN, texture=False),
            "pebbles, by MyPaint": by_pebbles.render(SHOWN, engine="real"),
        }
    )

# %% [markdown]
# After so short a training the texture knows *where* the pebbles lie, and not yet how hard their edges are;
# MyPaint draws them as they are. Both put every pebble in the same place, so what was painted with one can be
# drawn by the other.

# %% [markdown]
# ## 3. A painting program of your own
#
# A painting program is whatever draws strokes: `program(strokes, size)` gives the opacity of each stroke on
# its own window, `(N, 1, size, size)`, between 0 and 1. A stroke can be asked for its `curve`, its `radius`
# and its `pressure`; lengths are shares of the window.
#
# Here is a spray can, in 20 lines: dots of paint around the curve, dense in its middle, rarer where the hand
# is light. There is not one line in it that one could take a gradient of, and it is Pillow that draws.


# %%
def spray(strokes, size, dots=160):
    opacity = torch.zeros(len(strokes), 1, size, size)
    along = torch.linspace(0, 1, dots)
    curves = (strokes.curve(along) * size).numpy()  # (N, dots, 2)
    press = strokes.pressure_at(along).numpy()  # (N, dots)
    for index, seed in enumerate((strokes.actions.sum(1) * 1e6).long().tolist()):
        chance = np.random.default_rng(abs(seed))
        radius = float(strokes.radius[index]) * size
        places = curves[index] + chance.normal(0, 0.7 * radius, (dots, 2))
        sizes = radius * chance.uniform(0.1, 0.35, dots) * (0.5 + press[index])
        picture = Image.new("L", (2 * size, 2 * size))  # twice as large: soft edges
        draw = ImageDraw.Draw(picture)
        for (x, y), dot, shows in zip(
            2 * places, 2 * sizes, chance.random(dots) < 0.3 + press[index]
        ):
            if shows:
                draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill=255)
        opacity[index, 0] = (
            torch.from_numpy(
                np.array(picture.resize((size, size), Image.Resampling.BOX))
            )
            / 255
        )
    return opacity


show({"spray": row(spray)}, columns=1, width=11)

# %% [markdown]
# To learn it, give the function where a brush's name would stand. (If you change the program, change the
# folder's name too: a function has no hash.)

# %%
sprayed = ap.draw_strokes(f"work/spray-{COUNT}", spray, COUNT)
apprentice = ap.Apprentice(sprayed)
apprentice.pretrain(steps=STEPS)
apprentice.sheet()

# %% [markdown]
# The network cannot know where the dots will fall, and draws the mean of all that could: a soft cloud along
# the curve. So we paint with the cloud, and let the real program draw the finished strokes: `engine=` takes
# it as it is.

# %%
mine = apprentice.brush("spray")
look = {"strokes": STROKES, "size": SIZE, "mood": "painterly", "background": "black"}
by_spray = ap.paint(PHOTO, brush=mine, **look)
show(
    {"the mean": by_spray.render(SHOWN), "spray": by_spray.render(SHOWN, engine=spray)}
)

# %% [markdown]
# Dots do not close up as a cloud does, so the black ground shines through where one or two broad strokes lie:
# something that only this medium does.
#
# ## 4. A neural module of your own
#
# All this learning was needed for one thing: a gradient. If you can write down what your brush draws, *in
# torch*, it has one from the beginning. Here is a marker: it asks every pixel how far it is from the curve,
# and paints where that is less than the radius, with soft edges. Two numbers of it can be learned: how broad
# it is, and how soft. (The curve is 32 points here;
# long thin strokes show them as beads. More points take longer.)


# %%
class Marker(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = torch.nn.Parameter(torch.tensor(1.2))
        self.soft = torch.nn.Parameter(torch.tensor(0.3))

    def forward(self, strokes, size):
        points = strokes.curve(torch.linspace(0, 1, 32))  # (N, 32, 2)
        pixels = (torch.arange(size) + 0.5) / size
        x, y = (points[:, :, None, axis] - pixels for axis in (0, 1))  # (N, 32, size)
        far = (
            (x.square()[:, :, None, :] + y.square()[..., None]).amin(1).add(1e-8).sqrt()
        )
        radius = strokes.radius[:, None, None]
        return torch.sigmoid((self.wide * radius - far) / (self.soft.abs() * radius))[
            :, None
        ]


marker = ap.NeuralBrush(Marker(), name="marker")
show({"marker": row(marker)}, columns=1, width=11)

# %% [markdown]
# No attribute and no base class of ours is needed. The module is checked when the brush is made (shape,
# range, and whether a gradient comes out), and paints at once.

# %%
by_marker = ap.paint(PHOTO, brush=marker, **look)
show({"marker": by_marker.render(SHOWN), "spray": by_spray.render(SHOWN, engine=spray)})

# %% [markdown]
# And your module can *learn*, as ours do: the apprentice takes it as its generator. Let the marker learn the
# spray can, as well as two numbers can.

# %%
student = Marker()
apprentice = ap.Apprentice(sprayed, generator=student)
before = apprentice.fidelity()["psnr"]
apprentice.pretrain(steps=max(1, STEPS // 8), batch=16, lr=0.05)
print(f"broad {student.wide.item():.2f}, soft {student.soft.item():.2f}")
print(
    f"strokes it never saw: {before:.1f} dB before, {apprentice.fidelity()['psnr']:.1f} dB now"
)
apprentice.sheet()

# %% [markdown]
# It has found out that spray is softer than a marker, and a little narrower. That is the whole idea of a
# generator, with two numbers in place of two thousand.
#
# ## Exercises
#
# **1.** Make a *rake*: a broad brush that shows its grooves from the first moment on, where `flat` has them
# at the end alone. Which numbers do you need?
#
# <details><summary>Answer</summary>
#
# ```python
# RAKE = """
# width = 2.0
# pitch = 1.0
# ridge = 1.0
# gaps = 1.0
# dry = 0.6
# way = 1.0
# parting = -0.2
# touch = 0.0
# lift = 0.0
# """
# flat = ap.BristleBrush("flat")
# show({"flat": row(flat), "rake": row(ap.BristleBrush("rake", RAKE))}, columns=1, width=11)
# ```
#
# `parting` says how high a ridge has to be to stay bare when the paint is gone. Below 0 it happens while most
# of the paint is still there, so grooves are open at once; with much less than that nothing is left of the
# stroke. `touch` and `lift` of 0 let all tines come down and rise together.
#
# </details>
#
# **2.** Make the spray can a *stencil of stars*, *drops*, or your initials: another form in place of the dot.
# What does the network learn, compared with the dots?
#
# <details><summary>Answer</summary>
#
# ```python
# def crosses(strokes, size, count=24):
#     opacity = torch.zeros(len(strokes), 1, size, size)
#     curves = (strokes.curve(torch.linspace(0, 1, count)) * size).tolist()
#     for index, curve in enumerate(curves):
#         picture, arm = Image.new("L", (size, size)), float(strokes.radius[index]) * size
#         draw = ImageDraw.Draw(picture)
#         for x, y in curve:
#             draw.line((x - arm, y, x + arm, y), fill=255, width=max(1, size // 64))
#             draw.line((x, y - arm, x, y + arm), fill=255, width=max(1, size // 64))
#         opacity[index, 0] = torch.from_numpy(np.array(picture)) / 255
#     return opacity
#
#
# show({"crosses": row(crosses)}, columns=1, width=11)
# show({"painted for spray, drawn as crosses": by_spray.render(SHOWN, engine=crosses)}, columns=1)
# ```
#
# Much the same cloud: the mean of many forms is no form. The form comes back when the program draws.
#
# </details>
#
# **3.** Give the marker a third number: let the hand's pressure count, so that strokes taper. Does it learn
# the spray can better?
#
# <details><summary>Answer</summary>
#
# ```python
# class Tapering(Marker):
#     def __init__(self):
#         super().__init__()
#         self.taper = torch.nn.Parameter(torch.tensor(0.5))
#
#     def forward(self, strokes, size):
#         along = torch.linspace(0, 1, 32)
#         points, press = strokes.curve(along), strokes.pressure_at(along)
#         pixels = (torch.arange(size) + 0.5) / size
#         x, y = (points[:, :, None, axis] - pixels for axis in (0, 1))
#         far = (x.square()[:, :, None, :] + y.square()[..., None] + 1e-8).sqrt()
#         radius = strokes.radius[:, None, None, None] * (1 + self.taper * (press - 0.5))[:, :, None, None]
#         return torch.sigmoid((self.wide * radius - far) / (self.soft.abs() * radius)).amax(1)[:, None]
#
#
# apprentice = ap.Apprentice(sprayed, generator=Tapering())
# apprentice.pretrain(steps=max(1, STEPS // 8), batch=16, lr=0.05)
# print(apprentice.fidelity()["psnr"])
# ```
#
# A little: the spray's dots are smaller and rarer where the hand is light, and now the module can say so.
#
# </details>
#
# Next: [6 · Oil: relief and light](06_oil.ipynb), where paint gets a thickness.
