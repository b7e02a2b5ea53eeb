# make demo   fetch a pretrained net and photographs, look at their gradients, leave pictures in outputs/
# make test   check format, build without warnings, run every test and the notebook
# make build  the command line tool, in .build/release/gingham
# make docs   guides and reference as a static site, in .build/documentation
#
# Each installs the Debian packages it needs; the Swift toolchain must be there.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: build demo docs test lint packages clean

build: packages
	swift build -c release --product gingham

demo: build
	notebooks-scripts/demo.sh

test: lint
	notebooks-scripts/install_packages.sh --test
	notebooks-scripts/fetch_models.sh all
	notebooks-scripts/fetch_suites.sh
	GINGHAM_REQUIRE_SUITES=1 swift test -c release -Xswiftc -enable-testing --scratch-path .build-test --no-parallel
	GINGHAM=.build-test/release/gingham notebooks-scripts/run_notebook.sh

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

docs: packages
	notebooks-scripts/build_docs.sh

packages:
	notebooks-scripts/install_packages.sh

clean:
	rm -rf .build .build-test .build-docs
