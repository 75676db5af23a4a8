# `make demo` and `make test` need Python 3.11+, make, and the package registries; nothing else.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is compiled is kept, whatever the environment says: each process imports a thousand modules.
export PYTHONDONTWRITEBYTECODE :=
BUILT := src/parakh/web/static/built/manifest.json
CONSOLE := $(shell find console -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: demo test install assets lint types layers unit e2e lock messages docs clean

## demo: make a demonstration centre and serve it on 127.0.0.1:8000
demo: $(VENV)/.runtime $(BUILT)
	$(BIN)/parakh demo

## test: lint, types, layer contract, unit, property, API and browser tests
test: $(VENV)/.dev $(BUILT) lint types layers unit e2e

## install: the locked dependencies for running
install: $(VENV)/.runtime

## assets: build the console's scripts and styles
assets: $(BUILT)

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd console && $(WITH_NODE) npm run --silent check

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

unit:
	$(BIN)/pytest -n 2 --dist loadgroup -m "not e2e" -q

e2e:
	$(BIN)/pytest -n 2 --dist loadgroup -m e2e -q

## docs: write the generated reference pages again
docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

## messages: write the catalogue of texts to be translated again, and what is missing into each language
messages: $(VENV)/.dev
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ --add-location file --project Parakh \
	  --copyright-holder "The Parakh authors" -o src/parakh/web/locale/parakh.pot src/parakh
	$(BIN)/pybabel -q update -N --ignore-obsolete --no-wrap -D parakh \
	  -i src/parakh/web/locale/parakh.pot -d src/parakh/web/locale
	sed -i '/^#: /d' src/parakh/web/locale/*/LC_MESSAGES/parakh.po

## lock: write the lock files again (needs uv)
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra demo --extra postgresql --extra sftp --extra traces --extra build \
	  pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra demo --extra postgresql --extra sftp --extra traces --extra build \
	  --extra dev pyproject.toml -o requirements-dev.lock

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.runtime

# Node 20 or newer from the PATH, else the one that comes as a Python package.
WITH_NODE = export PATH="$$(./node-path):$$PATH" &&

$(BUILT): $(CONSOLE) | $(VENV)/bin/python
	cd console && $(WITH_NODE) npm ci --silent --no-audit --no-fund && npm run --silent build

clean:
	rm -rf $(VENV) console/node_modules src/parakh/web/static/built
