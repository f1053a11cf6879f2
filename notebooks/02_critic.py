# %% [markdown]
# # 2 · The critic learns to judge
#
# No formula says what makes a stroke look painted. So the second stage of *The Joy of Neural Painting* has it
# learned: a network, the **critic**, is shown strokes of the real brush and strokes of the apprentice, and learns
# to tell which is which. You will see
#
# * a critic that guesses, and the same one after some lessons;
# * where in a stroke it looks, asked in two ways;
# * what *frozen* means: the generator must not move while the critic learns to aim;
# * the trap in it: an optimiser that moves a network which is not to learn, and how to stay out of it.
#
# It takes about two minutes on two CPU cores; no GPU is needed. It runs in JupyterLab (`make notebooks`) and on
# any hosted notebook service: upload allaprima's wheel beside this file (`pip wheel --no-deps .` makes it, in
# allaprima's folder), and the first cell installs it.

# %%
try:
    import allaprima as ap
except ModuleNotFoundError:
    # %pip install --quiet --find-links . 'allaprima[train,notebook]'
    import allaprima as ap

import matplotlib.pyplot as plt
import torch

# %% nbmake={"mock": {"COUNT": 50, "LESSONS": 3, "JUDGING": 4, "GAN": 6}}
COUNT = 3000  # strokes to learn from
LESSONS = 30  # steps of stage 1: few, so that the critic has something to find
JUDGING = 250  # steps of the critic
GAN = 12  # steps of stage 3, to look at who moves

# %% [markdown]
# ## Somebody to judge
#
# The strokes are those of the notebooks before. The apprentice has hardly begun: after so few lessons its strokes
# are too broad, too pale, and without bristles. That is on purpose. Nobody learns to judge from forgeries that are
# perfect.

# %%
try:
    real = ap.MyPaintBrush("classic/dry_brush")
except ap.AllaprimaError as missing:
    print(missing)
    real = ap.BristleBrush("flat")
data = ap.draw_strokes(f"work/{real.name.split('/')[-1]}", real, COUNT)
apprentice = ap.Apprentice(data)
apprentice.pretrain(steps=LESSONS)
apprentice.sheet()

# %% [markdown]
# ## Before it has learned
#
# The critic is a stack of convolutions: it gets the opacity of one stroke, 64 by 64 numbers, and answers with one.
# Above 0 means *real*. `judge` shows strokes by both hands, and below each how sure the critic is that the real
# brush drew it: green where it is right, red where it is wrong. It knows nothing yet: 50 %,
# whoever drew it, and red and green are chance.

# %%
apprentice.judge(12)

# %% [markdown]
# ## Stage 2
#
# Half of each batch is the real brush's, half the apprentice's, *of the same twelve numbers*: so the critic has to
# judge the drawing, and not what is drawn. Its loss is **binary cross entropy**, the usual one for a question with
# two answers: little for a right answer, much for a wrong one that was given with confidence. Who always says
# "50 %" has ln 2, which is 0.693.

# %%
history = apprentice.pretrain_critic(steps=JUDGING, lr=2e-3)
history.plot("loss", "accuracy")
plt.show()

# %% [markdown]
# The line to watch is the accuracy. One half is chance. For a while nothing seems to happen, and this is usual: a
# critic starts with no idea of what could matter. Then it finds a difference, and the loss leaves 0.693. (The
# learning rate here is twice the usual one; with that it takes longer.)

# %%
apprentice.judge(12)

# %% [markdown]
# ## What does it look at?
#
# A network doesn't say why. But we can ask it twice.
#
# First by the **gradient**: how would the verdict change with each pixel? Where the gradient is large, the critic
# listens. Red pixels would make the stroke more real if there were more paint, blue ones if there were less.


# %%
def show(rows, labels, **colors):
    figure, axes = plt.subplots(
        len(rows), len(rows[0]), figsize=(9, 1.6 * len(rows)), squeeze=False
    )
    for row, pictures, label in zip(axes, rows, labels):
        row[0].set_ylabel(label, fontsize=9)
        for panel, picture in zip(row, pictures):
            panel.imshow(picture.detach().squeeze(), **colors)
            panel.set(xticks=[], yticks=[])
    plt.show()


# %%
strokes, once, _ = data.held_out()
broad = strokes.size.argsort(descending=True)[10:70:10]
opacity = {"real": once[broad], "apprentice": apprentice.draw(strokes[broad])}
slope = {}
for whose, pictures in opacity.items():
    asked = pictures.clone().requires_grad_()
    apprentice.critic(asked).sum().backward()
    slope[whose] = asked.grad / asked.grad.abs().amax((1, 2, 3), keepdim=True)
for whose in opacity:
    show([opacity[whose]], [whose], cmap="gray_r", vmin=0, vmax=1)
    show([slope[whose]], ["gradient"], cmap="RdBu_r", vmin=-1, vmax=1)

# %% [markdown]
# In the real strokes the gradient lies on the paint and close to it, a fine pattern within the bristles; the empty
# paper far away matters little. Around the apprentice's strokes, even on empty paper, there is much blue: no paint
# here, please! They are too broad, and the critic has noticed.
#
# But a gradient speaks of tiny changes only. So ask once more, by **covering**: wipe a square of 16 by 16 pixels
# clean, and see how far the verdict falls or rises. Do it everywhere, and you have a map: red where what was
# covered spoke *for* a real stroke, blue where it spoke against.


# %%
def covering(pictures, side=16, step=8):
    """How much a verdict falls when a square of a stroke is wiped clean, by place."""
    places = range(0, pictures.shape[-1] - side + 1, step)
    told = torch.zeros(len(pictures), 1, len(places), len(places))
    with torch.no_grad():
        before = apprentice.critic(pictures)[:, 0]
        for row, top in enumerate(places):
            for column, left in enumerate(places):
                wiped = pictures.clone()
                wiped[:, :, top : top + side, left : left + side] = 0
                told[:, 0, row, column] = before - apprentice.critic(wiped)[:, 0]
    return told / told.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-9)


for whose, pictures in opacity.items():
    show([pictures], [whose], cmap="gray_r", vmin=0, vmax=1)
    show([covering(pictures)], ["covered"], cmap="RdBu_r", vmin=-1, vmax=1)

# %% [markdown]
# Here the two hands differ at a glance. In the real strokes some places speak for them, mostly dark blots of paint, and
# others against. In the apprentice's strokes nearly everything speaks against them: wherever a piece is wiped away, the
# verdict rises.
#
# What we see is a *habit* of this critic, a clue that it found in its first few hundred batches and that works often
# enough. A better generator would take that clue away, and the critic would have to find another. That is the game
# of the next notebook.
#
# ## Frozen means frozen
#
# While the critic learned, the generator must have stayed as it was: otherwise the critic would aim at something
# that moves. Is that so? `on_step` is called after each step of an apprentice; let it keep, in each, how far the
# weights of both networks have moved since the step before. (What the critic judges are strokes with their texture, if
# the brush has one; so that is the network to watch here. The generator proper rests anyway.)


# %%
def weights(network):
    return torch.cat([one.detach().flatten().clone() for one in network.parameters()])


def watch(step):
    networks = {"judged": apprentice.texture or apprentice.generator}
    networks["critic"] = apprentice.critic
    for name, network in networks.items():
        now = weights(network)
        moved.setdefault(name, []).append((now - last.get(name, now)).norm().item())
        last[name] = now


# %%
last, moved = {}, {}
apprentice.on_step = watch
apprentice.pretrain_critic(steps=10)
print("the critic moved by     ", [f"{one:.3f}" for one in moved["critic"][1:]])
print("the one it judges, by   ", [f"{one:.3f}" for one in moved["judged"][1:]])
print("is each of these exactly zero?", all(one == 0 for one in moved["judged"][1:]))

# %% [markdown]
# Zeros, and exact ones: not a bit of it has changed.
#
# ## The trap
#
# It is easy to believe that a network is frozen. In a GAN both networks usually stand in *one* optimiser, and the
# one that rests has its gradient set to zero. Zero gradient, no change? Not with **Adam**, the optimiser of nearly
# everybody. Adam has momentum: it takes steps along a mean of the gradients *that have been*, like a sledge that
# slides on when nobody pulls.
#
# Here is a generator that learns for ten steps. Then it is "frozen", once by a gradient of zero and once by taking
# the gradient away (`None`), and we measure how far its weights move in each step.


# %%
def frozen_after_ten(gradient, steps=30):
    torch.manual_seed(0)
    network, moved = ap.brush.make_generator("splat"), []
    adam = torch.optim.Adam(network.parameters(), lr=1e-2)
    for step in range(steps):
        before = weights(network)
        (network(strokes[:16], 64) - once[:16]).square().mean().backward()
        for one in network.parameters():
            one.grad = one.grad if step < 10 else gradient(one)
        adam.step()
        adam.zero_grad()
        moved.append((weights(network) - before).norm().item())
    return moved


# %%
zeroed, taken = frozen_after_ten(torch.zeros_like), frozen_after_ten(lambda one: None)
plt.figure(figsize=(8, 3))
plt.plot(zeroed, "o-", color="#b5533c", label="gradient set to zero")
plt.plot(taken, "o-", color="#2f5d73", label="gradient taken away")
plt.axvspan(9.5, len(taken) - 0.5, color="#2f5d73", alpha=0.08)
plt.xlabel("step (shaded: frozen)")
plt.ylabel("weights moved by")
plt.legend(frameon=False)
plt.show()
print(f"moved while frozen: {sum(zeroed[10:]):.2f} and {sum(taken[10:]):.2f}")
print(f"moved while it learned: {sum(zeroed[:10]):.2f}")

# %% [markdown]
# The sledge slides on, and a good part of all that moved did so while it was frozen. fast.ai's `GANLearner`, with
# which allaprima trains, does just this: it sets the gradient to zero. So allaprima takes it away before each step, by
# a callback of four lines, `StayFrozen`. (The reference has an optimiser for each network, and no such trap.)
#
# So let us watch stage 3, where the two networks take turns, one step each.

# %%
last, moved = {}, {}
apprentice.adversarial(steps=GAN)
plt.figure(figsize=(8, 3))
for (name, steps), color in zip(moved.items(), ("#b5533c", "#2f5d73")):
    shares = [one / max(steps) for one in steps]
    plt.plot(range(2, len(steps) + 1), shares[1:], "o-", color=color, label=name)
plt.xlabel("step of stage 3")
plt.ylabel("moved, of its largest step")
plt.legend(frameon=False)
plt.show()

# %% [markdown]
# Whenever one moves, the other is at zero. In turns, as it should be. (Towards the end both move less: the learning
# rate falls to nearly nothing.)
#
# ## Exercises
#
# **1.** What is the verdict on a blank sheet, and on one that is painted all over? And on noise?
#
# <details><summary>Answer</summary>
#
# The critic has seen none of these, and has an opinion all the same. A verdict is worth something only near what
# a network was shown.
#
# ```python
# sheets = {
#     "blank": torch.zeros(1, 1, 64, 64),
#     "full": torch.ones(1, 1, 64, 64),
#     "noise": torch.rand(1, 1, 64, 64),
# }
# for name, sheet in sheets.items():
#     print(f"{name:6} {apprentice.critic(sheet).sigmoid().item():.0%} real")
# ```
#
# </details>
#
# **2.** Does the critic judge the drawing, or what is drawn? Plot its verdict on real strokes against their size.
#
# <details><summary>Answer</summary>
#
# Both hands drew the same strokes, so size by itself is no clue. Still it matters: of the smallest strokes the critic
# is unsure, since there is little to see, and the broader the apprentice's are, the surer it is against them.
#
# ```python
# some = slice(0, 200)
# for name, pictures in {"real": once[some], "apprentice": apprentice.draw(strokes[some])}.items():
#     verdicts = apprentice.critic(pictures).sigmoid().detach()[:, 0]
#     plt.plot(strokes.size[some][: len(verdicts)], verdicts, ".", label=name)
# plt.xlabel("size")
# plt.ylabel("how real, says the critic")
# plt.legend()
# plt.show()
# ```
#
# </details>
#
# **3.** Momentum is a setting of Adam. Is the trap gone with `betas=(0.0, 0.999)`? And with plain gradient descent,
# `torch.optim.SGD`?
#
# <details><summary>Answer</summary>
#
# Both stand still: without a mean of past gradients there is nothing that could slide on. With SGD the trap comes
# back as soon as it is given a `momentum`.
#
# ```python
# for optimiser, options in ((torch.optim.Adam, {"betas": (0.0, 0.999)}), (torch.optim.SGD, {})):
#     network = ap.brush.make_generator("splat")
#     one = optimiser(network.parameters(), lr=1e-2, **options)
#     (network(strokes[:16], 64) - once[:16]).square().mean().backward()
#     one.step()
#     before = weights(network)
#     one.zero_grad(set_to_none=False)
#     one.step()
#     print(optimiser.__name__, (weights(network) - before).norm().item())
# ```
#
# </details>
#
# Next: [3 · Both, against each other](03_gan.ipynb)
