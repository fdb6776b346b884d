# What the plots share. The report sets black to the colour of its text; the others can be read on light and dark ground.
if (!exists("WIDTH")) WIDTH = 480
if (!exists("HEIGHT")) HEIGHT = 330
set terminal svg size WIDTH, HEIGHT dynamic noenhanced font "sans-serif,14" linewidth 1
set datafile separator "\t"
set datafile missing "-"
BLUE = "#3f87c7"
ORANGE = "#dd7a2c"
GREY = "#8a8a8a"
array COLOUR[4] = [BLUE, ORANGE, "#3c9d63", "#8a6cc2"]
set border 3 lw 0.8
set tics nomirror scale 0.5
set grid lc rgb GREY lw 0.3 dashtype solid
# Above the plot, where no curve can be
set key tmargin center horizontal Left reverse
