# gnuplot -c roc.gp PICTURE.png ROC.tsv TITLE [ROC.tsv TITLE ...]: ROC curves, at most four
set terminal pngcairo size 620,600 font ",12"
set output ARG1
set datafile separator "\t"
set title "Receiver operating characteristic"
set xlabel "1 - specificity"
set ylabel "sensitivity"
set xrange [0:1]
set yrange [0:1]
set size square
set grid lc rgb "#dddddd"
set key bottom right
array color[4] = ["#2171b5", "#d94801", "#238b45", "#6a51a3"]
file(i) = value(sprintf("ARG%d", 2 * i))
name(i) = value(sprintf("ARG%d", 2 * i + 1))
plot x with lines dashtype 2 lc rgb "#888888" title "chance", \
     for [i = 1 : (ARGC - 1) / 2] file(i) using "fpr":"tpr" with lines lw 3 lc rgb color[i] title name(i)
