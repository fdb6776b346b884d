#!/bin/bash
# shellcheck disable=SC2154 # out and err are tap.sh's
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# What a long run says of itself: on terminals of several widths, and elsewhere.

command -v script > "$out" || { skip 'progress' 'no script(1)'; done_testing; }
skphantom -n 8 -w 32 benign > benign.ppm
skphantom -n 8 -w 32 malignant > malignant.ppm
gan='sktrain gan --restart --size 32 --width 2 --latent 4 -b 4 -j 1 -o gan -n'

on_terminal() { # COLUMNS COMMAND: its output as the terminal gets it, a line for each time that one is drawn
    script -qec "stty cols $1; $2" typescript < /dev/null > "$out"
    sed "/^Script /d" typescript > raw
    tr "\r" "\n" < raw | grep -v "^$" > drawn
}
for columns in 0 10 20 40 80 132; do
    on_terminal $columns "$gan 400 benign.ppm"
    limit=$((columns ? columns : 80))
    awk -v limit=$limit 'length($0) >= limit { exit 1 } END { exit NR < 1 }' drawn; tap_result $? "no line fills $columns columns"
    [ "$(grep -c . raw)" -eq 1 ]; tap_result $? 'and all is drawn in one'
done
on_terminal 80 "$gan 400 benign.ppm"
says 'the last says what was done' '^sktrain: step 400/400, epoch 200, D loss [0-9.]*, G loss [0-9.]*, ETA 0:00:00 *$' <(tail -n 1 drawn)
grep -q "$(printf '\033')" drawn; [ $? -eq 1 ]; tap_result $? 'without escape sequences, which not all terminals know'
on_terminal 100 "$gan 1000000 benign.ppm & sleep 1.5; stty cols 30; sleep 1.5; kill \$!; wait"
rm -f gan.ckpt # an unfinished training, which is not overwritten
says 'wide' '^sktrain: step' drawn
grep -v '^sktrain: step\|stopped' drawn | awk 'length($0) >= 30 { exit 1 } END { exit NR < 1 }'; tap_result $? 'then narrow: the lines are, too'
on_terminal 80 "sktrain classifier --size 32 --width 2 -b 4 -n 20 -j 1 -o c --valid malignant=malignant.ppm benign=benign.ppm \
    malignant=malignant.ppm"
says 'a figure that does not exist is a dash' ', valid AUC -, ' drawn
! grep -i nan drawn; tap_result $? 'and no NaN'
says 'a warning has a line of its own' '^sktrain: warning: no image of class benign validates: there is no AUC' drawn
on_terminal 80 "$gan 400 -q benign.ppm"
[ ! -s drawn ]; tap_result $? '-q: nothing'

# Streams: where standard output is a file, and the run is long enough to look.
for _ in $(seq 60); do cat benign.ppm; done > many.ppm
on_terminal 40 "(sleep 0.5; cat many.ppm; sleep 0.5; cat many.ppm) | skaug -j 1 > copies.ppm"
says 'skaug: how many images there are' '^skaug: 960 images, [0-9.]* images/s *$' <(tail -n 1 drawn)
awk 'length($0) >= 40 { exit 1 } END { exit NR < 2 }' drawn; tap_result $? 'redrawn, in its width'
on_terminal 10 "(sleep 0.5; cat many.ppm; sleep 0.5; cat many.ppm) | skclassify c > scores.tsv"
says 'skclassify, too: on a narrow terminal the number alone' '^960 *$' <(tail -n 1 drawn)
on_terminal 80 "(sleep 0.5; cat many.ppm) | skaug -q > copies.ppm"
[ ! -s drawn ]; tap_result $? '-q: nothing'
on_terminal 80 "(sleep 0.5; cat many.ppm) | skaug | cat > copies.ppm"
[ ! -s drawn ]; tap_result $? 'in a pipe: nothing'
on_terminal 80 "(sleep 0.5; cat many.ppm) | skclassify c"
! grep -a "images" drawn; tap_result $? 'with the table on the terminal: nothing'
on_terminal 60 "(sleep 0.5; cat benign.ppm) | skmetrics leak - malignant.ppm"
says 'skmetrics leak: how many it has searched for, and for what' '^skmetrics: step 16/16, lesions, ETA 0:00:00 *$' drawn
says 'copies before' '^skmetrics: step 8/8, copies, ETA 0:00:00 *$' drawn
says 'the table begins a line of its own' '^# images of 8 ' drawn
on_terminal 40 "skmetrics leak -q benign.ppm malignant.ppm"
! grep -a 'step\|images/s' drawn; tap_result $? '-q: the table alone'
ok 'leak elsewhere' skmetrics leak benign.ppm
[ ! -s "$err" ]; tap_result $? 'says nothing'
ok 'elsewhere' bash -c "$gan 10 benign.ppm"
[ "$(wc -l < "$err")" -eq 5 ]; tap_result $? 'a line an epoch'
says 'of its full length' '^sktrain: step 10/10, epoch 5, D loss [0-9.]*, G loss [0-9.]*, D\(x\) [0-9.]*, D\(G\(z\)\) [0-9.]*, [0-9]* images/s, ETA 0:00:00$' "$err"
done_testing
