# make demo   fetch a pretrained net and photographs, look at their gradients, leave pictures in outputs/
# make transcripts   type every command of README and guides, compare the figures printed there
# make test   check format, build without warnings, run every test and the notebook
# make build  the command line tool, in .build/release/gingham
# make library   the library for C and Python, in .build/release/libginghamc.so
# make wheel, make deb   packages that need neither Swift nor -dev packages where they are installed, in dist/
# make install   both, with header, completions and man pages, into PREFIX (/usr/local); they need no Swift there
# make fuzz   fuzz every reader under the address sanitizer, SECONDS=120 in all
# make sanitize   every test under the address sanitizer
# make test-slurm   a series on a real Slurm, started here as root, whose daemons and tasks are killed
# make bench   time the engine against PyTorch, PYTHON with torch, torchvision, timm and diffusers
# make docs   guides and reference as a static site, in .build/documentation
#
# Each installs the Debian packages it needs; the Swift toolchain must be there.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: bench build test-slurm library standalone install wheel deb demo transcripts docs test fuzz sanitize lint packages clean

build: packages
	swift build -c release --product gingham

library: packages
	swift build -c release --product ginghamc

# With Swift's own libraries inside: SwiftPM's option for that passes dynamic libraries over, the compiler's does not. C
# libraries that stand beside the binaries are found there, and by each other.
STANDALONE := swift build -c release -Xswiftc -static-stdlib --scratch-path .build-standalone \
  -Xlinker --disable-new-dtags -Xlinker -rpath -Xlinker '$$ORIGIN'
standalone: packages
	$(STANDALONE) --product gingham
	$(STANDALONE) --product ginghamc

PREFIX ?= /usr/local
install: standalone
	notebooks-scripts/packaging/stage.sh .build-standalone/release "$(DESTDIR)$(PREFIX)"

wheel: standalone
	notebooks-scripts/packaging/wheel.py .build-standalone/release dist

deb: standalone
	notebooks-scripts/packaging/deb.sh .build-standalone/release dist

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
	swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product ginghamc
	BUILD=.build-test/release notebooks-scripts/run_python_tests.sh

test-slurm:
	notebooks-scripts/install_packages.sh --slurm
	swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product gingham
	notebooks-scripts/slurm/test_slurm.py .build-test/release/gingham

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
	rm -rf .build .build-test .build-docs .build-asan .build-fuzz .build-standalone dist
