# `make` alone explains the targets. Everything runs in .venv, made from uv.lock when needed.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
SOURCES := $(wildcard libs/*/src services/*/src tools/*/src) tests benchmarks
MAKEFLAGS += --no-print-directory

# Options for the command behind a target: make demo ARGS='--viewer-port 9000'
ARGS ?=

# A stored copy of advisories for make audit: a directory or a zip file in the OSV format
ADVISORIES ?=

# A Python, or a uv, other than the one that would be found
PYTHON ?=
UV ?=
export PYTHON UV

# Compiled modules are kept, whatever the environment says: else every process that is started
# compiles a thousand of them anew, which takes longer than anything it is started for.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz tokens histories browser check fmt lint types imports locked audit sbom lock install clean \
	reset FORCE

help: ## Explain the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  Options go into ARGS: make demo ARGS='--viewer-port 9000', make test ARGS='-k token'"

demo: $(STAMP) ## Run everything here with a demo shop, and print a link to one of its reports
	@exec $(BIN)/python -m analytics up $(ARGS)

test: $(STAMP) ## Run every test, on real servers (browser tests need a browser, else they skip)
	@exec $(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

fuzz: $(STAMP) ## Run the property tests on new random examples (make test repeats the same)
	@exec $(BIN)/python -m pytest -n auto --dist loadgroup -m hypothesis --hypothesis-profile=random $(ARGS)

tokens: $(STAMP) ## Try two million mutants of tokens; none may open (about a minute)
	@exec $(BIN)/python -m benchmarks.mutations $(ARGS)

histories: $(STAMP) ## Hold answers against a model of links while all is killed and hung (half an hour)
	@exec $(BIN)/python -m tests.histories $(ARGS)

browser: $(STAMP) ## Run the tests that open the pages in a browser
	@exec $(BIN)/python -m pytest tests/browser $(ARGS)

check: lint types imports locked ## Run the gates: style, types, import rules, the lock

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy $(SOURCES)

imports: $(STAMP)
	@$(BIN)/lint-imports

locked: $(STAMP)
	@scripts/bootstrap uv lock --check --quiet
	@scripts/bootstrap uv pip check --quiet --python $(BIN)/python

audit: $(STAMP) ## Look the locked packages up among known vulnerabilities (ADVISORIES=all.zip: without the network)
	@if [ -n "$(ADVISORIES)" ]; then $(BIN)/python scripts/audit_stored.py "$(ADVISORIES)"; \
		else scripts/audit; fi

sbom: $(STAMP) ## Write the bill of materials of what is deployed (CycloneDX) to sbom.cdx.json
	@$(BIN)/python scripts/sbom.py sbom.cdx.json

fmt: $(STAMP) ## Format the code and fix what can be fixed
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

install: $(STAMP) ## Install the locked dependencies into .venv (the other targets do it when needed)

lock: ## Bring uv.lock up to date with the pyproject.toml files
	@scripts/bootstrap uv lock $(ARGS)

clean: ## Remove what can be made again: .venv, .uv, caches
	@rm -rf $(VENV) .uv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset: ## Remove the demo's data and secrets in .state: links printed before end to work
	@scripts/reset-state .state

# Made again when the lock, a pyproject.toml or the script changes, and when the tree has moved.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): FORCE
endif
$(STAMP): uv.lock pyproject.toml $(wildcard libs/*/pyproject.toml services/*/pyproject.toml) \
		$(wildcard tools/*/pyproject.toml) scripts/bootstrap
	@scripts/bootstrap
