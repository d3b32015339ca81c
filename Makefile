# The front door. Each target completes the environment first, from a bare Python 3.11 or newer.

PYTHON ?= python3
RUN = .venv/bin/python -m yingtai.web.command
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help ready run test check format bench docs clean

help: ## list what can be done
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{printf "  make %-8s %s\n", $$1, $$2}'

ready: # the environment: Python packages, front-end files, compiled translations
	@$(PYTHON) tools/bootstrap.py

run: ready ## start everything on this machine (Ctrl-C ends it); YINGTAI_HOME and YINGTAI_PORT say where
	@$(RUN) run $(ARGS)

test: ready ## run every test, browser stories included when Chromium is there (ARGS="-k words" for some)
	@.venv/bin/python -m pytest -n 2 --dist worksteal $(ARGS)

check: ready ## format, lint, import contracts, types, missing migrations, missing translations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/mypy yingtai tools
	$(RUN) check
	$(RUN) translate --check

format: ready ## lay the code out, mend what the linter can mend
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: ready ## measure speed beside the bare work (ARGS="ingest --json")
	@$(RUN) bench $(ARGS)

docs: ready ## write the generated pages again
	@$(RUN) docs $(ARGS)

clean: ## remove the environment and the caches; state in var/ stays
	@rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .grimp_cache
