# gnuplot -c counts.gp PICTURE.png COUNTS.tsv: images a class and split
set terminal pngcairo size 720,420 font ",12"
set output ARG1
set datafile separator "\t"
set title "Images of each class and split"
set ylabel "images"
set yrange [0:]
set style fill solid 0.9 noborder
set boxwidth 0.7
set grid y lc rgb "#dddddd"
unset key
set xtics scale 0
set bmargin 3.5
set offsets 0.5, 0.5, 0, 0
plot ARG2 using 0:3:(strcol(1) eq "train" ? 0x2171b5 : strcol(1) eq "valid" ? 0x6baed6 : 0xd94801):xtic(strcol(1)."\n".strcol(2)) \
        every ::1 with boxes lc rgb variable, \
     ARG2 using 0:3:(strcol(3)) every ::1 with labels offset 0,0.7
