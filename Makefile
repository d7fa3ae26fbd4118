# The two commands of the README are `make demo` and `make test`; each makes what it needs first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
STATIC := $(CURDIR)/.regia/static
WORKERS ?= 2
MINUTES ?= 30
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy
# A virtual environment or settings of the caller must not leak in.
unexport VIRTUAL_ENV
unexport DJANGO_SETTINGS_MODULE
# What one process compiled, the dozen others that a demo or a test starts need not.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup browser demo test test-fast test-kill check bench soak lock

help:
	@echo "make demo          the merchant, two practice shops, and the desk in your browser"
	@echo "make demo ONCE=1   the main job once, with a report; exit 1 if a promise broke"
	@echo "make test          the whole test suite"
	@echo "make test-fast     without the slow, browser and kill suites"
	@echo "make check         format, lint, types, import contracts, migrations, translations"
	@echo "make bench         the figures, into .regia/bench.json"
	@echo "make soak MINUTES=30  the practice shops sell with every fault on, then the auditor reports"

setup: $(READY)

$(READY): requirements/dev.txt scripts/system_packages.sh
	@PYTHON=$(PYTHON) bash scripts/system_packages.sh venv
	@PYTHON=$(PYTHON) bash scripts/system_packages.sh papers
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(BIN)/python manage.py compile_translations
	@touch $(READY)

browser: setup
	@bash scripts/system_packages.sh browser

# Pages load faster with these: compressed, and kept by browsers under names that change with the content.
$(STATIC)/staticfiles.json: $(READY) $(shell find static -type f)
	@REGIA_STATIC_ROOT=$(STATIC) $(BIN)/python manage.py collectstatic --noinput --verbosity 0

demo: export REGIA_STATIC_ROOT := $(STATIC)
demo: setup $(STATIC)/staticfiles.json
	@$(BIN)/python manage.py compile_translations
	@$(BIN)/python manage.py demo $(if $(ONCE),--once)

test: browser
	@$(BIN)/python manage.py compile_translations
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test-fast: WORKERS = 3
test-fast: setup
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not slow and not browser and not kill"

test-kill: setup
	@$(BIN)/python -m pytest -m kill

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check_translations

bench: export REGIA_STATIC_ROOT := $(STATIC)
bench: setup $(STATIC)/staticfiles.json
	@$(BIN)/python manage.py bench --json .regia/bench.json

soak: setup
	@$(BIN)/python manage.py compile_translations
	@$(BIN)/python manage.py demo --soak $(MINUTES)

lock:
	@$(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		pyproject.toml -o requirements/base.txt
	@$(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		--extra demo --group dev --group e2e pyproject.toml -o requirements/dev.txt
