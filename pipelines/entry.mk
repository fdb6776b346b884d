# make -f pipelines/demo.mk OUT=folder GOAL..., typed anywhere: the goals are made in that folder, see `steps`.
export OUT
GOALS := $(foreach g,$(or $(MAKECMDGOALS),$(USUAL)),$(or $(STAGES_$g),$g))
.PHONY: $(GOALS) $(MAKECMDGOALS) steps
$(sort $(GOALS) $(MAKECMDGOALS)): steps ;
steps:
	+@MAKE='$(MAKE)' '$(HERE)steps' $(notdir $(firstword $(MAKEFILE_LIST))) $(GOALS)
