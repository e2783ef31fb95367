# Needs Python 3.11 or newer and make; everything else is fetched, pinned by hash, into .venv.
#   make run ARGS="--port 9000"    PYTHON=python3.12 chooses the Python that .venv is made with
.PHONY: run test check fix bench lock

ARGS ?=
export PYTHON

run:
	@scripts/bootstrap run
	@exec .venv/bin/maquette serve $(ARGS)

test:
	@scripts/bootstrap dev browser
	@scripts/test $(ARGS)

check:
	@scripts/bootstrap dev
	@scripts/check $(ARGS)

fix:
	@scripts/bootstrap dev
	@scripts/fix $(ARGS)

bench:
	@scripts/bootstrap dev
	@.venv/bin/python bench/all.py $(ARGS)

lock:
	@scripts/bootstrap dev
	@scripts/lock $(ARGS)
