# gnuplot -c confusion.gp PICTURE.svg METRICS.tsv NEGATIVE POSITIVE: the confusion matrix at threshold 0.5
WIDTH = 400
HEIGHT = 360
load ARG0[1:strlen(ARG0) - strlen("confusion.gp")]."style.gp"
set output ARG1
count(metric) = real(system(sprintf("awk -F '\\t' '$1 == \"%s\" { print $2 }' '%s'", metric, ARG2)))
array cell[4] = [count("tn"), count("fp"), count("fn"), count("tp")]
set xlabel "predicted"
set ylabel "truth"
set xrange [-0.5:1.5]
set yrange [1.5:-0.5]
unset grid
unset border
set xtics (ARG3 0, ARG4 1) scale 0
set ytics (ARG3 0, ARG4 1) scale 0 rotate by 90 center offset -1,0
total(i) = i <= 2 ? cell[1] + cell[2] : cell[3] + cell[4]
share(i) = total(i) > 0 ? cell[i] / total(i) : 0
do for [i = 1 : 4] {
    x = (i - 1) % 2; y = (i - 1) / 2
    set object i rectangle from x - 0.49, y - 0.49 to x + 0.49, y + 0.49 \
        fillcolor rgb int(240 - 200 * share(i)) * 0x1000000 + 0x3f87c7 fillstyle solid noborder behind
    set label i sprintf("%.0f", cell[i]) at x, y center font ",24" offset 0, 0.6 front
    set label i + 4 sprintf("%.1f %%", 100 * share(i)) at x, y center offset 0, -1 front
}
plot NaN notitle
