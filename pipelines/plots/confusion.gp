# gnuplot -c confusion.gp PICTURE.png METRICS.tsv NEGATIVE POSITIVE: the confusion matrix at threshold 0.5
set terminal pngcairo size 560,500 font ",13"
set output ARG1
count(metric) = real(system(sprintf("awk -F '\\t' '$1 == \"%s\" { print $2 }' '%s'", metric, ARG2)))
array cell[4] = [count("tn"), count("fp"), count("fn"), count("tp")]
set title "Confusion matrix"
set xlabel "predicted"
set ylabel "truth"
set xrange [-0.5:1.5]
set yrange [1.5:-0.5]
set xtics (ARG3 0, ARG4 1) scale 0
set ytics (ARG3 0, ARG4 1) scale 0 rotate by 90 center offset -1,0
share(i) = cell[i] / (i <= 2 ? cell[1] + cell[2] : cell[3] + cell[4])
shade(s) = 65536 * int(247 - 214 * s) + 256 * int(251 - 138 * s) + int(255 - 74 * s) # white to blue
do for [i = 1 : 4] {
    x = (i - 1) % 2; y = (i - 1) / 2
    set object i rectangle from x - 0.5, y - 0.5 to x + 0.5, y + 0.5 fillcolor rgb shade(share(i)) behind
    set label i sprintf("%.0f\n%.1f %%", cell[i], 100 * share(i)) at x, y center font ",18" \
        textcolor rgb (share(i) > 0.5 ? "white" : "black") front
}
plot NaN notitle
