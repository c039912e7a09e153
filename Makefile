# Two commands for a newcomer: `make demo` and `make test`. Everything else is listed by `make help`.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/bash
.DEFAULT_GOAL := help
# Hundreds of tests start the command: without what Python keeps compiled, each would compile all of Goodterms anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo test check sqlite real torture bench lock format canary clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/base: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Goodterms needs Python 3.11 or newer; $$($(PYTHON) --version) found. Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/base requirements-dev.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.txt
	@touch $@

demo: .venv/base ## build the simulated company, say why its profit fell, open the report
	$(BIN)/goodterms demo

test: .venv/dev ## run the tests
	$(BIN)/python -m pytest -n 2

check: .venv/dev ## style, types, doors and dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/basedpyright --level error
	$(BIN)/deptry .
	$(BIN)/python -m pytest -q tests/test_house.py

sqlite: .venv/dev ## run the tests of writing and importing on Python's own SQLite, as where no newer one can be installed
	GOODTERMS_SQLITE=own $(BIN)/python -m pytest -n 2 -k "not postgresql" tests/work/test_which_sqlite.py tests/work/test_writing.py tests/work/test_many_writers.py tests/work/test_import_files.py tests/work/test_second_handle.py

real: .venv/dev ## run the tests on outside data; anything absent or skipped fails
	@test -d "$(GOODTERMS_REAL_DATA)" || { echo "make real needs outside data: set GOODTERMS_REAL_DATA to the folder that holds it ('$(GOODTERMS_REAL_DATA)' is none)."; exit 1; }
	GOODTERMS_REAL_STRICT=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m real tests

torture: .venv/dev ## the long campaigns
	GOODTERMS_TORTURE=1 $(BIN)/python -m pytest -n 2 -m torture tests

bench: .venv/dev ## the benchmarks; the last run is kept in bench/RESULTS.md
	$(BIN)/python bench/run.py

format: .venv/dev ## put the code into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/base ## resolve the dependencies anew into the locks
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c constraints.txt --extra build --extra server pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c constraints.txt --all-extras pyproject.toml -o requirements-dev.txt
	echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header - -o requirements-uv.txt

canary: .venv/base ## run the tests on the newest versions of what is pinned, in an environment of its own
	$(PYTHON) -m venv --clear .venv-canary
	printf 'duckdb\nsqlglot\nibis-framework[duckdb]\nnumpy\n' > .venv-canary/unbound.txt
	$(BIN)/uv pip install --quiet --python .venv-canary --override .venv-canary/unbound.txt -e '.[build,test]'
	.venv-canary/bin/python -m pytest -n 2

clean: ## remove what the other targets made
	rm -rf .venv .venv-canary build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache goodterms-report goodterms-demo
