# Naqsha's targets. The work is done by setup/, in Python's standard library.

HOST ?= 127.0.0.1
PORT ?= 8000
# How many processes the tests share; 0 runs them in one.
WORKERS ?= 2
# Words for pytest: make test ARGS="tests/spatial -k mass"
ARGS ?=
PYTHON ?= $(shell command -v python3.11 || command -v python3)

.DEFAULT_GOAL := help
.PHONY: help run test check bench drill

help: ## every target, a line each
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up all that is missing, load the demonstration, serve http://127.0.0.1:8000 (PORT=, HOST=)
	@HOST='$(HOST)' PORT='$(PORT)' $(PYTHON) -m setup run

test: ## set up all that is missing, run every test (WORKERS=, ARGS= for pytest)
	@$(PYTHON) -m setup test -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

check: ## format, lint, types, import contracts, templates
	@$(PYTHON) -m setup check

bench: ## the benchmarks, one table (tiles need the demonstration that make run loads)
	@$(PYTHON) -m setup bench

drill: ## the slow drills: a hundred kills in the middle of a load (KILLS=)
	@NAQSHA_TEST_KILLS='$(or $(KILLS),100)' $(PYTHON) -m setup test tests/app/ingest/test_crashes.py
