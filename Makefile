# Wattline. `make` lists the targets; everything they install stays inside this folder, `make test` on Debian as root apart.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# What running takes; .ready stands for all of it, with linters, type checker and test tools.
RUNS   := $(VENV)/.ready-to-run
BOARDS := rp2 esp32
# What pages bring to the browser.
ASSETS := central/web/assets/.ready
UV     := .cache/uv/bin/uv
PIP    := $(BIN)/python -m pip --disable-pip-version-check -q

# Programs are started thousands of times in the tests: their bytecode is kept, whatever the shell wants of Python.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install setup assets lint types $(BOARDS:%=types-%) types-hosts bytecode pico test pytest hil demo up bench accuracy fuzz sequences docs words screenshots lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: $(RUNS) $(ASSETS) ## make the virtual environment (.venv) with what runs: servers, commands, demo
	@:

setup: $(READY) $(ASSETS) ## the same with all that tests need: linters, type checker, test tools
	@:

assets: $(ASSETS) ## bring what pages use from npm into the package

# Where npm cannot be reached, pages do without: nothing but what moves by itself is missing, and the next make tries again.
$(ASSETS): tools/assets/bring.py tools/assets/package-lock.json | $(RUNS)
	@$(BIN)/python tools/assets/bring.py && touch $@ || true

$(RUNS): requirements-demo.lock pyproject.toml
	@$(call set_up,$<,$@)

$(READY): requirements.lock pyproject.toml
	@$(call set_up,$<,$@ $(RUNS))

# $(1): the lock file; $(2): the marks that stand for it.
set_up = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "wattline needs Python 3.11 or newer; '$(PYTHON)' is: $$($(PYTHON) -V 2>&1 | head -1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }; \
	$(PYTHON) tools/set_up.py $(1) $(2)

lint: $(READY) ## ruff: style, mistakes, import order, formatting of imports
	$(BIN)/ruff check .

types: types-hosts $(BOARDS:%=types-%) ## basedpyright, strict; firmware/ once per board with MicroPython's stubs
	@:

types-hosts: $(READY)
	$(BIN)/basedpyright

$(BOARDS:%=types-%): types-%: typings/%/.ready | $(READY)
	@echo "firmware on $*"
	@$(BIN)/basedpyright -p tools/typecheck/$*.json

typings/%/.ready: tools/typecheck/%.lock | $(READY)
	@rm -rf typings/$*
	@$(PIP) install --require-hashes --no-deps -t typings/$* -r $<
	@touch $@

# What the emulated Pico boots, and the emulator compiled for this Python; both say what is missing.
pico: $(READY)
	@$(BIN)/python -m tools.emulated_pico.compile || true
	@$(BIN)/python -m tools.pico_image > /dev/null || true

# Each process of pytest reads all tests, at the same time; so they find them compiled. What cannot be read, pytest tells.
bytecode: $(READY)
	@$(BIN)/pytest -q --collect-only -m "not hil" > /dev/null 2>&1 || true

# What the tests need at the same time as what is judged without them: one kind of types takes a core for long.
test: $(READY) $(ASSETS) ## lint, types and every test; sets up what they need, or says what is missing
	@$(BIN)/python -m tools.system_packages
	@$(MAKE) --no-print-directory -j 3 $(if $(filter output-sync,$(.FEATURES)),--output-sync) lint types pico bytecode
	@$(MAKE) --no-print-directory pytest

# By file, on three processes: most tests wait for real programs, which two cores can carry. In the order in which they
# were collected, the emulated boards' first and the folders of long ones next (guest_time.py): at the end one core
# would wait for the other. xdist would begin with the files of many tests, which are quick.
pytest: $(READY)
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not hil" $(ARGS)

hil: $(READY) pico ## what takes minutes on the emulated Pico; BENCH=NAME: on one bench
	$(BIN)/pytest $(if $(BENCH),--bench $(BENCH) hil_tests/test_charge_point.py,-n 2 -m hil hil_tests) $(ARGS)

demo: $(if $(BENCH),$(READY),$(RUNS)) ## charge three simulated cars, from the relay to the receipt; BENCH=pico: and a fourth on an emulated Pico
	@$(BIN)/python -m tools.demo $(if $(BENCH),--bench $(BENCH))

up: $(RUNS) $(ASSETS) ## keep the demo's system running, and say where it is
	@$(BIN)/python -m tools.up

bench: $(READY) ## measure latency and throughput beside the raw parts, and what the firmware takes of a board
	@$(BIN)/python -m tools.bench

footprint: $(READY) ## what the firmware takes of a board, beside what it may, then what `make accuracy` prints; minutes, on the emulated Pico
	@PYTHONPATH=firmware $(BIN)/python -m hil_tests.footprint $(ARGS)
	@PYTHONPATH=firmware $(BIN)/python -m tools.accuracy

accuracy: $(RUNS) ## how accurately the meter reads each recorded car, through a modelled converter
	@PYTHONPATH=firmware $(BIN)/python -m tools.accuracy

fuzz: $(RUNS) ## a million random chunks into the frame decoder
	@$(BIN)/python -m tools.fuzz

sequences: $(READY) ## random sequences of boards, drivers and mishaps on the folds (ARGS="--runs N --seed S")
	@PYTHONPATH=firmware $(BIN)/python -m central.tests.sequences $(ARGS)

screenshots: $(READY) $(ASSETS) ## take pictures of every page in every state and language (build/screenshots/)
	@PYTHONPATH=firmware $(BIN)/python -m tools.screenshots $(ARGS)

words: $(RUNS) ## bring the texts of pages into the files of the other languages
	@PYTHONPATH=firmware $(BIN)/python -m tools.words

docs: $(RUNS) ## write the generated pages of docs/ from the code
	@PYTHONPATH=firmware $(BIN)/python -m tools.write_docs

lock: $(UV) ## resolve the lock files and the boards' stubs anew
	@env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(UV) pip compile -q --no-header --universal --generate-hashes --upgrade --python-version 3.11 \
	  --all-extras pyproject.toml -o requirements.lock
	@env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(UV) pip compile -q --no-header --universal --generate-hashes --python-version 3.11 \
	  --extra build -c requirements.lock pyproject.toml -o requirements-production.lock
	@env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(UV) pip compile -q --no-header --universal --generate-hashes --python-version 3.11 \
	  --extra build --extra demo -c requirements.lock pyproject.toml -o requirements-demo.lock
	@for board in $(BOARDS); do env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(UV) pip compile -q --no-header --universal --generate-hashes \
	  --upgrade --python-version 3.11 tools/typecheck/$$board.in -o tools/typecheck/$$board.lock || exit 1; done
	@! grep -n '://' requirements*.lock tools/typecheck/*.lock

$(UV):
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/python -m pip --disable-pip-version-check -q install uv==0.13.9

clean: ## remove what make made
	rm -rf $(VENV) .cache typings build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
