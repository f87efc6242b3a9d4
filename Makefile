# Every target prints what it does, can be run again, and says what is missing when it cannot go on.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.ONESHELL:
.NOTPARALLEL:

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Tested versions. `make CONSTRAINTS=` installs the newest ones.
CONSTRAINTS ?= tests/constraints.txt
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 $(addprefix --constraint ,$(CONSTRAINTS))
FAST = not service and not slow and not browser
INSTALL_FAILED = { echo "The installation failed. Check the network connection and the package index."; exit 1; }

.PHONY: help install install-test system-packages demo lab test test-fast test-python test-lab test-backends chaos \
	test-latest test-lowest check format types constraints dist docs bench clean

help: ## Show this help
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## /\1\t/' | expand -t 18

$(BIN)/python:
	@echo "== Making the virtual environment $(VENV)"
	command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer, or call make PYTHON=…"; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: call make PYTHON=python3.11"; exit 1; }
	if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			echo "== Installing Debian's python3-venv"
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv python3-dev gcc >/dev/null
		else
			echo "$(PYTHON) cannot make virtual environments: install Debian's python3-venv"; exit 1
		fi
	fi
	$(PYTHON) -m venv $(VENV)

define needs_node
	@command -v node >/dev/null || { echo "Node is missing: install Node 20 or newer to build the JupyterLab extension"; exit 1; }
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || { echo "Node $$(node --version) is too old: install Node 20 or newer"; exit 1; }
endef

# The stamp is newer than all that decides what gets installed.
$(VENV)/.demo: $(BIN)/python pyproject.toml $(CONSTRAINTS) labextension/package.json labextension/yarn.lock $(shell find labextension/src labextension/style labextension/schema -type f 2>/dev/null)
	$(needs_node)
	@echo "== Installing the project and what the demo needs into $(VENV)"
	rm -rf jupyter_pipeline/labextension
	$(PIP_INSTALL) -e '.[demo]' || $(INSTALL_FAILED)
	touch $@

$(VENV)/.test: $(VENV)/.demo
	@echo "== Installing what the tests need into $(VENV)"
	$(PIP_INSTALL) -e '.[team,test]' || $(INSTALL_FAILED)
	touch $@

install: $(VENV)/.demo ## Install the project into .venv
	@echo "Installed. Next: make demo, or make lab"

install-test: $(VENV)/.test system-packages

system-packages:
	@SYSTEM_PACKAGES=$(SYSTEM_PACKAGES) tests/system-packages.sh

demo: $(VENV)/.demo ## From a cell to a scheduled run, step by step, then stop all
	@$(BIN)/python notebooks/demo.py

lab: $(VENV)/.demo ## Open JupyterLab on the quickstart notebook
	@$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks/quickstart.ipynb

test-fast: install-test ## Run the unit tests that start no service, in under a minute
	$(BIN)/python -m pytest -n 2 -q -m "$(FAST)"

test: install-test ## Run all tests
	@$(MAKE) --no-print-directory test-lab
	@$(MAKE) --no-print-directory test-python

test-lab: install-test
	@echo "== Testing the JupyterLab extension"
	cd labextension && $(abspath $(BIN))/jlpm test

test-python: install-test
	@echo "== Testing the package with Python and a browser, in two processes"
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder --ignore tests/test_interrupted_run.py
	$(BIN)/python -m pytest tests/test_interrupted_run.py # starts the services of the other tests a second time

test-backends: install-test ## Run the shared cluster tests on every backend that this machine can start
	$(BIN)/python -m pytest tests/backends --backends=all -v
	@for backend in oar htcondor; do
		echo "== $$backend, which takes no jobs of root, as a user of its own"
		$(BIN)/python tests/testbed/$$backend.py test -q
	done

chaos: install-test ## Kill clusters on Slurm and processes of the service at random; ROUNDS=1000 for a long run, SEED=… repeats one
	CHAOS_ROUNDS=$(or $(ROUNDS),60) CHAOS_SEED=$(SEED) $(BIN)/python -m pytest tests/backends/test_slurm_chaos.py \
		tests/orchestration/service/test_chaos.py -s -v

testbed-%: install-test ## Start a real backend by hand: make testbed-slurm, -ssh, -gateway, -sge, -pbs, -oar, -htcondor; STOP=1 ends it; for Slurm HOSTS=1 makes nodes hosts
	@$(BIN)/python tests/testbed/$*.py $(if $(STOP),stop,start) $(if $(HOSTS),--hosts)

test-latest: ## Run the Python tests with the newest versions of all packages, in .venv-latest
	@$(MAKE) --no-print-directory VENV=$(VENV)-latest CONSTRAINTS= test-python

test-lowest: ## Run the fast tests with the lowest versions that pyproject.toml allows, in .venv-lowest
	@$(MAKE) --no-print-directory VENV=$(VENV)-lowest lowest-tests

.PHONY: lowest-tests
lowest-tests: $(BIN)/python
	$(needs_node)
	@echo "== Installing the lowest supported versions into $(VENV)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --no-header --no-annotate --resolution lowest-direct --constraints tests/lowest-constraints.txt --extra test --python $(BIN)/python pyproject.toml --output-file $(VENV)/lowest.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirements $(VENV)/lowest.txt --editable . || $(INSTALL_FAILED)
	$(BIN)/python -m pytest -n 2 -q -m "$(FAST)" -W "ignore:Jupyter is migrating:DeprecationWarning"

check: install-test ## Check format, lint, types, import contracts, docstrings and language
	@echo "== Format and lint"
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	cd labextension && $(abspath $(BIN))/jlpm lint:check && cd ..
	@echo "== Types"
	$(BIN)/mypy
	@echo "== Import contracts"
	$(BIN)/lint-imports --no-cache
	@echo "== Docstrings and language"
	$(BIN)/python -m numpydoc lint $$(git ls-files 'jupyter_pipeline/*.py')
	$(BIN)/python -m pytest -q tests/test_language.py

format: install-test ## Format and fix lint errors
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd labextension && $(abspath $(BIN))/jlpm lint

types: install-test ## Generate the TypeScript types of the records
	$(BIN)/python labextension/generate_types.py

constraints: ## Write the versions installed in .venv to tests/constraints.txt
	@$(BIN)/python tests/support/constraints.py tests/constraints.txt

dist: $(BIN)/python ## Build the sdist and the wheel into dist
	$(needs_node)
	rm -rf dist jupyter_pipeline/labextension
	$(PIP_INSTALL) build
	$(BIN)/python -m build

docs: $(BIN)/python ## Build the documentation into docs/_build/html
	$(needs_node)
	@$(PIP_INSTALL) -e '.[docs]' || $(INSTALL_FAILED)
	$(BIN)/python -m sphinx -W -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

bench: install-test ## Run the benchmarks and print their tables
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

clean: ## Remove what was built
	rm -rf $(VENV) $(VENV)-latest $(VENV)-lowest dist build docs/_build jupyter_pipeline/labextension labextension/lib labextension/node_modules
