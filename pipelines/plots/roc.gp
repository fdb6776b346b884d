# gnuplot -c roc.gp PICTURE.svg ROC.tsv TITLE [ROC.tsv TITLE ...]: ROC curves, at most four
WIDTH = 440
HEIGHT = 480
load ARG0[1:strlen(ARG0) - strlen("roc.gp")]."style.gp"
set output ARG1
set xlabel "1 − specificity"
set ylabel "sensitivity"
set xrange [0:1]
set yrange [0:1]
set size square
file(i) = value(sprintf("ARG%d", 2 * i))
name(i) = value(sprintf("ARG%d", 2 * i + 1))
plot x with lines dashtype 2 lc rgb GREY title "chance", \
     for [i = 1 : (ARGC - 1) / 2] file(i) using "fpr":"tpr" with lines lw 2.2 lc rgb COLOUR[i] title name(i)
