# gnuplot -c pr.gp PICTURE.svg COUNTS.tsv POSITIVE PR.tsv TITLE [PR.tsv TITLE ...]: precision over recall, at most four; the dashed
# line is the share of the positive class in the test split
WIDTH = 440
HEIGHT = 480
load ARG0[1:strlen(ARG0) - strlen("pr.gp")]."style.gp"
set output ARG1
set xlabel "recall (sensitivity)"
set ylabel "precision"
set xrange [0:1]
set yrange [0:1]
set size square
file(i) = value(sprintf("ARG%d", 2 * i + 2))
name(i) = value(sprintf("ARG%d", 2 * i + 3))
count = "awk -F '\\t' '$1 == \"test\" { n += $3; if ($2 == \"%s\") p = $3 } END { print p / n }' '%s'"
share = real(system(sprintf(count, ARG3, ARG2)))
plot share with lines dashtype 2 lc rgb GREY title "chance", \
     for [i = 1 : (ARGC - 3) / 2] file(i) using "recall":"precision" with lines lw 2.2 lc rgb COLOUR[i] title name(i)
