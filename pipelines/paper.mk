# make -f pipelines/paper.mk DATA=dir OUT=dir data report: the paper's experiment on photographs. Called by `make paper`.

HERE := $(dir $(lastword $(MAKEFILE_LIST)))
include $(HERE)variables.mk
OUT     ?= $(or $(PAPER_OUT),build/paper)
USUAL   := data report
STAGES_data := lists streams
STAGES_best-classifier := lists-of-all labels-of-all best-classifier
ifneq ($(HERE),.pipelines/)
include $(HERE)entry.mk
else

# CLASSES=two|dx is what skdata is told; from here on it is the names of the classes. Before there are lists, make -n takes these two.
DIAGNOSES := $(if $(findstring command line,$(origin CLASSES)),$(CLASSES))
FOUND   := $(sort $(notdir $(basename $(wildcard data/train/*.names))))
UNKNOWN := $(if $(FOUND),,$(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS)))))
ifneq ($(UNKNOWN),)
FOUND := $(sort benign $(or $(POSITIVE),malignant))
endif
# The class that the others are told from
POSITIVE ?= $(lastword $(FOUND))
$(if $(and $(FOUND),$(filter-out $(FOUND),$(POSITIVE))),$(error POSITIVE=$(POSITIVE): the classes are $(FOUND)))
override CLASSES := $(filter-out $(POSITIVE),$(FOUND)) $(POSITIVE)
REORDERED := $(if $(filter $(POSITIVE),$(lastword $(FOUND))),,$(POSITIVE))
KIND    := photographs
NAMES = $(foreach c,$(CLASSES),head -n 3 data/train/$c.names;)
ORIGINALS := "$$DATA"
PHOTOS = { $(NAMES) } | .pipelines/decode "$$DATA"
UNPREPARED = .pipelines/decode "$$DATA" < data/$1.names | skdata --check data/$1.names
GOALS := lists streams
include .pipelines/experiment.mk
VARIABLES += POSITIVE
override SPLIT :=
D := data/
include .pipelines/streams.mk
ifneq ($(UNKNOWN),)
$(info # Which classes there are will be known when the data are there; here they are called $(CLASSES).)
STREAMED := $(TRAIN) $(VALID) $(TEST)
$(STREAMED): %.ppm: lists data/.options/streams
	.pipelines/decode "$$DATA" < $*.names | skdata --check $*.names | $(PREPARE)
data/counts.tsv: lists
endif

endif
