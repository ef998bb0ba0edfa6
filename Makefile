# Short names for run.py, which does the work: make audit ARGS="--year 2020-21"
PYTHON ?= python3
COMMANDS = audit check sample test lab bench lock

.PHONY: help $(COMMANDS)

help:
	@$(PYTHON) run.py --help

$(COMMANDS):
	@$(PYTHON) run.py $@ $(ARGS)
