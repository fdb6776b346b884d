# gnuplot -c losses.gp PICTURE.svg LOG.tsv: losses of both networks against the step; each step pale, the mean about it strong
load ARG0[1:strlen(ARG0) - strlen("losses.gp")]."style.gp"
set output ARG1
set xlabel "step"
set ylabel "loss"
set yrange [0:]
plot ARG2 using "step":"d_loss" with lines lw 0.5 lc rgb "#b03f87c7" notitle, \
     ARG2 using "step":"g_loss" with lines lw 0.5 lc rgb "#b0dd7a2c" notitle, \
     ARG2 using "step":"d_loss" smooth sbezier with lines lw 2.2 lc rgb BLUE title "discriminator", \
     ARG2 using "step":"g_loss" smooth sbezier with lines lw 2.2 lc rgb ORANGE title "generator"
