# gnuplot -c confusion.gp PICTURE.svg METRICS.tsv CLASS...: the confusion matrix, the positive class last
WIDTH = 400
HEIGHT = 360
load ARG0[1:strlen(ARG0) - strlen("confusion.gp")]."style.gp"
set output ARG1
classes = ARGC - 2
class(i) = ARGV[2 + i]
two = "tn fp fn tp"
metric(t, p) = classes == 2 ? word(two, 2 * t + p - 2) : "confusion:".class(t).":".class(p)
count(t, p) = real(system(sprintf("awk -F '\\t' '$1 == \"%s\" { print $2 }' '%s'", metric(t, p), ARG2)))
set xlabel "predicted"
set ylabel "truth"
set xrange [0.5:classes + 0.5]
set yrange [classes + 0.5:0.5]
unset grid
unset border
set xtics ("" 1) scale 0
set ytics ("" 1) scale 0 rotate by 90 center offset -1,0
set for [i = 1 : classes] xtics add (class(i) i)
set for [i = 1 : classes] ytics add (class(i) i)
size = classes < 4 ? 24 : classes < 7 ? 16 : 11
do for [t = 1 : classes] {
    total = sum [p = 1 : classes] count(t, p)
    do for [p = 1 : classes] {
        share = total > 0 ? count(t, p) / total : 0
        set object (t - 1) * classes + p rectangle from p - 0.49, t - 0.49 to p + 0.49, t + 0.49 \
            fillcolor rgb int(240 - 200 * share) * 0x1000000 + 0x3f87c7 fillstyle solid noborder behind
        set label sprintf("%.0f", count(t, p)) at p, t center font sprintf(",%d", size) offset 0, classes < 4 ? 0.6 : 0 front
        if (classes < 4) { set label sprintf("%.1f %%", 100 * share) at p, t center offset 0, -1 front }
    }
}
plot NaN notitle
