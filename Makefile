# The commands of this repository; `make` lists them. Needs python3, make and a network; everything else is put into
# .venv and node_modules, once for each change of pyproject.toml and package.json.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# A virtual environment comes with an old pip; --group needs 25.1.
PIP    := pip==26.3

PYTHON_STAMP := $(VENV)/.installed
NODE_STAMP   := node_modules/.installed
FIRST        := 01_first_shim_task.ipynb

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.DEFAULT_GOAL := help
# The kernels that the form's runs are tested in, beside the newest one, which `make test` has.
KERNELS := 6.31.0 7.3.0 7.4.0

.PHONY: help lab test test-kernels check format screenshots bench clean chromium

help: ## list the commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

lab: $(PYTHON_STAMP) ## open the first notebook in JupyterLab, or print its URL where there is no display
	@set -- --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/$(FIRST) --log-level=WARN; \
	if [ -z "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ] && [ "$$(uname)" = Linux ]; then set -- "$$@" --no-browser; fi; \
	if [ "$$(id -u)" = 0 ]; then set -- "$$@" --allow-root; fi; \
	exec $(BIN)/jupyter lab "$$@" $(ARGS)

# A test in a browser waits more than it works, so there are more workers than cores.
test: check chromium ## run the checks and every test (ARGS="-k tree" is handed to pytest)
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

test-kernels: $(KERNELS:%=test-kernel-%) ## run the form's tests in each ipykernel that is supported, each in an environment of its own

test-kernel-%: .venv-kernels/%/.installed
	SHIMNB_IPYKERNEL=$* .venv-kernels/$*/bin/python -m pytest -p no:cacheprovider tests/kernels $(ARGS)

.venv-kernels/%/.installed: pyproject.toml
	@echo "Making an environment with ipykernel $*."
	@$(PYTHON) -m venv --clear .venv-kernels/$*
	.venv-kernels/$*/bin/python -m pip install --quiet "$(PIP)"
	.venv-kernels/$*/bin/python -m pip install --quiet --editable . "ipykernel==$*" pytest==9.2.0 hypothesis
	@touch $@

check: $(PYTHON_STAMP) $(NODE_STAMP) ## lint, formatting, types of the Python and the JavaScript, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/node node_modules/typescript/bin/tsc

format: $(PYTHON_STAMP) ## format the Python, and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(PYTHON_STAMP) $(NODE_STAMP) chromium ## make the README's pictures again
	$(BIN)/python -m tests.browser.screenshots

bench: $(PYTHON_STAMP) ## compare shimnb with flytekit, as ratios
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove the environments and every cache
	rm -rf $(VENV) .venv-kernels node_modules build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call apt,packages): install Debian packages when we may, else say how, and fail.
define apt
{ echo "Missing on this machine: $(1)"; \
  if [ "$$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else as_root=no; fi; \
  if [ "$$as_root" = no ] || ! command -v apt-get >/dev/null; then \
    echo "Install it and run make again. On Debian: sudo apt-get install $(1)"; false; \
  else \
    $$as_root apt-get update -qq && \
    $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1); \
  fi; }
endef

$(PYTHON_STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "shimnb needs Python 3.10 to 3.13, as flyteidl does. Name one that you have: make PYTHON=python3.12 ..."; exit 1; }
	@# Debian's python3 makes no virtual environment without the package python3-venv.
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call apt,python3-venv)
	@echo "Making the environment in $(VENV); the first time this takes a few minutes."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet "$(PIP)"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

# Node comes with the environment above, so its npm does too.
$(NODE_STAMP): package.json | $(PYTHON_STAMP)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

# CI must not pass without the browser; elsewhere the browser's tests say that they were skipped.
chromium:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  if command -v "$$name" >/dev/null; then exit 0; fi; done; \
	$(call apt,chromium fonts-liberation) || { [ "$${CI:-}" != true ] && echo "Without it, the tests in the browser are skipped."; }
