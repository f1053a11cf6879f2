# %% [markdown]
# # 3 · Both, against each other
#
# Now the apprentice and the critic take turns. The apprentice draws strokes that the critic is to take for real;
# the critic learns to see through them. This is a *generative adversarial network*, or GAN, and it has a reputation:
# brilliant when it works, and it often doesn't. The point of *The Joy of Neural Painting* is that both should come
# to it *prepared*. You will see
#
# * three stages, and what each leaves behind;
# * the same duel from scratch: both begin it knowing nothing;
# * what becomes of strokes when the critic alone has the say;
# * a photo, painted by the brush that learned in stages, and by one that had a critic alone.
#
# Two networks can stand before the critic, and one word helps to keep them apart: the *generator* draws the mean
# stroke; the *texture*, once stage 1 has taught it, draws single ones, grain and all. What stages 2 and 3 are about
# is the texture, if there is one, and else the generator.
#
# It takes about seven minutes on two CPU cores; no GPU is needed. It runs in JupyterLab (`make notebooks`) and on
# any hosted notebook service: upload allaprima's wheel beside this file (`pip wheel --no-deps .` makes it, in
# allaprima's folder), and the first cell installs it.

# %%
try:
    import allaprima as ap
except ModuleNotFoundError:
    # %pip install --quiet --find-links . 'allaprima[train,notebook]'
    import allaprima as ap

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib import cbook

# %% nbmake={"mock": {"COUNT": 50, "STEPS": 4, "JUDGING": 3, "GAN": 6, "TURNS": 6, "PAINTED": 12, "SIZE": 64}}
COUNT = 3000  # strokes to learn from
STEPS = 240  # steps of stage 1
JUDGING = 150  # of stage 2,
GAN = 60  # and of stage 3
TURNS = 240  # of a duel from scratch: half of them are the generator's
PAINTED = 200  # strokes of a painting
SIZE = 256  # px of its long side, while it is painted
PHOTO = "../examples/chelsea.png"  # or one of your own

# %%
try:
    real = ap.MyPaintBrush("classic/dry_brush")
except ap.AllaprimaError as missing:
    print(missing)
    real = ap.BristleBrush("flat")
data = ap.draw_strokes(f"work/{real.name.split('/')[-1]}", real, COUNT)
data

# %% [markdown]
# ## Prepared
#
# First the two stages that you know from [notebook 1](01_generator.ipynb) and [notebook 2](02_critic.ipynb): the
# generator learns by the feature loss, then the critic learns to judge, with the generator frozen.

# %%
prepared = ap.Apprentice(data)
prepared.pretrain(steps=STEPS)
prepared.pretrain_critic(steps=JUDGING, lr=2e-3)
print(prepared)

# %% [markdown]
# The apprentice draws well by now, so the critic has a hard time: after so many steps it still guesses, and all of its
# verdicts lie near 50 %.

# %%
prepared.judge(12)

# %% [markdown]
# ## Stage 3
#
# In turns, one step each. The critic's loss is what it was. The generator's is a mixture:
#
# &nbsp;&nbsp;&nbsp;&nbsp;`mix` × cross entropy + (1 − `mix`) × feature loss
#
# The first part is small when the critic takes its strokes for real, and the second keeps it with the truth. As in
# the reference, `mix` is one half. What the critic is shown are strokes with their texture, where a brush has one:
# so it is the texture that learns here.

# %%
history = prepared.adversarial(steps=GAN, mix=0.5)
history.plot("generator", "critic")
plt.show()

# %% [markdown]
# Don't look for a curve that falls. When both get better, neither loss changes: each is measured against the other.
# And a critic's loss near 0.69 (ln 2) can mean two things. Either there is nothing left to tell, or it has not learned
# to tell yet: in [notebook 2](02_critic.ipynb) it took a hundred steps against strokes that were plainly false. So the
# losses of a GAN tell little. Look at the strokes instead.

# %%
prepared.sheet()

# %%
figures = {"three stages": prepared.fidelity()}
figures["three stages"]

# %% [markdown]
# `psnr` is that of the mean stroke, which stage 1 taught and stage 3 left alone; `texture` is what the duel was about.
#
# ## From scratch
#
# Now without stages 1 and 2: an apprentice that has never drawn, and a critic that has never judged. There is no
# texture yet, so here it is the generator that stands before the critic. It takes the turns of a duel, at stage 1's
# learning rate, and to compare it with, there is one that has the same number of lessons in stage 1's own way.

# %%
alone = ap.Apprentice(data)
alone.pretrain(steps=TURNS // 2)
scratch = ap.Apprentice(data)
scratch.adversarial(steps=TURNS, mix=0.5, lr=2e-2).plot("generator", "critic")
plt.show()
scratch.sheet()

# %% [markdown]
# That went well! The strokes are those of stage 1: half of the generator's loss still is the feature loss, and it is
# by far the larger half, so it says where to go. What the critic adds is mostly time: it has to look, too, and
# learned little, as its loss tells, near ln 2 all the way. (The generator's curve does fall here, since half of it is
# the feature loss, which has much to learn.) Here are the seconds that one lesson of the generator took either way.

# %%
for name, one, stage in (("feature loss", alone, "1"), ("duel", scratch, "3")):
    print(f"{name:12} {one.history.part(stage).seconds / (TURNS // 2):.2f} s a lesson")

# %% [markdown]
# ## The critic alone
#
# So take the feature loss away: `mix=1`. Nobody tells the generator any longer *which* stroke it should draw, only that
# somebody must take it for real. This is how GANs were trained first, and what the reference set out to avoid.

# %%
believer = ap.Apprentice(data)
believer.adversarial(steps=TURNS, mix=1.0, lr=2e-2)
believer.sheet()

# %% [markdown]
# The strokes are where they were asked for, but only because our generator is told where the curve runs, and cannot
# draw elsewhere. How broad they are and how heavy is anybody's guess: its teacher began as ignorant as itself, and
# each has learned from the other's mistakes. A generator as free as the reference's would not even have a reason to
# put a stroke in its place. For a GAN that invents faces this is no fault, whatever looks real is welcome; for a
# brush it is.
#
# In figures, on strokes that nobody was trained on, for the mean stroke:

# %%
figures |= {"feature loss": alone.fidelity(), "duel from scratch": scratch.fidelity()}
figures |= {"the critic alone": believer.fidelity()}
figure, panel = plt.subplots(figsize=(6, 2.4))
bars = panel.barh(list(figures), [told["psnr"] for told in figures.values()])
panel.bar_label(bars, fmt="%.1f", padding=3)
panel.margins(x=0.12)
panel.set_xlabel("dB (higher is closer to the real brush)")
panel.invert_yaxis()
plt.show()

# %% [markdown]
# Eight decibels less are six times the squared error; an apprentice that has learned nothing has 14.7 dB. (Half a
# decibel between the upper three says little.)
#
# ## So what is stage 3 good for?
#
# A loss that knows what is wanted goes before one that only knows what looks real: that is what preparing means.
# Whether the duel adds anything after it is another question. With the reference's generator it is to sharpen what
# the feature loss left soft. Ours is told where the curve runs, and its texture is told the very chance, so there may
# be little left for a critic to find. The honest answer is to measure it: exercise 1.
#
# ## Paint with it
#
# A brush is what counts in the end. Both apprentices give one, and each paints the same photo. How that goes is the
# next notebook's; here, only look at what a brush that learned from a critic alone does to a cat. (Where the cat is not
# beside the notebook, a portrait that comes with matplotlib sits for it.) Both are drawn with their mean strokes: what
# stage 3 did to the texture is not seen here.

# %%
portrait = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
photo = PHOTO if Path(PHOTO).exists() else portrait
paintings = {}
for name, apprentice in (("three stages", prepared), ("the critic alone", believer)):
    brush = apprentice.brush(name.replace(" ", "-"))
    paintings[name] = ap.paint(photo, brush=brush, strokes=PAINTED, size=SIZE)

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for panel, (name, painting) in zip(axes, paintings.items()):
    panel.imshow(painting.render(512))
    panel.set_title(name, fontsize=10)
    panel.set_axis_off()
plt.show()

# %% [markdown]
# ## Exercises
#
# **1.** Does stage 3 come closer to the real brush than stage 1 alone, given the same time? Train one apprentice by
# stage 1 only, for as many seconds.
#
# <details><summary>Answer</summary>
#
# The history knows the seconds of each stage. As a rule stage 1 alone is as close or closer, measured in decibels:
# it is the very thing that it learns.
#
# ```python
# first = prepared.history.part("1").seconds
# more = round(STEPS * prepared.history.seconds / max(first, 1e-3))
# longer = ap.Apprentice(data)
# longer.pretrain(steps=min(more, 2 * STEPS))
# print(f"stage 1 alone: {longer.fidelity()}")
# print(f"three stages:  {prepared.fidelity()}")
# ```
#
# </details>
#
# **2.** By itself the critic taught little. Does it harm an apprentice that is prepared, when the critic has more and
# more of the say?
#
# <details><summary>Answer</summary>
#
# Hardly: the figures stay about where they were, even at `mix=1`. Who draws well enough that the critic can't tell
# gets little of a push from it. That is what preparation buys. (Stage 3 goes on where it was, so each turn has a bit
# more of the critic.)
#
# ```python
# for mix in (0.5, 0.9, 0.99, 1.0):
#     prepared.adversarial(steps=max(2, GAN // 4), mix=mix)
#     print(mix, prepared.fidelity())
# prepared.sheet()
# ```
#
# </details>
#
# **3.** Who wins? Plot how often the critic is right in its own turns, and how often it is fooled in the
# generator's: prepared, and by the critic alone.
#
# <details><summary>Answer</summary>
#
# `accuracy` belongs to the critic's turns, `fooled` to the generator's.
#
# ```python
# for apprentice in (prepared, believer):
#     apprentice.history.part("3").plot("accuracy", "fooled")
# plt.show()
# ```
#
# </details>
#
# Next: [4 · Painting a photo](04_paint.ipynb)
