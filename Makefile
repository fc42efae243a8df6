# Every target that needs packages installs them into .venv first, once.
#   make install | lab | test | run [NB=02] [README=1] | normalize [NB=02] | lint | drift [NB=02] | constraints | clean

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
ROOT_USER := $(if $(filter 0,$(shell id -u)),--allow-root)
LAB_FLAGS ?=
TEST_FLAGS ?=

# An environment that was moved with its folder, or has lost its Python, is installed again.
$(shell test "$$(cat $(INSTALLED) 2>/dev/null)" = "$(CURDIR)" && $(BIN)/python -c '' 2>/dev/null || rm -f $(INSTALLED))

.PHONY: install lab test run normalize lint drift constraints clean

install: $(INSTALLED)

lab: $(INSTALLED)
	$(BIN)/python -m jupyterlab $(ROOT_USER) --notebook-dir=. --LabApp.default_url=/lab/tree/notebooks $(LAB_FLAGS)

test: lint
	$(BIN)/python -m pytest tests utils notebooks --nbval $(TEST_FLAGS)

run: $(INSTALLED)
	$(BIN)/python -m tests.tools.run $(if $(README),--readme) $(NB)

normalize: $(INSTALLED)
	$(BIN)/ruff format --quiet notebooks
	$(BIN)/python -m tests.tools.normal_form $(NB)

drift: $(INSTALLED)
	$(BIN)/python -m tests.tools.drift $(NB)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.tools.normal_form --check

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
