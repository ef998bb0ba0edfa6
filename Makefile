# Short names for run.py, which does the work: make audit ARGS="--year 2020-21"
PYTHON ?= python3
COMMANDS = audit check trace verify attack sample test lab bench lock

.PHONY: help dictionary $(COMMANDS)

help:
	@$(PYTHON) run.py --help

$(COMMANDS):
	@$(PYTHON) run.py $@ $(ARGS)

# docs/data_dictionary.md, after a change of srp_lib/codelists/partner_columns.csv
dictionary:
	@$(PYTHON) -m srp_lib.extracts.dictionary
