# make -f pipelines/data.mk DATA=dir OUT=dir data: a folder of photographs into streams. Called by `make data`.

HERE := $(dir $(lastword $(MAKEFILE_LIST)))
include $(HERE)variables.mk
USUAL := data
STAGES_data := lists streams
ifneq ($(HERE),.pipelines/)
include $(HERE)entry.mk
else

GOALS     := lists streams
DIAGNOSES := $(CLASSES)
include .pipelines/rules.mk
D :=
include .pipelines/streams.mk

endif
