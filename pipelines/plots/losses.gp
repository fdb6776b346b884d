# gnuplot -c losses.gp LOG.tsv PICTURE.png: losses of both networks against the step
set terminal pngcairo size 900,520 font ",12"
set output ARG2
set datafile separator "\t"
set datafile missing "-"
set title "Training losses"
set xlabel "step"
set ylabel "sigmoid cross entropy"
set yrange [0:]
set grid lc rgb "#dddddd"
set key top right
plot ARG1 using "step":"d_loss" with lines lw 1 lc rgb "#9ecae1" notitle, \
     ARG1 using "step":"g_loss" with lines lw 1 lc rgb "#fdae6b" notitle, \
     ARG1 using "step":"d_loss" smooth sbezier with lines lw 3 lc rgb "#2171b5" title "discriminator", \
     ARG1 using "step":"g_loss" smooth sbezier with lines lw 3 lc rgb "#d94801" title "generator"
