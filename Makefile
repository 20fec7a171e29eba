# make demo    see it work: installs the small run-time package into .venv, searches a gallery of its own
# make test    installs what tests need into .venv; lint, types, tests
# make lint    lint and types alone
# make fix     format, repair what lint can repair, write docs/cli.md anew
# make clean   delete .venv and what was built
#
# Needs Python 3.11 or newer, with its venv module. Another one: make test PYTHON=python3.12
# On Linux, pip takes PyTorch with CUDA unless told otherwise; the tests need none of it:
# PIP_FLAGS can name the index of PyTorch's CPU builds, as its install page says.

PYTHON ?= python3
PIP_FLAGS ?=
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint fix clean chromium

demo: $(VENV)/run-time
	$(BIN)/sketchseek demo

test: $(VENV)/dev chromium lint
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --dist loadfile

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python tests/cli/cli_docs.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build dist

# The files run-time and dev say what has been installed; they are older than what asks for another install.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python has no venv module; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/run-time: pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet $(PIP_FLAGS) -e .
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet $(PIP_FLAGS) -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/run-time

# The tests of the page need Chromium; without one they are skipped and say so.
chromium:
	@for name in "$$SKETCHSEEK_CHROMIUM" chromium chromium-browser google-chrome; do \
	  command -v "$$name" >/dev/null 2>&1 && exit 0; \
	done; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0; \
	fi; \
	echo "no Chromium: the tests of the page will be skipped"
