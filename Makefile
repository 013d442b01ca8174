# `make` lists what one can do. Everything runs in .venv, which is made and kept up to date by deploy/environment.

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
LOCAL_DIR ?= .local
export LOCAL_DIR
COMPILE := .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url
# make test BACKEND=embedded|kafka|containers: the servers that the tests run against.
BACKEND ?= embedded
ifeq ($(BACKEND),kafka)
SERVERS := kafka-jars
endif

.DEFAULT_GOAL := help
.PHONY: help up cell run test journeys bench lint types kafka-jars compose-env lock messages schemas clean clean-data dev

help: ## list what one can do
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r target words; do printf '  make %-12s %s\n' "$$target" "$$words"; done
	@echo
	@echo "  PORT=8001 make up        another port        make up EMPTY=1           without demonstration data"
	@echo "  BROKER=kafka make up     on Apache Kafka     make test BACKEND=kafka   (embedded, kafka, containers)"

up: ## run the whole product on this machine; Ctrl-C stops it
	@deploy/environment local
	@exec $(PYTHON) -m deploy.local.up $(if $(EMPTY),--empty)

cell: ## beside `make up`: validation for one Member State alone (COUNTRY=BE; STOP=1 stops it)
	@$(PYTHON) -m deploy.local.cell "$(COUNTRY)" $(if $(STOP),--stop)

run: ## a command of a service that `make up` runs (CMD='validation stuck', CMD='validation-be history verify')
	@$(PYTHON) -m deploy.local.run $(CMD)

test: dev $(SERVERS) ## run all tests (ARGS='…' goes to pytest)
	$(PYTEST) --backend=$(BACKEND) $(ARGS)

journeys: dev $(SERVERS) ## run only the tests that start every service as a process
	$(PYTEST) --backend=$(BACKEND) -m "journey or browser or fault" $(ARGS)

bench: dev $(SERVERS) ## measure against the plain libraries, side by side
	$(PYTHON) -m tests.benchmarks --broker=$(BACKEND) $(ARGS)

lint: dev ## style, and the walls between services
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: dev ## static types
	.venv/bin/mypy

kafka-jars: ## fetch Apache Kafka itself (needs Maven; Java 17 to run it)
	@if [ ! deploy/kafka/pom.xml -ot .local/kafka/fetched ]; then \
	    command -v mvn >/dev/null || { echo "Maven (mvn) is needed to fetch Apache Kafka; BACKEND=embedded needs nothing." >&2; exit 2; }; \
	    echo "Fetching Apache Kafka …"; rm -rf .local/kafka; \
	    mvn -q -B -f deploy/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$(CURDIR)/.local/kafka/libs" && touch .local/kafka/fetched; fi

compose-env: ## write .env with random secrets for docker compose (once)
	@deploy/containers/make-env

lock: dev ## write the lock files anew from pyproject.toml
	$(COMPILE) --group dev -o requirements-dev.lock >/dev/null
	$(COMPILE) --group local -c requirements-dev.lock -o requirements-local.lock >/dev/null
	$(COMPILE) -c requirements-dev.lock -o requirements.lock >/dev/null

messages: dev ## collect the texts to be translated
	$(PYTHON) -m shared.web.messages

schemas: dev ## write the JSON Schemas and AsyncAPI documents of all events
	$(PYTHON) -m shared.contracts.generate

clean: ## remove .venv and every cache (not the data)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: ## remove the data of `make up`
	@if [ -f $(LOCAL_DIR)/postgres-directory ]; then rm -rf "$$(dirname "$$(cat $(LOCAL_DIR)/postgres-directory)")"; fi
	rm -rf $(LOCAL_DIR)

dev:
	@deploy/environment dev
