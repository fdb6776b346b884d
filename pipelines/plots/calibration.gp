# gnuplot -c calibration.gp PICTURE.svg CALIBRATION.tsv TITLE [CALIBRATION.tsv TITLE ...]: reliability; the points' size tells how
# many images a bin holds
WIDTH = 440
HEIGHT = 480
load ARG0[1:strlen(ARG0) - strlen("calibration.gp")]."style.gp"
set output ARG1
set xlabel "mean score of the bin"
set ylabel "fraction positive"
set xrange [0:1]
set yrange [0:1]
set size square
file(i) = value(sprintf("ARG%d", 2 * i))
name(i) = value(sprintf("ARG%d", 2 * i + 1))
plot x with lines dashtype 2 lc rgb GREY title "perfect", \
     for [i = 1 : (ARGC - 1) / 2] file(i) using "mean_score":"fraction_positive":(0.35 + sqrt(column("n")) / 9) \
         with linespoints lw 1.4 pointtype 7 pointsize variable lc rgb COLOUR[i] title name(i)
