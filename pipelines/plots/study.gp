# gnuplot -c study.gp PICTURE.svg STUDY.tsv: each setting's AUC with its interval, a line a setting and seed; baselines in blue
rows = int(system(sprintf("grep -vc '^setting' '%s'", ARG2)))
WIDTH = 640
HEIGHT = 90 + 26 * rows
load ARG0[1:strlen(ARG0) - strlen("study.gp")]."style.gp"
set output ARG1
set xlabel "AUC on the test images, 95 % interval"
set yrange [rows - 0.4:-0.6]
set ytics scale 0 font ",12"
set border 1
unset grid
set grid x lc rgb GREY lw 0.3
unset key
several = int(system(sprintf("cut -f 3 '%s' | sed 1d | sort -u | wc -l", ARG2))) > 1
name(setting, seed) = setting.(several ? ", seed ".seed : "")
colour(baseline) = strlen(baseline) < 2 ? 0x3f87c7 : 0xdd7a2c
plot ARG2 using 4:0:5:6:(colour(strcol(7))):ytic(name(strcol(1), strcol(3))) every ::1 \
    with xerrorbars lw 2 pointtype 7 pointsize 0.7 lc rgb variable title "AUC"
