# gnuplot -c histogram.gp PICTURE.svg HISTOGRAM.tsv CLASS...: images of each class in each bin of the score, a panel a class
classes = ARGC - 2
PANEL = 110
HEIGHT = PANEL * classes + 70
load ARG0[1:strlen(ARG0) - strlen("histogram.gp")]."style.gp"
set output ARG1
set xrange [0:1]
set yrange [0:]
set style fill solid 0.9 noborder
set boxwidth 0.046 absolute
set ylabel "images"
set ytics font ",11"
set format x ""
unset key
set multiplot
set lmargin at screen 0.17
set rmargin at screen 0.97
do for [i = 1 : classes] {
    set tmargin at screen 1 - (PANEL * (i - 1) + 30.0) / HEIGHT
    set bmargin at screen 1 - (PANEL * i + 10.0) / HEIGHT
    set label 1 ARGV[2 + i] at graph 0, graph 1.12
    if (i == classes) { set format x "%g"; set xlabel "score: probability of ".ARGV[2 + classes] }
    plot ARG2 using 1:i + 1 every ::1 with boxes lc rgb COLOUR[(i - 1) % 4 + 1] title ARGV[2 + i]
}
unset multiplot
