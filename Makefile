# `make demo` and `make test` do all the set-up on a fresh machine (Python >= 3.11, make, git).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test test-all check bench clean

# Stamps hold the set-up done: it is repeated only when what it depends on changes.
$(VENV)/stamp-run: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable '.[bundled]'
	touch $@

$(VENV)/stamp-dev: $(VENV)/stamp-run
	$(PIP) install --quiet --constraint constraints.txt --editable '.[bundled,quantized,embed,translate,hub,dev]'
	touch $@

$(VENV)/stamp-bench: $(VENV)/stamp-dev benchmarks/requirements.txt
	$(PIP) install --quiet --constraint constraints.txt --requirement benchmarks/requirements.txt
	touch $@

demo: $(VENV)/stamp-run  ## run the shipped study and report
	$(BIN)/isoglot run quickstart --out runs/quickstart

check: $(VENV)/stamp-dev  ## lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## everything but the slow tests
	$(BIN)/pytest -m 'not slow' --cov --cov-fail-under=90

test-all: check  ## every test
	$(BIN)/pytest --cov --cov-fail-under=90

bench: $(VENV)/stamp-bench  ## measure against the peers, for hours
	$(BIN)/python benchmarks/asking.py
	$(BIN)/python benchmarks/fleet.py

clean:  ## remove everything that was made here, runs excepted
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
