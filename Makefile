# make help says what there is. Everything happens in .venv; nothing of the system is touched.

VENV   := .venv
BIN    := $(VENV)/bin
SOURCE := setup.cfg setup.py pyproject.toml constraints.txt

# The first Python that is new enough and can make a virtual environment.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; \
	done)

.DEFAULT_GOAL := help
.PHONY: help demo test lint format docs bench prove fuzz clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "make %-8s %s\n", $$1, $$2}'

demo: $(VENV)/.installed  ## install, then run the main job end to end on this machine
	@$(BIN)/hrbus demo

test: $(VENV)/.installed-dev lint  ## install, then check and test everything
	@$(BIN)/python -m pytest -ra -n 2 --dist worksteal --cov --cov-report=term:skip-covered

lint: $(VENV)/.installed-dev  ## style, types, and who imports whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed-dev  ## bring the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.installed-dev  ## write the generated pages of docs/reference again
	@$(BIN)/python -m hrbus.cli.reference docs/reference
	@$(BIN)/python -m hrbus.mapping.reference > docs/reference/converters.md

bench: $(VENV)/.installed-bench  ## measure, each beside the plain way
	@for bench in benchmarks/bench_*.py; do echo "== $$bench"; $(BIN)/python "$$bench" || exit 1; done

DOCUMENTS ?= 1000000

prove: $(VENV)/.installed-dev  ## hold the proof by column against the parser, on DOCUMENTS made-up documents
	@HRBUS_PROVE=$(DOCUMENTS) $(BIN)/python -m pytest -q -s --timeout 0 tests/fuzz/test_hrxml_certainty.py

SECONDS ?= 60

fuzz: $(VENV)/.installed-fuzz  ## look for bytes that break the cobol codec, SECONDS for each target
	@$(BIN)/python -m tests.fuzz $(SECONDS)

clean:  ## remove the virtual environment and what tools left behind (var/ stays: it holds your ledger)
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "hrbus needs Python 3.11 or newer with venv, and found none;" \
		"on Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv $(VENV)

# A stamp remembers what was installed; it is older than its sources when they change.
$(VENV)/.installed: $(BIN)/python $(SOURCE)
	@echo "Installing hrbus (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(BIN)/python $(SOURCE)
	@echo "Installing hrbus and what its tests need (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: $(VENV)/.installed
	@echo "Installing what the benchmarks compare with"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@touch $@

$(VENV)/.installed-fuzz: $(VENV)/.installed-dev
	@echo "Installing the fuzzer"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	@touch $@
