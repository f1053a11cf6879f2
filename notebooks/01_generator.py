# %% [markdown]
# # 1 · The generator learns to draw
#
# This is the first of three stages in which *The Joy of Neural Painting* teaches a brush. A network, the
# **generator**, is told the twelve numbers of a stroke, and has to draw what the real brush would have drawn.
# How wrong it is, a *loss* tells it; all depends on what that loss looks at. You will see
#
# * why comparing pixel by pixel is not enough, in one stroke, moved a little to the right;
# * what a network that has learned to look at pictures sees in a stroke;
# * a brush that learns before your eyes, from nothing to bristles;
# * the same brush, taught by one part of the loss alone;
# * the reference's generator of 36 million numbers beside ours of two thousand.
#
# It takes about six minutes on two CPU cores; no GPU is needed. It runs in JupyterLab (`make notebooks`) and on
# any hosted notebook service: upload allaprima's wheel beside this file (`pip wheel --no-deps .` makes it, in
# allaprima's folder), and the first cell installs it.

# %%
try:
    import allaprima as ap
except ModuleNotFoundError:
    # %pip install --quiet --find-links . 'allaprima[train,notebook]'
    import allaprima as ap

import matplotlib.pyplot as plt

# %% nbmake={"mock": {"COUNT": 50, "STEPS": 4, "PART": 2, "REFERENCE": 2}}
COUNT = 3000  # strokes to learn from
STEPS = 240  # steps of learning of our generator,
PART = 60  # with a part of the loss,
REFERENCE = 30  # and of the reference's generator

# %% [markdown]
# ## Strokes to learn from
#
# They are those of [notebook 0](00_strokes.ipynb): if you ran it, they are there already. Without MyPaint the
# brush is `flat`, of bristles, as before.

# %%
try:
    real = ap.MyPaintBrush("classic/dry_brush")
except ap.AllaprimaError as missing:
    print(missing)
    real = ap.BristleBrush("flat")
data = ap.draw_strokes(f"work/{real.name.split('/')[-1]}", real, COUNT)
data

# %% [markdown]
# ## A little to the right
#
# Take one stroke, and two attempts to draw it. The first is the stroke itself, moved by four pixels of 128: no
# painter would call that wrong. The second is a smear: right where it lies, but without a single bristle (it is
# the mean of many drawings).

# %%
strokes = ap.Strokes.from_actions(
    [[0.9, 0.75, 0.5, 0.2, 0.85, 0.75, 0.6, 0.2, 0.1, 0.15, 0.7, 0.6]]
)
samples = [real(strokes.placed(0, 0, 128, sample=n), 128) for n in range(40)]
target = samples[0]
attempts = {
    "moved by 4 px": target.roll(4, dims=3),
    "smear": sum(samples) / len(samples),
}


# %%
def show(pictures, width=2.4):
    figure, axes = plt.subplots(
        1, len(pictures), figsize=(width * len(pictures), width + 0.3), squeeze=False
    )
    for panel, (title, picture) in zip(axes[0], pictures.items()):
        panel.imshow(picture.detach().squeeze(), vmin=0, cmap="gray_r")
        panel.set_title(title, fontsize=10)
        panel.set(xticks=[], yticks=[])
    plt.show()


show({"the real brush": target} | attempts)
for name, attempt in attempts.items():
    print(f"{name:14} squared error {(attempt - target).square().mean():.5f}")

# %% [markdown]
# Pixel by pixel the smear wins. A network that learns by squared error alone will therefore smear, however long it
# learns, wherever it cannot be sure of each bristle.
#
# ## Eyes
#
# So let somebody look who has learned to look. `pocket` is a small network that was taught to see as VGG16 does,
# a network that had learned to name a thousand things in photos. Nobody wants the names; we want what its layers
# see on the way: the first ones edges, the next ones grain and corners, the deeper ones larger shapes.
#
# Here is where each attempt differs from the stroke: pixel by pixel, and in what three layers see, the deeper the
# coarser. The darker, the further apart; each column has one scale.

# %%
eyes = ap.perception.load_features("pocket")
true = eyes(target)
figure, axes = plt.subplots(2, 4, figsize=(9, 4.8), layout="constrained")
for row, (name, attempt) in zip(axes, attempts.items()):
    apart = {"pixels": (attempt - target).square()}
    for layer, seen in eyes(attempt).items():
        apart[layer] = (seen - true[layer]).square().sum(1)  # over all channels
    row[0].set_ylabel(name)
    for panel, (title, picture), most in zip(row, apart.items(), (0.6, 60, 60, 40)):
        panel.imshow(picture.detach().squeeze(), cmap="gray_r", vmin=0, vmax=most)
        panel.set_title(title, fontsize=10)
        panel.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# Pixels mind the move; the deeper one looks, the less it matters. The smear is the other way round: pixels forgive
# it, and the deepest layer sees along the whole stroke that something is missing.

# %% [markdown]
# Two pictures can now be compared by what is seen in them. The **feature loss** has three kinds of parts:
#
# * **pixel**: is the paint in its place?
# * **features**: does each layer see the same thing at the same place? Since it sees coarsely, a small move
#   counts little;
# * **gram**: which channels go together, *wherever* in the picture? That is the Gram matrix, and it is what grain
#   is: a smear has none.
#
# The three layers have weights, 5, 15 and 2, those of the reference.

# %%
loss = ap.perception.FeatureLoss(eyes)
table = {
    name: loss.parts(attempt, loss.encode(target)) for name, attempt in attempts.items()
}
figure, axes = plt.subplots(1, 3, figsize=(9, 2.6), layout="constrained")
for panel, kind in zip(axes, ("pixel", "relu", "gram")):
    for column, parts in enumerate(table.values()):
        height = sum(part.item() for key, part in parts.items() if key.startswith(kind))
        panel.bar(column, height, color=("#2f5d73", "#b5533c")[column])
    panel.set_xticks(range(len(table)), table)
    panel.set_title("features" if kind == "relu" else kind, fontsize=10)
plt.show()

# %% [markdown]
# The lower, the better. As above, the pixels prefer the smear, and the layers together the stroke that was moved; and
# the Gram matrices have no doubt at all that bristles belong there.
#
# ## Stage 1
#
# Now somebody learns. An `Apprentice` has strokes to learn from and networks that know nothing yet. Ours, `splat`,
# lays soft spots of paint along the curve, and has to find out how wide and how heavy each should be. What it draws
# before the first lesson stands below the real brush's strokes.

# %%
apprentice = ap.Apprentice(data)
print(apprentice)
apprentice.sheet()

# %% [markdown]
# `pretrain` is stage 1. Watch the picture: the soft spots find their width first. Then comes a second part,
# called *1b*: the texture, a tiny network that is told for each dab of paint the random numbers that MyPaint would
# use, and learns what the dab then looks like. (A brush of bristles has no second part.)

# %%
history = apprentice.pretrain(steps=STEPS)
history.plot()
plt.show()

# %% [markdown]
# The curves are on a scale of logarithms: each power of ten down is a tenth. `loss` is the sum of what stands below
# it, and nearly hides behind `pixel`. The pale line is each step, and trembles, since each step sees other strokes;
# the firm one is a mean of its neighbours.
#
# And here is what has been learned. None of these strokes was trained on. The ones in the middle are smooth: who is
# told twelve numbers, and not the chance, can only draw the mean, whatever the loss, and for painting that is what is
# wanted ([notebook 0](00_strokes.ipynb)). Grain is the texture's, below.

# %%
apprentice.sheet()

# %%
apprentice.fidelity()

# %% [markdown]
# In decibels: `psnr` says how close the mean strokes are to the real brush's, `agreement` how close the
# real brush is to itself, and `texture` how close a stroke is when the chance in it is known. So the texture draws
# not just *some* stroke, but the very one that MyPaint would draw.
#
# ## Parts of the loss, switched off
#
# What is each part good for? Let three apprentices learn for the same few steps, each by one part alone: pixels;
# features; Gram matrices; and a fourth by all of them. The numbers 3000 and 16 are those of allaprima itself. With
# 3000 the squared error of pixels is by far the most of the loss, as the curves above show, and the rest is
# seasoning; and of each batch every 16th stroke is shown to the eyes, as looking costs more than drawing.

# %%
ours = {"distance": "mse", "every": 16}
losses = {
    "pixels alone": ap.perception.FeatureLoss(pixel=3000, **ours),
    "features alone": ap.perception.FeatureLoss(eyes, pixel=0, gram=0, **ours),
    "gram alone": ap.perception.FeatureLoss(
        eyes, pixel=0, gram=5e3, weights={"relu3_3": 5.0, "relu4_3": 15.0}, **ours
    ),
    "all": ap.perception.FeatureLoss(eyes, pixel=3000, **ours),
}

# %%
pupils = {name: ap.Apprentice(data, loss=loss) for name, loss in losses.items()}
for name, pupil in pupils.items():
    pupil.pretrain(steps=PART)
    print(f"{name:15} {pupil.fidelity()}")

# %%
figure, axes = plt.subplots(len(pupils), 1, figsize=(9, 2.0 * len(pupils)))
for panel, (name, pupil) in zip(axes, pupils.items()):
    panel.imshow(pupil.now())
    panel.set_title(name, fontsize=10, loc="left")
    panel.set_axis_off()
plt.show()

# %% [markdown]
# By pixels alone these apprentices come as far as by all parts together, or a little further. That is no argument
# against the other parts: this generator can draw nothing *but* mean strokes, and its texture is told the chance, so
# the smear is no temptation. (Nor can it miss the place: it is told where the curve runs. What it has to find is how
# broad paint lies, and how heavy.) By the features alone it has hardly set out to find that after so few steps; and
# by the Gram matrices alone it remains broad and pale, too: they know what grain there is, and neither where nor how
# much paint.
#
# ## The reference's generator, and ours
#
# *The Joy of Neural Painting* learned with a DCGAN: a stack of convolutions that unfolds the twelve numbers into an
# image, 36.4 million parameters in all. Nobody tells it that a stroke has a curve; it has to find out where to put
# each of 4,096 pixels. Give it, too, some time, and watch.

# %%
reference = ap.Apprentice(data, generator="dcgan")
print(reference)
reference.pretrain(steps=REFERENCE, batch=16)
reference.sheet()

# %%
for name, one in {"splat": apprentice, "dcgan": reference}.items():
    seconds = one.history.part("1").seconds
    print(f"{name}: {one.fidelity()['psnr']:.1f} dB after {seconds:.0f} seconds")

# %% [markdown]
# No strokes yet. It draws the same for all strokes, whatever the twelve numbers are: a pattern of dots, the traces of
# its own convolutions, and hardly a sign of what was asked for. It does get further, with a GPU and an hour, and
# draws well in the end, as the reference shows. But most of what it has to learn was known before: that a stroke runs
# along a curve. A generator that is told so can spend its lessons on the brush.
#
# ## Exercises
#
# **1.** Is the smear still worse when it is seen by deeper layers alone? Compare the two attempts with the weight
# of one layer at a time.
#
# <details><summary>Answer</summary>
#
# The weights are a dictionary: the layers that are in it are looked at. Without pixels and Gram matrices (`pixel=0,
# gram=0`) it is worse by each of them, and the deeper the layer, the more: the shallow one still minds the move.
#
# ```python
# for layer in ("relu3_3", "relu4_3", "relu5_3"):
#     loss = ap.perception.FeatureLoss(eyes, weights={layer: 1.0}, pixel=0, gram=0)
#     print(layer, {name: round(loss(one, target).item(), 3) for name, one in attempts.items()})
# ```
#
# </details>
#
# **2.** Any function of two pictures can be a loss. Write one that is ten times as severe about missing paint as
# about paint too much, and look at what the apprentice makes of it.
#
# <details><summary>Answer</summary>
#
# It becomes broad and heavy: better too much than too little.
#
# ```python
# def greedy(drawn, true):
#     missing = (true - drawn).clamp(min=0)
#     too_much = (drawn - true).clamp(min=0)
#     return 3000 * (10 * missing.square() + too_much.square()).mean()
#
#
# pupil = ap.Apprentice(data, loss=greedy)
# pupil.pretrain(steps=PART)
# pupil.sheet()
# ```
#
# </details>
#
# **3.** A generator can be your own, any `nn.Module` that draws `(N, 1, size, size)` from strokes. Write one that
# knows nothing but a straight line from start to end, with one width to learn.
#
# <details><summary>Answer</summary>
#
# One number, and it is right about straight strokes.
#
# ```python
# import torch
#
#
# class Line(torch.nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.width = torch.nn.Parameter(torch.tensor(1.0))
#
#     def forward(self, strokes, size):
#         at = (torch.arange(size, device=self.width.device) + 0.5) / size
#         pixels = torch.stack(torch.meshgrid(at, at, indexing="xy"), -1)  # (size, size, 2)
#         start, way = strokes.start[:, None, None], (strokes.end - strokes.start)[:, None, None]
#         along = ((pixels - start) * way).sum(-1) / (way.square().sum(-1) + 1e-4)
#         apart = pixels - start - along.clamp(0, 1)[..., None] * way
#         radius = (strokes.radius * self.width.abs())[:, None, None]
#         return torch.exp(-apart.square().sum(-1) / radius.square())[:, None]
#
#
# pupil = ap.Apprentice(data, generator=Line())
# pupil.pretrain(steps=PART, lr=0.05)
# print(pupil, pupil.generator.module.width.item())
# pupil.sheet()
# ```
#
# </details>
#
# Next: [2 · The critic learns to judge](02_critic.ipynb)
