# The one task runner: every task is a script in Scripts/, so that it can be read and run alone.
# CI runs `make test`, the same as a person.

# A picture's path is handed on as it was typed: without $(value …), make would expand a `$` in it.
override PHOTO := $(value PHOTO)
export PHOTO

.DEFAULT_GOAL := help
.PHONY: help setup build demo demo-cluster test crash crash-cluster measure measure-roles compare gallery \
	fuzz format lint clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install the Debian packages that building, the demo and the tests need
	@Scripts/setup build demo test

build: ## Build the programs, optimised
	@Scripts/build

demo: ## Show one picture as a dozen devices would (PHOTO=path for your own)
	@Scripts/demo

demo-cluster: ## Show the same through two fronts, two backs and a PostgreSQL
	@Scripts/demo-cluster

gallery: ## Draw what every halftone makes, into docs/halftones (PHOTO=path: gallery-out)
	@Scripts/gallery

test: ## Check layout and module arrows, then build and run every test
	@Scripts/test

crash: ## Kill the server KILLS times (default 1000; SEED repeats a run) and look what is left
	@Scripts/crash $(or $(KILLS),1000) $(SEED)

crash-cluster: ## Kill servers and PostgreSQL KILLS times (default 200; SEED repeats the plan), devices asking
	@Scripts/crash-cluster $(or $(KILLS),200) $(SEED)

measure: ## Compare what registering a picture costs with decoding it (PHOTO=path of a JPEG)
	@Scripts/measure-fanout

measure-roles: ## Compare standalone, refer and relay under load; writes Benchmarks/ROLES.md
	@Scripts/measure-roles

compare: ## Compare forms with what other programs make; writes Benchmarks/RESULTS.md (TABLES=names)
	@Scripts/compare $(TABLES)

fuzz: ## Fuzz each parser for SECONDS (default 60); findings are kept in fuzz/findings
	@Scripts/setup build && fuzz/run $(or $(SECONDS),60)

format: ## Lay out every Swift file as .swift-format says
	@Scripts/format

lint: ## Check the layout of Swift files and the arrows between modules
	@Scripts/lint

clean: ## Remove everything that was built
	@Scripts/clean
