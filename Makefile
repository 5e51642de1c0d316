# Latentscape in two commands: `make app` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help install app test browser lint types canvas unit coverage frontend bundles reproduce clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The first Python that is new enough; give another one with `make install PYTHON=…`.
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
PORT ?= 8501

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

install: $(STAMP) ## create .venv with everything in it (skipped while nothing changed)

$(STAMP): pyproject.toml constraints.txt
	@if [ ! -x $(BIN)/python ]; then \
	  if [ -z "$(PYTHON)" ]; then \
	    echo "Latentscape needs Python 3.11 or newer, but $$({ python3 --version || echo 'no python3'; } 2>/dev/null) was found: install a newer one, or name it with 'make $(MAKECMDGOALS) PYTHON=/path/to/python3.12'." >&2; exit 1; fi; \
	  if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Latentscape needs Python 3.11 or newer, but PYTHON=$(PYTHON) is not one: name another." >&2; exit 1; fi; \
	  if ! $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "$(PYTHON) cannot create virtual environments: install its venv package (python3-venv on Debian and Ubuntu) and try again." >&2; exit 1; fi; \
	  echo "Creating $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); fi
	@echo "Installing Latentscape and what it needs (the first time takes a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

app: install ## open the explorer at http://localhost:8501 (another port: PORT=8502)
	@exec $(BIN)/latentscape app --port $(PORT)

test: install browser lint types canvas unit ## run every check: ruff, mypy, browser code, unit, app and browser tests, coverage

browser: install
	@$(BIN)/python -m tools.chromium

lint: install ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## check types (mypy, strict)
	$(BIN)/mypy

# Before the unit tests: with Node's packages there, one of them builds the browser code again.
canvas: ## check the browser code (types, tests), where there is Node 20.19
	@if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then \
	  echo "Node 20.19 or newer is not here: the browser code is not checked"; \
	elif ! (cd explorer/canvas && npm ci --no-audit --no-fund --silent); then \
	  echo "Node's packages cannot be installed: the browser code is not checked"; \
	else cd explorer/canvas && npm run --silent types && npm test --silent; fi

# One thread a process: the tests start servers and trainings beside themselves on few cores.
unit: install ## run the tests with coverage (one: TESTS=tests/test_cli.py)
	OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest $(if $(TESTS),$(TESTS),-n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term)

coverage: install ## run the tests, measuring the servers and trainings they start, too (slower)
	OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} COVERAGE_PATCH=subprocess $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term --cov-fail-under=95

# Needs Node 20.19 or newer; nothing else here does: the built code is committed.
frontend: ## test and build the browser code (explorer/canvas into explorer/static)
	cd explorer/canvas && npm ci --no-audit --no-fund && npm run types && npm test && npm run build

bundles: install ## train the three bundled models again (assets/)
	$(BIN)/python -m tools.make_bundles

reproduce: install ## train and measure the models of benchmarks/results/ (hours)
	OMP_NUM_THREADS=$${OMP_NUM_THREADS:-2} $(BIN)/python -m benchmarks.reproduce

clean: ## remove the environment, caches and builds (runs/ stays)
	rm -rf $(VENV) build dist .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
