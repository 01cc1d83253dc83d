# make run     set up what colouring needs (no torch), colour a drawing, open the studio
# make test    set up what development needs, then run all tests
# make check   style, types, import contracts and tests: what every change must pass
# make format  put the code into the house style
# make clean   remove what the above have made

SHELL := /bin/bash
BIN := .venv/bin

# The first Python that is new enough; name another with `make PYTHON=/path/to/python3.12`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$python" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$python" && break; done)

.PHONY: run test check lint format clean
.DEFAULT_GOAL := run

run: .venv/base.stamp
	@mkdir -p outputs
	$(BIN)/stenciltorch colorize examples/drawings/ribbon-lineart.png \
		--hints examples/drawings/ribbon-hints.json -o outputs/ribbon.png
	$(BIN)/stenciltorch studio

test: .venv/browser.stamp
	$(BIN)/python -m pytest

check: lint test

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/made.stamp:
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "StencilTorch needs Python 3.11 or newer, found $$(python3 --version 2>/dev/null || echo none)." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; exit 1; }
	@touch $@

.venv/base.stamp: pyproject.toml .venv/made.stamp
	@echo "Setting up .venv to colour drawings; this takes a minute or two, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev.stamp: pyproject.toml .venv/made.stamp
	@echo "Setting up .venv for development, torch included; this takes some minutes, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch .venv/base.stamp $@

# A browser for the studio's tests; where none can be had they are skipped, saying so.
.venv/browser.stamp: .venv/dev.stamp package-lock.json tools/set_up_browser.py
	@$(BIN)/python tools/set_up_browser.py
	@touch $@

clean:
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
