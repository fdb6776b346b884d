# What the Makefiles here can be told, by make's command line alone: a T or SEED that happens to be exported changes nothing. It is
# removed before anything is set. (The environment's CC, CFLAGS, CPPFLAGS, LDFLAGS, PREFIX and DESTDIR count, as they do elsewhere.)
$(foreach v,T V FUZZ RUNS FLAVOR JOBS SERIAL BIN \
    DATA OUT PAPER_OUT PHOTOS SPLIT CLASSES SIZE FILTER GAMMA POSITIVE REORDERED TRAIN_COUNT VALID_COUNT TEST_COUNT \
    WIDTH NETWORK EMA STEPS BATCH LEARNING_RATE CLASSIFIER_EPOCHS SEED COPIES AUGMENT_SEED GENERATED SAVE_EVERY \
    SEEDS SWEEP_STEPS SWEEP_EPOCHS SWEEP_BATCH SWEEP_RATE SGD_RATE LEAK_IMAGES INCEPTION FULL FOLDS STUDY_STEPS STUDY_GAN_STEPS STUDY_AUGMENT MODEL OWN,\
    $(if $(filter environment%,$(origin $v)),$(eval override undefine $v)))
