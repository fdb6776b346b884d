# The tables of the sweeps, one a kind (training.mk says of which runs): sweep-batch.tsv, sweep-rate.tsv, sweep-optimizer.tsv.

run_files = $(foreach r,$(foreach v,$(SWEEP_$1),$(call by_$1,$v)),runs/$r/classifier.$(SWEEP_STEPS).$(SWEEP_EPOCHS).metrics.tsv \
    runs/$r/gan.$(SWEEP_STEPS).fid.tsv)
rows = $(foreach v,$(SWEEP_$1),'$v$(if $(filter sgd,$v), $(SGD_RATE))' '$(call by_$1,$v)')
define SWEEP
$(call STAMP,.options/sweep-$1,$(foreach v,$(SWEEP_$1),$(call by_$1,$v)) $(SWEEP_STEPS) $(SWEEP_EPOCHS))
sweep-$1.tsv: $(call run_files,$1) .options/sweep-$1 .tools/sweep-table
	.pipelines/sweep-table runs $(SWEEP_STEPS) $(SWEEP_EPOCHS) $(call rows,$1)
endef
$(foreach t,batch rate optimizer,$(eval $(call SWEEP,$t)))
