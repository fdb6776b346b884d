# gnuplot -c counts.gp PICTURE.svg COUNTS.tsv: images a class and split
HEIGHT = 330
load ARG0[1:strlen(ARG0) - strlen("counts.gp")]."style.gp"
set output ARG1
set ylabel "images"
set yrange [0:]
set style fill solid 1 noborder
set boxwidth 0.66
unset grid
set grid y lc rgb GREY lw 0.3
unset key
set xtics scale 0 font ",11"
# Names of many bars stand aslant, in a line
bars = int(system(sprintf("grep -vc '^split' '%s'", ARG2)))
between = bars > 6 ? " " : "\n"
if (bars > 6) { set xtics rotate by 45 right }
set border 1
set bmargin (bars > 6 ? 7 : 3.5)
set offsets 0.5, 0.5, 0, 0
colour(split) = split eq "train" ? 0x3f87c7 : split eq "valid" ? 0x8a8a8a : 0xdd7a2c
plot ARG2 using 0:3:(colour(strcol(1))):xtic(strcol(1).between.strcol(2)) every ::1 with boxes lc rgb variable title "images", \
     ARG2 using 0:3:(strcol(3)) every ::1 with labels font (bars > 12 ? ",9" : ",14") offset 0,0.7 title "number of images"
