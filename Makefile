# What people call. Everything lands in .venv/; the embedded model (1.1 GB) in the user's cache folder.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO_DATABASE := sqlite:///$(CURDIR)/demo/claimdesk.db

# Options for the commands behind a target: make demo ARGS=--no-browser, make test ARGS="-k store"
ARGS ?=
# A model for the demo: make demo MODEL=rules; without it local, or a hosted one where OPENAI_API_KEY is set
MODEL ?=

.PHONY: help install demo test browser lint types format clean

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[worker,telemetry]'
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,worker,telemetry]'
	touch $@

install: $(VENV)/installed  ## Create .venv with the claimdesk command

demo: export CLAIMDESK_DATABASE_URL = $(DEMO_DATABASE)
demo: $(VENV)/installed  ## Extract the sample articles and open the review app (first time: 1.1 GB of weights)
	$(BIN)/claimdesk ingest eval/data/samples
	$(BIN)/claimdesk extract $(if $(MODEL),--model $(MODEL))
	$(BIN)/claimdesk review $(ARGS)

browser:  ## Install the Chromium that the browser tests drive (Debian, Ubuntu)
	@command -v chromium >/dev/null || { \
	    as_root=$$(test "$$(id -u)" = 0 || echo sudo); \
	    $$as_root apt-get update -qq && $$as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }
	@chromium --version

lint: $(VENV)/installed-dev  ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev  ## Check types
	$(BIN)/mypy

# A process for each core; the tests of a file stay together, for they share a server.
test: $(VENV)/installed-dev  ## Run all tests
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

format: $(VENV)/installed-dev  ## Rewrite files in our style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove the environment and the demo's database
	rm -rf $(VENV) demo
