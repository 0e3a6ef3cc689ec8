# Each target that needs it makes the virtual environment by itself, from requirements.lock.
#   make demo PYTHON=python3.13 VENV=.venv-3.13     another Python, in an environment of its own

SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
UV ?= uv
# worker processes of pytest; `auto` is one for each core
WORKERS ?= auto
# further options of pytest, such as -k dashboard
SELECT ?=

# python3.11 where there is one that works, else any Python from 3.11 on
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c '$(USABLE)' >/dev/null 2>&1 && { echo $$p; break; }; done)

INSTALL = $(BIN)/python -m pip --disable-pip-version-check install -qq
# bytecode once, on all cores: where PYTHONDONTWRITEBYTECODE is set, each process would else compile what it imports
COMPILE = $(BIN)/python -m compileall -qq -j 0

# Written last, so that an interrupted set-up is never taken for a finished one.
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready

.PHONY: help demo test lint pytest benchmarks results docs release format setup lock clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(READY)  ## run the baseline and write its results to results/demo
	$(BIN)/kingmaker run baseline --out results/demo
	@echo "To call kingmaker by its name: source $(BIN)/activate"

test: lint pytest benchmarks  ## the whole check: lint, tests, benchmarks

lint: $(READY)  ## ruff, codespell, mypy and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(READY)  ## the tests, in parallel, the longest files first
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(SELECT) tests --ignore tests/benchmarks

benchmarks: $(READY)  ## the benchmarks, one after the other
	$(BIN)/pytest tests/benchmarks

results: $(READY)  ## remake all that is stated: posterior, validation, paper and the rest (an hour or two)
	$(BIN)/kingmaker remake --out docs --ship

docs: $(READY)  ## build the documentation site into docs/_build
	$(BIN)/sphinx-build -b html -W --keep-going -q docs docs/_build
	@echo "Open docs/_build/index.html"

release: $(READY)  ## wheel, sdist, documentation and reproducibility capsule with checksums, into dist
	$(BIN)/python release.py --out dist

format: $(READY)  ## mend what ruff can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(READY)  ## only make the virtual environment

$(LOCKED): requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python from 3.11 on with venv found: say PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c '$(USABLE)' || { echo "$(PYTHON): needs Python 3.11 or newer, with venv" >&2; exit 1; }
	@test ! -d $(VENV) || test -f $(VENV)/pyvenv.cfg || \
		{ echo "$(VENV) is there, but is no virtual environment: remove it, or say VENV=another" >&2; exit 1; }
	@echo "Setting up $(VENV) from requirements.lock: one to two minutes, once; less where uv is"
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	@if command -v $(UV) >/dev/null && $(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements.lock; \
		then :; else $(INSTALL) --no-compile --require-hashes -r requirements.lock; fi
	@$(COMPILE) -x '/tests?/' $(VENV)/lib || true  # some libraries ship templates that are no Python
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	$(INSTALL) --no-index --no-deps --no-build-isolation -e .
	@$(COMPILE) agents environment experiments kingmaker
	@touch $@

lock:  ## resolve requirements.lock anew, from pyproject.toml (needs uv and a package index)
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra dev $(LOCKFLAGS) pyproject.toml -o requirements.lock

clean:  ## remove the virtual environment and caches; results stay
	@test ! -d $(VENV) || test -f $(VENV)/pyvenv.cfg || { echo "$(VENV) is no virtual environment: left alone" >&2; exit 1; }
	rm -rf $(VENV) build dist .benchmarks .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name '.?*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
