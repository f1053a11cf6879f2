# %% [markdown]
# # 0 · A stroke is twelve numbers
#
# A painter's stroke looks like a thing of its own: bristles, a hesitation, paint that runs out. For a machine
# that is to paint, it has to become something that can be counted, copied and changed a little. In this
# notebook you will see
#
# * the twelve numbers that a stroke is here, and what each of them does, with sliders;
# * the same stroke by two brushes: a *real* one, which is a painting program, and a *neural* one, which is a
#   network that learned to imitate it;
# * what chance adds to a stroke, and what is left of it on average;
# * what the neural brush can do that no painting program can: say which way each number should move;
# * the data set from which the notebooks that follow will teach a brush.
#
# It takes less than a minute on two CPU cores; no GPU is needed. It runs in JupyterLab (`make notebooks`) and on
# any hosted notebook service: upload allaprima's wheel beside this file (`pip wheel --no-deps .` makes it, in
# allaprima's folder), and the first cell installs it.

# %%
try:
    import allaprima as ap
except ModuleNotFoundError:
    # %pip install --quiet --find-links . 'allaprima[train,notebook]'
    import allaprima as ap

import ipywidgets as widgets
import matplotlib.pyplot as plt

# %% [markdown]
# These numbers say how much work is done. Smaller ones are quicker, and show less.

# %% nbmake={"mock": {"COUNT": 50, "AVERAGED": 8, "LESSONS": 9}}
COUNT = 3000  # strokes in the data set
AVERAGED = 60  # drawings of one stroke, to take their mean
LESSONS = 120  # small steps downhill

# %% [markdown]
# ## Two brushes
#
# The real brush is `classic/dry_brush`, one of those that come with the painting program MyPaint, and the one
# with which *The Joy of Neural Painting* began. Its engine, libmypaint, has to be installed; where it is not,
# the next cell says how, and goes on with `flat`, a brush of bristles that is always there. Everything below
# works with either.
#
# The neural brush is a network that learned from it. It ships with allaprima.

# %%
try:
    real, neural = ap.MyPaintBrush("classic/dry_brush"), ap.load_brush("dry_brush")
except ap.AllaprimaError as missing:
    print(missing)
    real, neural = ap.BristleBrush("flat"), ap.load_brush("flat")
print(real, neural, sep="\n")
real

# %% [markdown]
# That is how a brush shows itself in a notebook: five strokes, from narrow to broad. Every second one is
# pressed less and less on its way.
#
# ## The twelve numbers
#
# Each lies between 0 and 1. A stroke lives on a small square window, so 0 and 1 are the window's edges, and
# the same stroke can be drawn on 64 pixels or on 640.
#
# | | |
# |---|---|
# | `start_x`, `start_y` | where the brush touches down |
# | `control_x`, `control_y` | a point that it passes half-way |
# | `end_x`, `end_y` | where it lifts |
# | `size` | how broad the brush is: on a window of 64 pixels the radius is exp(2 × size), from 1 to 7.39 |
# | `entry_pressure`, `pressure` | how hard it is pressed at the beginning, and at the end (1 is 0.8 of the full) |
# | `color_r`, `color_g`, `color_b` | red, green and blue |
#
# Here is one, written by hand. The order is that of the data that was published with the first neural painters.

# %%
stroke = ap.Strokes.from_actions(
    # pressure size | control | end | red green blue | start | entry_pressure
    [[0.9, 0.55, 0.45, 0.25, 0.85, 0.7, 0.61, 0.23, 0.14, 0.15, 0.65, 0.3]]
)
for name, value in vars(stroke).items():
    print(f"{name:15} {value.item():.2f}")

# %% [markdown]
# Now both brushes draw it. A brush is called with strokes and a size in pixels, and gives their *opacity*: how
# much paint lies where, between 0 and 1, and nothing else. The colour does not have to be drawn, since laying
# paint of a known colour over paper is a formula, and `on_paper` is all of it.
#
# You will see the stroke as the real brush draws it, with its three points, and the neural brush's beside it.


# %%
def on_paper(brush, strokes, size=192):
    opacity = brush(strokes, size)[0]  # (1, size, size)
    color = strokes.color[0][:, None, None]  # (3, 1, 1)
    return (color * opacity + 1 - opacity).detach().permute(1, 2, 0)


def show(pictures, width=2.4):
    figure, axes = plt.subplots(
        1, len(pictures), figsize=(width * len(pictures), width + 0.3), squeeze=False
    )
    for panel, (title, picture) in zip(axes[0], pictures.items()):
        panel.imshow(picture, vmin=0, vmax=1, cmap="gray_r")
        panel.set_title(title, fontsize=10)
        panel.set(xticks=[], yticks=[])
    return axes[0]


# %%
panels = show(
    {"the real brush": on_paper(real, stroke), "neural": on_paper(neural, stroke)}, 3.2
)
for name in ("start", "through", "end"):
    x, y = (getattr(stroke, name)[0] * 192).tolist()
    panels[0].plot(x, y, "o", color="#2f5d73")
    panels[0].annotate(name, (x, y), (-16, -16), textcoords="offset points")

# %% [markdown]
# The curve passes *through* the middle point; it is not the handle of a Bézier curve that pulls from afar. So
# all three points are where one sees them.
#
# The neural stroke is softer. That is no weakness of the network, as we shall see in a minute.
#
# ## Twelve sliders
#
# Move them. Start with the three points, then make the stroke broader, then press less. Left the real brush,
# right the neural one.


# %%
def draw(**numbers):
    told = ap.Strokes.from_actions([[numbers[name] for name in vars(stroke)]])
    show(
        {"the real brush": on_paper(real, told), "neural": on_paper(neural, told)}, 3.2
    )
    plt.show()


# %%
sliders = {
    name: widgets.FloatSlider(value.item(), min=0, max=1, step=0.01, description=name)
    for name, value in vars(stroke).items()
}
grid = widgets.GridBox(
    list(sliders.values()),
    layout=widgets.Layout(grid_template_columns="repeat(3, 310px)"),
)
widgets.VBox([grid, widgets.interactive_output(draw, sliders)])

# %% [markdown]
# If there are no sliders above (this page is printed, say), the next cell shows the same thing standing still:
# four of the numbers, each from 0 to 1 in six steps, while all others stay as they are.

# %%
names, steps = ("size", "pressure", "entry_pressure", "control_y"), 6
figure, axes = plt.subplots(len(names), steps, figsize=(9, 6.2))
for row, name in zip(axes, names):
    row[0].set_ylabel(name, fontsize=9)
    for step, panel in enumerate(row):
        value = step / (steps - 1)
        numbers = {key: one.item() for key, one in vars(stroke).items()} | {name: value}
        panel.imshow(
            on_paper(real, ap.Strokes.from_actions([list(numbers.values())]), 96)
        )
        panel.set(xticks=[], yticks=[], title=f"{value:.1f}")

# %% [markdown]
# Size grows exponentially: from 0.8 to 1 much happens, from 0 to 0.2 little. In the first quarter of the
# way pressure goes from `entry_pressure` to the mean of both, stays there, and in the last quarter goes on to
# `pressure`. And with `control_y` the whole bow bends.
#
# ## What chance adds
#
# A dry brush scatters its paint. Draw the same twelve numbers twice, and the bristles fall differently. Which
# of its random draws a stroke is, we call its *sample*: not a thirteenth number, since nobody would want to
# learn it, but a number that goes with a stroke once it has been given a place. The same sample gives the same
# stroke, to the last pixel.
#
# In the upper row, four samples by the real brush. In the lower row, the same samples by the neural one, with its
# *texture*: a second, tiny network, which is told the very random numbers that MyPaint would use.


# %%
def sample(brush, number):
    return on_paper(brush, stroke.placed(0, 0, 192, sample=number))


show({f"real, sample {n}": sample(real, n) for n in range(4)})
show({f"neural, sample {n}": sample(neural.textured, n) for n in range(4)})
plt.show()

# %% [markdown]
# Column by column it is the same stroke. (With a brush of bristles, `flat`, there is no texture to learn: the
# lower row stays the same.)
#
# And without texture? Whoever is not told the chance can only learn what all samples have in common. Let the
# real brush draw the stroke many times, and take the mean of the pictures.

# %%
mean = sum(sample(real, n) for n in range(AVERAGED)) / AVERAGED
show({
    "one sample": sample(real, 0),
    f"mean of {AVERAGED}": mean,
    "neural": on_paper(neural, stroke),
    "how they differ": (mean - on_paper(neural, stroke)).abs().mean(2),
})  # fmt: skip
plt.show()

# %% [markdown]
# That is what the soft strokes are: the neural brush draws the **mean stroke**, and draws it well. What is left
# in the last picture is faint.
#
# For painting, the mean stroke is just right. It answers smoothly when a number changes a little, and that is
# what the next section is about.
#
# ## What a painting program cannot do
#
# Suppose that there is a stroke we would like to have, and another that we start from. Which way should each of
# the twelve numbers move? MyPaint can only be asked to draw again, twelve times, each with one number changed.
# A network can be asked directly, since it is a formula: how does the error change with each number? That is the
# **gradient**, and `backward()` computes it.

# %%
wanted = neural(
    ap.Strokes.from_actions([[0.4, 0.3, 0.6, 0.7, 0.8, 0.25, 0, 0, 0, 0.2, 0.3, 0.9]])
)
numbers = stroke.actions.clone().requires_grad_()
error = (neural(ap.Strokes.from_actions(numbers)) - wanted).square().mean()
error.backward()

figure, panel = plt.subplots(figsize=(8, 2.6))
panel.bar(list(vars(stroke)), -numbers.grad[0], color="#b5533c")
panel.tick_params("x", rotation=35)
panel.set_title("which way each number should move", fontsize=10)
panel.axhline(0, color="black", linewidth=0.8)
# %% [markdown]
# The colours have no say in it: only opacity is compared. All the others do.
#
# Now take a small step in that direction, ask again, take another. Nothing else happens when allaprima paints a
# photo, with thousands of strokes at once; and when a network learns, with its weights in place of strokes.

# %%
numbers, grown, errors = stroke.actions.clone(), {}, []
for lesson in range(LESSONS):
    numbers = numbers.detach().requires_grad_()
    opacity = neural(ap.Strokes.from_actions(numbers))
    error = (opacity - wanted).square().mean()
    error.backward()
    if lesson in (0, LESSONS // 8, LESSONS // 3, LESSONS - 1):
        grown[f"step {lesson + 1}"] = opacity[0, 0].detach()
    errors.append(error.item())
    downhill = numbers.grad / numbers.grad.abs().max()
    numbers = (numbers - 0.03 * (1 - lesson / LESSONS) * downhill).clamp(0, 1)
show(grown | {"wanted": wanted[0, 0]}, 1.9)
print(f"the error fell from {errors[0]:.4f} to {errors[-1]:.5f}")

# %% [markdown]
# The stroke walked to where it was wanted. It was never told how: only, each time, which way is downhill.
#
# So that is what all this is for. A real brush draws; a neural brush draws *and can be asked*. The next notebooks
# are about where such a brush comes from.
#
# ## Strokes to learn from
#
# A brush is learned from examples: random strokes, drawn by the real brush. `draw_strokes` draws them on all
# cores, into a folder; called again with the same options, it finds them there. The other notebooks use the same
# folder. What comes back shows the first of some strokes that are kept apart from all training.

# %%
data = ap.draw_strokes(f"work/{neural.name}", real, COUNT)
print(data)
data

# %% [markdown]
# All twelve numbers are drawn uniformly, each by itself. So there are many strokes that no painter would make,
# hairpins and blots, and the network learns these, too: while a painting is optimised, strokes pass through many
# shapes.
#
# The strokes kept apart were drawn twice, each time with other random numbers. How far apart are the two? As a
# figure we take the **PSNR**, in decibels: higher is closer, and 10 dB more is a tenth of the squared error.


# %%
def decibels(one, other):
    return -10 * (one - other).square().mean().log10().item()


strokes, once, again = data.held_out()
drawn = neural(strokes)
chance = decibels(once, again)
ours = (decibels(once, drawn) + decibels(again, drawn)) / 2
print(
    f"the real brush and itself: {chance:.1f} dB; the neural brush and the real one: {ours:.1f} dB"
)
show({"once": once[3, 0], "again": again[3, 0], "neural": drawn[3, 0]})
plt.show()

# %% [markdown]
# The mean stroke is closer to a drawing than another drawing is: by 3 dB, if it were perfect, as a mean has no chance
# of its own to add. No network that is not told the chance can come nearer than that, on average. It is good to know
# such a ceiling before one starts to learn.
#
# ## Exercises
#
# **1.** Make a stroke shorter and shorter, until it is a dot. Which numbers have to be equal in the end, and what do
# the two brushes make of it?
#
# <details><summary>Answer</summary>
#
# All three points are in one place then. The real brush lays less and less paint, and at last none at all: it lays
# it along its way, and there is no way. The neural brush shrinks to a speck too early, and
# then swells to a pale blot. It is wrong there, and it cannot know:
# among strokes at random hardly one is so short. What a network was not shown, it makes up.
#
# ```python
# for brush in (real, neural):
#     dots = {}
#     for way in (0.4, 0.2, 0.1, 0.03, 0):
#         begin, end = 0.5 - way / 2, 0.5 + way / 2
#         numbers = [[0.7, 0.8, 0.5, 0.5, end, 0.5, 0.1, 0.2, 0.4, begin, 0.5, 0.7]]
#         dots[f"{way} long"] = on_paper(brush, ap.Strokes.from_actions(numbers))
#     show(dots, 1.8)
# plt.show()
# ```
#
# </details>
#
# **2.** How much paint does a stroke lay, the harder it is pressed? Let both brushes draw it with eleven
# pressures, and plot the sum of its opacity.
#
# <details><summary>Answer</summary>
#
# One call draws all eleven: strokes come in batches.
#
# ```python
# pressures = [step / 10 for step in range(11)]
# numbers = {name: one.item() for name, one in vars(stroke).items()}
# pressed = ap.Strokes.from_actions([
#     list((numbers | {"pressure": one, "entry_pressure": one}).values()) for one in pressures
# ])
# for name, brush in {"the real brush": real, "neural": neural}.items():
#     plt.plot(pressures, brush(pressed, 64).sum((1, 2, 3)), "o-", label=name)
# plt.xlabel("both pressures")
# plt.ylabel("paint")
# plt.legend()
# plt.show()
# ```
#
# </details>
#
# **3.** On which strokes is the neural brush worst? Look for it among those kept apart.
#
# <details><summary>Answer</summary>
#
# Mostly on broad strokes: where there is more paint, there is more to get wrong.
#
# ```python
# errors = (drawn - once).square().mean((1, 2, 3))
# for index in errors.argsort(descending=True)[:3].tolist():
#     show({"real": once[index, 0], "neural": drawn[index, 0]})
#     print(f"size {strokes.size[index]:.2f}, error {errors[index]:.4f}")
# plt.show()
# ```
#
# </details>
#
# Next: [1 · The generator learns to draw](01_generator.ipynb)
