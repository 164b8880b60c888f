# Everything a newcomer, a developer and CI run. Each target sets up what it needs; running one again is cheap.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup engine hosts clients demo test coverage check format generate bench clean

# Libraries compiled once start three times as fast; only what is used is compiled.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
# Tests run in as many processes as there are cores.
WORKERS ?= auto
READY := .venv/ready
# Tests run in a new order each time; ORDER=--randomly-seed=N repeats one.
ORDER ?=
SUITE = pytest -n $(WORKERS) --dist loadfile -q $(ORDER)
# With REQUIRE_PARTS=1 nothing goes on without a part: see tests/required_parts.py.
ENGINE_OR_SKIPS = .venv/bin/python -m localaws.pulumi.engine >/dev/null || { test "$$REQUIRE_PARTS" != 1 \
	&& echo "without the Pulumi engine, the tests that need it are skipped" >&2; }

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | column -t -s '|'

# The stamp is written last: an interrupted set-up is simply done again.
$(READY): pyproject.toml packages/*/pyproject.toml uv.lock audit/native/records.c
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is older than Python 3.11: name a newer one with 'make PYTHON=python3.12 …'" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian: python3-venv)" >&2; exit 2; }
	@echo "setting up .venv from uv.lock …" >&2
	@test -x .venv/bin/uv || { $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@.venv/bin/uv sync --frozen --quiet --inexact --python .venv/bin/python
	@.venv/bin/python -m audit.native
	@.venv/bin/python -m compileall -q audit components config ibtrail policies packages tools
	@touch $@

setup: $(READY)  ## install the locked dependencies into .venv

engine: $(READY)  ## find the Pulumi engine, or get it
	@.venv/bin/python -m localaws.pulumi.engine

hosts: $(READY)  ## find the language hosts of YAML, TypeScript and Go, or build them: tests of programs in those need them
	@.venv/bin/python -m tests.consumers.hosts

clients: $(READY)  ## build the programs in Go, JavaScript and Java that tests tell stories with
	@.venv/bin/python -m tests.clients

demo: $(READY)  ## deploy the trail to the local AWS, make Image Builder calls, see them delivered
	@.venv/bin/python -m examples.demo

test: $(READY)  ## the whole test suite
	@$(ENGINE_OR_SKIPS)
	.venv/bin/python -m $(SUITE)

coverage: $(READY)  ## the whole test suite, and that it still reaches as much of the code as it did
	@$(ENGINE_OR_SKIPS)
	@.venv/bin/python -m coverage erase
	.venv/bin/python -m coverage run -m $(SUITE)
	@.venv/bin/python -m coverage combine --quiet
	@echo "percent of the statements reached: $$(.venv/bin/python -m coverage report --format=total --fail-under=0)"
	@.venv/bin/python -m coverage report --format=total >/dev/null

check: $(READY)  ## format, lint, types, and whether docs and rendered policies are in step
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy .
	.venv/bin/python -m tools.generate --check
	.venv/bin/python -m pytest -q tests/test_documentation.py

format: $(READY)  ## put the code into its one format
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

generate: $(READY)  ## write all that is made from the code: Pulumi.yaml, arguments, pages, rendered policies
	.venv/bin/python -m tools.generate

bench: $(READY)  ## measure; results go to benchmarks/results
	.venv/bin/python -m benchmarks

clean:  ## remove what these targets made
	rm -rf .venv .tools .localaws .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* audit/native/*.so
