# Fairway's commands. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

# The first Python that is 3.11 or later, really runs, and can make environments. The system's own
# come first: distributions build them with profiles, one built by hand (pyenv) is
# mostly slower at the same work.
PROBE := import sys, venv, ensurepip, ssl, sqlite3; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in /usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13 /usr/bin/python3 \
	python3.11 python3.12 python3.13 python3; do \
	"$$p" -c '$(PROBE)' >/dev/null 2>&1 && echo "$$p" && break; done)
PYTHON310 ?=
BIN := .venv/bin

.PHONY: help setup run run-scale test lint bench soak check-slow train lock clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## Make both Python environments from their hashed locks (PYTHON310=/path if 3.10 is in an odd place)
	@test -n "$(PYTHON)" || { echo "✗ There is no Python 3.11 or later here (with venv, ssl and sqlite3)."; \
		echo "  To mend it: install one (Debian: apt-get install python3.11 python3.11-venv), or make setup PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -m scripts.set_up $(if $(PYTHON310),--python310 "$(PYTHON310)")

run: setup ## Start everything: sets up, trains the model if its inputs changed, prints the addresses
	@$(BIN)/fairway up

run-scale: setup ## Start two Fairways and two Rasas behind a proxy, on the local PostgreSQL and Redis
	@$(BIN)/python -m scripts.find_haproxy --install >/dev/null
	@FAIRWAY_DATABASE_URL="$${FAIRWAY_DATABASE_URL:-$$($(BIN)/python -m scripts.make_database)}" \
		FAIRWAY_REDIS_URL="$${FAIRWAY_REDIS_URL:-redis://127.0.0.1:6379/0}" $(BIN)/fairway scale

train: setup ## Train the model if its inputs changed
	@$(BIN)/fairway train

test: setup ## Every test: both environments, real processes, a real browser
	@$(BIN)/python -m scripts.find_chromium --install
	@$(BIN)/python -m scripts.find_haproxy --install
	@$(BIN)/python -m scripts.run_tests --train

lint: setup ## Style, types and the walls between the rooms
	@$(BIN)/python -m scripts.run_lint

check-slow: setup ## The tests that take minutes or gigabytes
	@$(BIN)/fairway train
	@$(BIN)/python -m scripts.run_tests --slow
	@$(BIN)/python -m scripts.find_haproxy --install >/dev/null
	@$(BIN)/python -m benchmarks.soak --minutes $(or $(MINUTES),20)

soak: setup ## Kill processes at random under load for MINUTES (20); ends in an error if anything was lost
	@$(BIN)/python -m scripts.find_haproxy --install >/dev/null
	@$(BIN)/fairway train
	@$(BIN)/python -m benchmarks.soak --minutes $(or $(MINUTES),20)

bench: setup ## Measure the whole stack against plain Rasa; writes docs/performance.md
	@$(BIN)/python -m benchmarks

lock: setup ## Write both lock files anew from pyproject.toml
	@$(BIN)/python -m scripts.write_locks

clean: ## Remove both environments and caches; keeps var/ (database, models, secrets)
	rm -rf .venv .venv-rasa build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
