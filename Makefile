# Two commands: `make demo` and `make test`. Everything they need, they set up.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV      := .venv
BIN       := $(VENV)/bin
STAMP     := $(VENV)/.stamps
CUSTOMERS ?= 20000
BANK      ?= demo
SERVE     ?= 1
TESTS     ?= tests
WORKERS   ?= 2

# A bank's network has its own certificates and its own package index: those that the machine knows are used.
export UV_SYSTEM_CERTS ?= 1
CA_BUNDLE := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt))
ifneq ($(CA_BUNDLE),)
export NODE_EXTRA_CA_CERTS ?= $(CA_BUNDLE)
endif
UV = index="$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)"; \
  $${index:+env UV_DEFAULT_INDEX="$$index"} $(BIN)/uv

# A system python3 is often older than 3.12: the first of these that is new enough makes the environment.
FIND_PYTHON = for p in "$$PYTHON" python3.13 python3.14 python3.12 python3; do \
  [ -n "$$p" ] && "$$p" -c 'import sys; sys.exit(not (3, 12) <= sys.version_info[:2])' 2>/dev/null && { echo "$$p"; break; }; done

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

$(VENV)/bin/uv: requirements/bootstrap.lock
	@python="$$($(FIND_PYTHON))"; [ -n "$$python" ] || { echo "Guanxi needs Python 3.12 or newer: install it, or name it with PYTHON=/path/to/python"; exit 1; }; \
	echo "environment: $$("$$python" --version)"; "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@mkdir -p $(STAMP); touch $@

$(STAMP)/base: $(VENV)/bin/uv requirements/base.lock pyproject.toml
	@echo "installing Python packages"
	@$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/base.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@mkdir -p $(STAMP); touch $@

$(STAMP)/dev: $(STAMP)/base requirements/dev.lock
	@echo "installing development packages"
	@$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/dev.lock
	@touch $@

$(STAMP)/frontend: $(STAMP)/base frontend/package-lock.json
	@echo "installing front-end packages"
	@command -v npm >/dev/null || [ -x $(BIN)/npm ] || { $(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/node.lock; }
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix frontend --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMP)/assets: $(STAMP)/frontend $(shell find src/guanxi/crm -name '*.po' -o -path '*/static/*' -type f 2>/dev/null)
	@$(BIN)/guanxi assets
	@touch $@

# PDF files need Pango, which no Python package brings. Root in a container gets it; everybody else is told, and all but the
# PDF files works without.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk
$(STAMP)/pango: $(STAMP)/base
	@if $(BIN)/python -c 'import weasyprint' >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "installing $(PANGO)"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(PANGO); } >/dev/null || true; fi
	@$(BIN)/python -c 'import weasyprint' >/dev/null 2>&1 && touch $@ || echo "PDF files cannot be written yet. As root: apt-get install $(PANGO)"

.PHONY: setup
setup: $(STAMP)/assets $(STAMP)/pango ## the environment, the packages, the pages' files

.PHONY: demo
demo: $(STAMP)/assets $(STAMP)/pango ## a bank that runs: data, the night's job, the site (CUSTOMERS=200000, BANK=berka BERKA_DIR=..., SERVE=0)
	@exec $(BIN)/guanxi demo --bank $(BANK) --customers $(CUSTOMERS) $(if $(BERKA_DIR),--berka-dir "$(BERKA_DIR)") $(if $(filter 0,$(SERVE)),--no-serve) $(if $(PORT),--port $(PORT))

.PHONY: check
check: $(STAMP)/dev $(STAMP)/assets $(STAMP)/pango ## ruff, types, imports, translations, migrations, documents
	@$(BIN)/python -m tools.check

.PHONY: test
test: check ## all the set-up and every test (TESTS=path for some, one after the other)
	@$(BIN)/python -m pytest $(if $(filter tests,$(TESTS)),-n $(WORKERS) --dist loadfile --no-loadscope-reorder) $(TESTS)

.PHONY: bench
bench: $(STAMP)/dev $(STAMP)/assets ## the figures of docs/performance.md (CUSTOMERS=1000000)
	@$(BIN)/python -m bench $(BENCH)

.PHONY: docs
docs: $(STAMP)/assets ## the warehouse's lineage and documentation, and the documents generated from code
	@$(BIN)/guanxi docs

.PHONY: sbom
sbom: $(STAMP)/base ## the list of all that is built in (SBOM, CycloneDX) in var/sbom.cdx.json
	@$(BIN)/python -m tools.sbom

.PHONY: lock
lock: $(VENV)/bin/uv ## resolve the lock files anew from pyproject.toml
	@sh requirements/lock.sh

.PHONY: clean
clean: ## removes everything the commands above made
	@[ ! -x $(BIN)/guanxi ] || $(BIN)/guanxi stop 2>/dev/null || true
	@[ ! -x $(BIN)/python ] || rm -rf "$$($(BIN)/python -c 'from pathlib import Path; from tests.server import place; print(place(Path.cwd()))')"
	rm -rf var $(VENV) frontend/node_modules .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src -name '*.mo' -delete; find . -name __pycache__ -type d -prune -exec rm -rf {} +
