# gnuplot -c validation.gp PICTURE.svg LOG.tsv TITLE [LOG.tsv TITLE ...]: the classifiers' AUC on the validation images by epoch
HEIGHT = 330
load ARG0[1:strlen(ARG0) - strlen("validation.gp")]."style.gp"
set output ARG1
set xlabel "epoch"
set ylabel "AUC on validation"
set yrange [:1]
file(i) = value(sprintf("ARG%d", 2 * i))
name(i) = value(sprintf("ARG%d", 2 * i + 1))
plot for [i = 1 : (ARGC - 1) / 2] file(i) using "epoch":"valid_auc" with linespoints lw 2 pointtype 7 pointsize 0.3 lc rgb COLOUR[i] title name(i)
