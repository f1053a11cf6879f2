# Everything sets itself up: `make paint` and `make test` work in a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REAL := libmypaint-1.5-1 mypaint-brushes

export PHOTO ?= examples/chelsea.png
# where benchmarks leave their results; more options for `make bench-all`, such as --photos FOLDER; and a file of VGG16's
# weights (docs/features.md), with which it looks, too, and paints by the reference's recipe
RESULTS := bench-results
BENCH ?=
VGG ?=
# more options for `make studio`, such as --port 8000
STUDIO ?=

.PHONY: paint studio notebooks test test-all test-cuda check docs gallery bench bench-all bench-reference clean

paint: $(VENV)/core
	$(BIN)/allaprima paint -- "$$PHOTO"

# in the browser, on this computer: for who never used a terminal
studio: $(VENV)/studio
	$(BIN)/allaprima studio $(STUDIO)

# in the browser
notebooks: $(VENV)/all
	cd notebooks && ../$(BIN)/jupyter lab

# on all cores, a process each
test: $(VENV)/all
	$(BIN)/python -m pytest -n auto --dist loadgroup

# where there is a GPU; elsewhere these are skipped
test-cuda: $(VENV)/all
	$(BIN)/python -m pytest -m cuda

test-all: $(VENV)/all
	$(BIN)/python -m pytest -n auto --dist loadgroup -m ''

check: $(VENV)/all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# the site, from what is here alone: open docs/_build/html/index.html
docs: $(VENV)/all
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

# the paintings of docs/gallery.md: those that are new in tools/gallery.toml, some half a minute each; goes on after a stop
gallery: $(VENV)/all
	$(BIN)/python tools/gallery.py

# at most 10 minutes, each time anew
bench: $(VENV)/all
	rm -f $(RESULTS)/quick/painting.json
	$(BIN)/python benchmarks/painting.py --out $(RESULTS)/quick
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/brushes.py --count 500

# takes hours: run it again to go on after a stop
bench-all: $(VENV)/all
	$(BIN)/python benchmarks/painting.py --all --with='--mood likeness' --save --out $(RESULTS)/all \
		$(if $(VGG),--vgg-weights "$(VGG)") $(BENCH)
	$(BIN)/python benchmarks/large.py
	$(if $(VGG),$(MAKE) bench-reference)

# the reference's recipe beside ours, with a generator that learns for it (36 million numbers do not ship)
bench-reference: $(VENV)/all
	$(BIN)/allaprima strokes $(RESULTS)/strokes --brush classic/dry_brush --count 40000
	test -e $(RESULTS)/dcgan.safetensors || $(BIN)/allaprima train $(RESULTS)/strokes -o $(RESULTS)/dcgan.safetensors \
		--generator dcgan --steps 1500
	$(BIN)/python benchmarks/reference.py examples/chelsea.png --dcgan $(RESULTS)/dcgan.safetensors --vgg-weights "$(VGG)"

# the core alone: enough to paint, without any system package but what makes .venv
$(VENV)/core: pyproject.toml
	scripts/system-packages python3-venv
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# the core, and what the studio needs
$(VENV)/studio: $(VENV)/core
	$(BIN)/python -m pip install --quiet --editable '.[studio]'
	touch $@

# every extra, in the same environment
$(VENV)/all: $(VENV)/core
	scripts/system-packages $(REAL) mypaint chromium
	$(BIN)/python -m pip install --quiet --editable '.[train,export,video,film,studio,cluster,notebook,docs,dev]'
	touch $(VENV)/studio
	touch $@

clean:
	rm -rf $(VENV) build dist
