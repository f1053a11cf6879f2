# %% [markdown]
# # 4 · The strokes learn
#
# So far a network learned to draw strokes. Now everything is turned round: the brush is frozen, and what
# learns are **the strokes themselves**, until the canvas looks like a photo. The reference calls this
# *intrinsic style transfer*: no style picture is shown to the machine. It has nothing but brushstrokes, and
# they make the style.
#
# You will see one stroke find its place by gradient descent; a photo painted with three different losses, and
# what each of them wants; the painting grow stroke by stroke; the same loss with three brushes; a film; and a
# loss of your own in five lines.
#
# It takes about 3 minutes on two CPU cores, and needs no GPU. It runs in JupyterLab (`make notebooks`) and on
# any hosted notebook service: upload allaprima's wheel beside this file (`pip wheel --no-deps .` makes it, in
# allaprima's folder), and the first cell installs it. To paint a
# photo of your own, change one line below it.

# %%
try:
    import allaprima as ap
except ModuleNotFoundError:
    # %pip install --quiet --find-links . 'allaprima[train,notebook,video]' scikit-image
    import allaprima as ap
from pathlib import Path

import matplotlib.pyplot as plt
import torch

# %% [markdown]
# The numbers that say how much work is done. `PHOTO` is the path of a picture: put yours here.

# %% nbmake={"mock": {"STEPS": 8, "STROKES": 40, "SIZE": 64, "SHOWN": 120, "SECONDS": 0.5}}
PHOTO = "../examples/chelsea.png"
STEPS = 120  # of the one stroke that learns
STROKES = 700  # of a painting
SIZE = 320  # px of the canvas' long side, while it is painted
SHOWN = 800  # px of the pictures that are drawn of it in the end
SECONDS = 8  # of the film

if not Path(
    PHOTO
).is_file():  # the notebook stands alone: scikit-image has the same cat
    import skimage

    PHOTO = skimage.data.chelsea()
Path("work").mkdir(exist_ok=True)


# %% [markdown]
# And a small helper, to see pictures side by side.


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
        axis.imshow(
            picture, cmap="gray_r", vmin=0, vmax=1 if picture.ndim == 2 else None
        )
        axis.set_title(title, fontsize=10)
    plt.show()


# %% [markdown]
# ## A brush that can be asked
#
# `dry_brush` learned MyPaint's dry brush (notebooks 1 to 3 show how). It is *frozen*: none of its weights
# wants a gradient any more. But the gradient still goes *through* it, from the drawn pixels back to the 12
# numbers.

# %%
brush = ap.load_brush("dry_brush")
print(
    "weights that still learn:",
    sum(weight.requires_grad for weight in brush.parameters()),
)
brush

# %% [markdown]
# ## One stroke learns
#
# The smallest painting there is. We have a picture of a stroke, and begin with another stroke, somewhere
# else. Each step draws it, compares pixels, asks for the gradient by the 12 numbers, and moves these a little
# downhill. That is all.
#
# One detail: the numbers have to stay between 0 and 1. So what we really optimise may be *any* number, and
# `sigmoid` squeezes it into that range.


# %%
def learn(begin, goal):
    """The losses, and five pictures on the way."""
    free = torch.logit(begin.actions, eps=0.02).requires_grad_()
    adam = torch.optim.Adam([free], lr=0.1)
    losses, pictures = [], {"wanted": brush(goal)[0, 0]}
    for step in range(STEPS + 1):
        drawn = brush(ap.Strokes.from_actions(free.sigmoid()))
        loss = (drawn - brush(goal)).square().mean()
        losses.append(loss.item())
        if step % (STEPS // 4) == 0:
            pictures[f"step {step}, loss {loss.item():.4f}"] = drawn[0, 0].detach()
        adam.zero_grad(), loss.backward(), adam.step()
    return losses, pictures


# %%
goal = ap.Strokes.random(1, 21)
found, pictures = learn(ap.Strokes.random(1, 8), goal)
show(pictures, columns=6, width=2.2)

# %% [markdown]
# It shrank where nothing was wanted, folded, moved, and grew again where it should be. Nobody told it what
# "move" is: every one of its numbers just followed its own slope.
#
# It does not always end so well. Here is another beginning, for the same goal.

# %%
lost, pictures = learn(ap.Strokes.random(1, 4), goal)
show(pictures, columns=6, width=2.2)

# %% [markdown]
# This one found the only way that its pixels knew: *where I am, no paint is wanted, so less of me*. It shrank
# away, and once nothing of it overlapped with the goal, nothing called it there. Remember this, since the
# rest of the notebook is about it: **a gradient only feels what the stroke touches**. In the curves one loss
# falls to almost nothing, the other stays where it got stuck.

# %%
plt.figure(figsize=(5, 2.4))
plt.plot(found, label="found its place")
plt.plot(lost, label="got lost")
plt.xlabel("step"), plt.ylabel("loss"), plt.yscale("log"), plt.legend(frameon=False)
plt.show()

# %% [markdown]
# ## Hundreds of strokes
#
# `ap.paint` is this loop, with what a painter knows added to it: it begins with few and broad strokes and
# goes on to many small ones, new strokes begin where the canvas is still wrong, so that they *do* touch what
# they are for; then all are refined together.
#
# With `loss="features"` the canvas is not compared with the photo pixel by pixel. Both are shown to a frozen
# network that has learned to look at pictures, and what its layers see is compared: edges, textures,
# contrasts. It is the same **feature loss** as in notebook 1, and the reference's recipe for painting.
#
# While it runs, the picture below grows.

# %%
how = {
    "brush": brush,
    "strokes": STROKES,
    "size": SIZE,
    "mood": "painterly",
    "texture": True,
    "focus": "none",
}
features = ap.paint(PHOTO, loss="features", **how)

# %% [markdown]
# What happened meanwhile is in its history: each step's loss and its parts, the likeness in dB (PSNR of
# pixels), and how many strokes there were.

# %%
features.history

# %% [markdown]
# Read it from the left. You see the same course twice: first for the *sketch*, a tenth of all strokes,
# refined until it is a painting of its own; then for the others over it. Each time the first strokes are
# broad, on a canvas of few pixels, and there pixels are enough to find a place (`pixel`). Then the network
# begins to look (`features`), and the likeness in *pixels* falls while the loss does: it is no longer what is
# asked for. Jumps are the moments when new strokes came in, or the canvas was seen larger. `color` is a small
# part that is always there: it keeps a stroke's colour near what lies under it in the photo.

# %% [markdown]
# ## Pixels, features, both
#
# Now the same with the two other losses. Before you run it, guess: which of the three will be nearest to the
# photo, and which will look most like a painting?

# %%
pixels = ap.paint(PHOTO, loss="pixel", **how)
both = ap.paint(PHOTO, loss="both", **how)

# %%
paintings = {"pixel": pixels, "features": features, "both": both}
show({name: painting.render(SHOWN) for name, painting in paintings.items()})

# %% [markdown]
# Let us not trust our eyes alone. Two figures for each painting, at the size at which it was painted: how
# near its *pixels* are (in dB: more is nearer), and how far apart a network *sees* the two (less is nearer).

# %%
network = ap.perception.load_features("pocket")


def tensor(picture):
    return torch.from_numpy(picture).permute(2, 0, 1).float() / 255


photo = ap.image.read_photo(PHOTO).at(features.width, features.height)
for name, painting in paintings.items():
    picture = tensor(painting.render(SIZE))
    seen = ap.perception.feature_distance(picture, photo, network)
    print(
        f"{name:9} pixels {ap.perception.psnr(picture, photo):5.1f} dB    seen apart {seen:5.2f}"
    )

# %% [markdown]
# A loss is a wish. `pixel` is nearest in pixels, and furthest from what the network sees: it wants every colour in
# its place, and is content with soft transitions. `features` wants what makes a picture look crisp, edges and
# textures, and pays for them with several dB of pixels: here a colour is off, there one is too strong. And `both`
# is close to the best of each, or better: it may even be seen nearer than `features`, which asked for nothing else.
# Pixels say where to go from afar, features what to do when one is there; a network alone is a rough guide for a
# stroke that is still in the wrong place. So from here on we take both.

# %% [markdown]
# ## Stroke by stroke
#
# A painting is a list of strokes, bottom first, and a part of it is a painting, too: `painting[:40]` is its
# lowest 40 strokes.

# %%
stops = [STROKES // 40, STROKES // 10, STROKES // 3, STROKES]
show(
    {f"{stop} strokes": both[:stop].render(SHOWN) for stop in stops},
    columns=4,
    width=3.4,
)

# %% [markdown]
# The first strokes are broad and nearly shapeless. At a tenth the sketch is complete: a painting with few
# words. The last strokes are small and lie where there is something to say, each begun where the canvas was
# still most wrong.

# %% [markdown]
# ## The medium makes the style
#
# *Intrinsic* style transfer means that no style came from outside. If that is true, the same photo and the
# same loss with **another brush** must give another style. Here are chalk and the bristles of an oil brush
# beside it.

# %%
styles = {"dry_brush": both}
for name in ("chalk", "flat"):
    styles[name] = ap.paint(PHOTO, loss="both", **{**how, "brush": name})
show({name: painting.render(SHOWN) for name, painting in styles.items()})

# %% [markdown]
# The photo, the loss and every number are the same; grain, edges and touch are not. The style is what this
# brush *can* do, brought as near to the photo as it can be.

# %% [markdown]
# ## The film
#
# `ap.write` writes a painting to a file of any kind, by the name's ending: `.png`, `.svg`, layers for
# Photoshop or Krita (`.psd`, `.ora`), and films. With `beside=True` the photo stands beside the canvas.

# %%
from IPython.display import Video

ap.write(
    both, "work/cat.mp4", size=SHOWN // 2, seconds=SECONDS, photo=PHOTO, beside=True
)
Video("work/cat.mp4", embed=True)

# %% [markdown]
# ## A loss of your own
#
# A loss is any function of three things: the canvas as the strokes make it, the picture as it should be, and
# the strokes themselves. What it gives back is brought down. So write down what you wish for.
#
# *"Let it rain"*: all strokes are to fall. A stroke that falls goes down a long way and hardly sideways, so
# its share of sideways is what is wrong with it. (A share, since otherwise a stroke could please us by becoming a
# dot.) The list adds our wish to the colours of the photo. Chalk shows best how strokes lie.


# %%
def rain(canvas, picture, strokes):
    way = strokes.end - strokes.start  # (N, 2): right and down
    sideways = way[:, 0].square()
    length = way.square().sum(1) + 1e-6
    return 0.05 * (sideways / length).mean()


# %%
dry = ap.paint(PHOTO, **{**how, "brush": "chalk"})
rainy = ap.paint(PHOTO, loss=["pixel", rain], **{**how, "brush": "chalk"})
show(
    {"pixel": dry.render(SHOWN), "pixel and rain": rainy.render(SHOWN)},
    columns=2,
    width=6,
)

# %% [markdown]
# Five lines, and a manner of painting that is nobody else's. Where the photo insists, on the rim of an eye,
# strokes now stand upright side by side to make a line that lies; for whiskers it did not insist enough, and they
# are washed away. In the history the wish has a curve of its own, by its name:

# %%
rainy.history.plot("pixel", "rain")
plt.show()

# %% [markdown]
# ## Exercises
#
# **1.** Help the stroke that got lost. It is blind to what it does not touch, so let it touch more: blur both
# pictures before they are compared, much at first, less and less, and not at all in the end. And do not let
# it shrink meanwhile.
#
# <details><summary>Answer</summary>
#
# ```python
# def blurred(picture, width):
#     return torch.nn.functional.avg_pool2d(picture, width, 1, width // 2)
#
#
# free = torch.logit(ap.Strokes.random(1, 4).actions, eps=0.02).requires_grad_()
# adam = torch.optim.Adam([free], lr=0.1)
# for step in range(3 * STEPS):
#     width = (49, 17, 1)[step // STEPS]
#     drawn = brush(ap.Strokes.from_actions(free.sigmoid()))
#     loss = (blurred(drawn, width) - blurred(brush(goal), width)).square().mean()
#     adam.zero_grad(), loss.backward()
#     if width > 1:
#         free.grad[:, [0, 1, 11]] = 0  # pressure, size, entry pressure: it only moves
#     adam.step()
# show({"wanted": brush(goal)[0, 0], f"loss {loss.item():.4f}": drawn[0, 0].detach()}, columns=2, width=2.2)
# ```
#
# It is the oldest trick there is, from coarse to fine, and `ap.paint` does the same: it begins on a canvas of
# few pixels, with broad strokes. It helps, and promises nothing: from `ap.Strokes.random(1, 1)` the stroke comes
# close and ends askew. So `ap.paint` has another trick, which is better: it begins new strokes right where the canvas
# is wrong.
#
# </details>
#
# **2.** Turn the rain by a quarter: write `calm`, for strokes that all lie level. Then use both at once. What
# do strokes do that are told to lie level and to fall?
#
# <details><summary>Answer</summary>
#
# ```python
# def calm(canvas, picture, strokes):
#     way = strokes.end - strokes.start
#     return 0.05 * (way[:, 1].square() / (way.square().sum(1) + 1e-6)).mean()
#
#
# with_chalk = {**how, "brush": "chalk"}
# level = ap.paint(PHOTO, loss=["pixel", calm], **with_chalk)
# torn = ap.paint(PHOTO, loss=["pixel", calm, rain], **with_chalk)
# show({"calm": level.render(SHOWN), "calm and rain": torn.render(SHOWN)}, columns=2, width=6)
# ```
#
# The two shares are what is level and what is steep, and they always add up to 1: together they are a
# constant without a slope, and the strokes lie as the photo wants them to.
#
# </details>
#
# **3.** Paint with a style picture, after all: *extrinsic* style transfer. `style=` takes the path of a
# picture, and adds what the network sees of its textures. Use the painting by `chalk` as the style of one by
# `flat`.
#
# <details><summary>Answer</summary>
#
# ```python
# ap.write(styles["chalk"], "work/style.png", size=SHOWN)
# styled = ap.paint(PHOTO, loss="pixel", style="work/style.png", style_weight=2, **{**how, "brush": "flat"})
# show({"flat": styles["flat"].render(SHOWN), "flat, in the manner of chalk": styled.render(SHOWN)}, columns=2, width=6)
# ```
#
# The bristles try to leave chalk's textures, as far as bristles can. What comes of it is still oil: the
# medium has the last word.
#
# </details>
#
# Next: [5 · Your brush](05_your_brush.ipynb), where you make what paints.
