# make demo   fetch a pretrained net and photographs, look at their gradients, leave pictures in outputs/
# make transcripts   type every command of README and guides, compare the figures printed there
# make test   check format, build without warnings, run every test and the notebook
# make build  the command line tool, in .build/release/gingham
# make fuzz   fuzz every reader under the address sanitizer, SECONDS=120 in all
# make sanitize   every test under the address sanitizer
# make bench   time the engine against PyTorch, PYTHON with torch, torchvision, timm and diffusers
# make docs   guides and reference as a static site, in .build/documentation
#
# Each installs the Debian packages it needs; the Swift toolchain must be there.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: bench build demo transcripts docs test fuzz sanitize lint packages clean

build: packages
	swift build -c release --product gingham

demo: build
	notebooks-scripts/demo.sh

transcripts: build
	notebooks-scripts/fetch_models.sh all
	notebooks-scripts/transcripts.py

test: lint
	notebooks-scripts/install_packages.sh --test
	notebooks-scripts/fetch_models.sh all
	notebooks-scripts/fetch_suites.sh
	GINGHAM_REQUIRE_SUITES=1 swift test -c release -Xswiftc -enable-testing --scratch-path .build-test --no-parallel
	GINGHAM=.build-test/release/gingham notebooks-scripts/run_notebook.sh

SECONDS ?= 120
fuzz: packages
	notebooks-scripts/fuzz.sh $(SECONDS)

sanitize:
	notebooks-scripts/install_packages.sh --test
	ASAN_OPTIONS=detect_leaks=0 swift test -c release -Xswiftc -enable-testing --sanitize=address \
	  --scratch-path .build-asan --no-parallel

PYTHON ?= python3
bench: build
	$(PYTHON) notebooks-scripts/benchmarks/versus_pytorch.py \
	  --check notebooks-scripts/benchmarks/thresholds.json

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

docs: packages
	notebooks-scripts/build_docs.sh

packages:
	notebooks-scripts/install_packages.sh

clean:
	rm -rf .build .build-test .build-docs .build-asan .build-fuzz
