#!/bin/bash
# shellcheck disable=SC2086 # lists of words
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# sktrain --preset: what it fills in, what stands against it, and that -h, the page and the model say the same of it.

# shellcheck disable=SC2154 # out and err are tap.sh's
usage() { # NAME PATTERN ARGUMENT...
    local name=$1 pattern=$2; shift 2
    exits 2 "$name: exit 2" sktrain "$@"
    says "$name: says what" "^sktrain: .*$pattern" "$err"
}
has() { # NAME MODEL KEY VALUE: - is a key that is not there
    local got
    got=$(skinfo "$2" | awk -F '\t' -v key="$3" '$1 == key { print $2; n++ } END { if (!n) print "-" }')
    [ "$got" = "$4" ]; tap_result $? "$1: $3 $4"
    [ "$got" = "$4" ] || echo "got '$got'" | remark
}

skphantom -n 16 -w 32 benign > b.ppm
skphantom -n 16 -w 32 malignant > m.ppm
skphantom -n 4 -w 32 -s 2 benign > vb.ppm
skphantom -n 4 -w 32 -s 2 malignant > vm.ppm
valid='--valid benign=vb.ppm --valid malignant=vm.ppm'
classes='benign=b.ppm malignant=m.ppm'
small='-q --size 32 --width 2 -b 8'

# --- what -h says, as NAME TAB COLUMN TAB VALUE: of a flag yes ---
sktrain -h | awk -v OFS='\t' '
    /^(gan|classifier) --preset/ { column++; next }
    column { text[column] = text[column] " " $0 }
    END {
        for (c in text) {
            n = split(text[c], item, ", ")
            for (i = 1; i <= n; i++) { words = split(item[i], word, " "); print word[1], c, (words > 1 ? word[2] : "yes") }
        }
    }' | sort > help
ok 'both presets of both commands' test "$(cut -f 2 help | sort -u | wc -l)" -ge 4
mandoc -T ascii "$ROOT/man/man1/sktrain.1" | sed "s/.\x08//g" | awk -v OFS='\t' '
    /^ *preset +paper/ { table = 1 }
    /^ *\(.\) / && table { for (i = 1; i <= rows; i++) sub("\\(" substr($1, 2, 1) "\\)", $2, cell[i]); next }
    /^[A-Z]/ { table = 0 }
    table && NF > 2 && $1 != "preset" && $1 != "command" && $2 != "is" {
        for (i = 2; i <= NF; i++) if ($i != "-") cell[++rows] = $1 OFS i - 1 OFS $i
    }
    END { for (i = 1; i <= rows; i++) print cell[i] }' | sort > page
same "the page's table is that of -h" help page
value() { awk -F '\t' -v name="$1" -v column="$2" '$1 == name && $2 == column { print $3 }' help; }

# --- what a training becomes ---
ok 'without --preset' sktrain classifier $small -e 1 $valid -o plain $classes
ok 'paper' sktrain --preset paper classifier $small -e 1 $valid -o paper $classes
same 'is the default' plain paper
has 'paper' paper architecture dcgan
has 'paper' paper learning_rate 0.0002
has 'paper' paper augment -
ok 'best' sktrain classifier --preset best $small -e 3 $valid -o best $classes
has 'best' best preset best
has 'best' best architecture "$(value arch 5)"
has 'best' best learning_rate "$(value learning-rate 5)"
has 'best' best beta1 "$(value beta1 5)"
has 'best' best optimizer "$(value optimizer 5)"
has 'best' best weight_decay "$(value weight-decay 5)"
has 'best' best schedule "$(value schedule 5)"
has 'best' best dropout "$(value dropout 5)"
has 'best' best smoothing "$(value smoothing 5)"
has 'best' best balance yes
has 'best' best calibrate yes
has 'best, another architecture' <(sktrain classifier --preset best --arch dcgan $small -e 1 -o - $classes) learning_rate "$(value learning-rate 6)"
ok 'best, without --valid' sktrain classifier --preset best $small -e 1 -o carved $classes
has 'calibrates not' carved calibrate -
ok 'but where it is told to' sktrain classifier --preset best --calibrate $small -e 1 -o carved $classes
has 'it does' carved calibrate yes
ok 'a GAN' sktrain gan --preset best $small --latent 4 -n 2 -o gan b.ppm m.ppm
has 'a GAN' gan preset best
for key in architecture:arch loss:loss penalty:penalty beta2:beta2 clip:clip schedule:schedule upsampling:upsampling; do
    has 'a GAN' gan "${key%:*}" "$(value "${key#*:}" 3)"
done
ok 'a GAN of another architecture' sktrain gan --preset best --arch dcgan $small --latent 4 -n 2 -o gan b.ppm m.ppm
has 'another architecture' gan architecture dcgan
has 'another architecture' gan kernel "$(value kernel 4)"
usage 'a kernel for the best, which has none' '--kernel is not of --arch resnet' gan --preset best --kernel 4 -o x b.ppm

# --- what is given stands, before and behind the preset ---
given='--arch dcgan --kernel 4 -l 0.01 --beta1 0.3 --optimizer sgd --schedule constant --warmup 0 --ema none --dropout 0.1 --smoothing 0
    --no-balance --no-calibrate --augment none --mixup none'
ok 'given before' sktrain classifier $given --preset best $small -e 1 $valid -o before $classes
ok 'and behind' sktrain --preset best classifier $small -e 1 $valid $classes $given -o behind
same 'is the same' before behind
for pair in architecture:dcgan kernel:4 learning_rate:0.01 beta1:0.3 optimizer:sgd schedule:- warmup:- ema:- dropout:0.1 smoothing:- \
    balance:- calibrate:- augment:- mixup:- weight_decay:- preset:best; do
    has 'given' behind "${pair%%:*}" "${pair#*:}"
done
has "another optimizer's own decay" <(sktrain classifier --preset best --optimizer adamw $small -e 1 -o - $classes) weight_decay 0.01
has 'or what is given' <(sktrain classifier --optimizer sgd --weight-decay 0.002 --preset best $small -e 1 -o - $classes) weight_decay 0.002
ok 'steps for epochs' sktrain classifier --preset best $small -n 3 $valid -o steps $classes
has 'steps for epochs' steps steps 3
ok 'epochs for steps' sktrain gan $small --preset best --latent 4 -e 1 -o epochs b.ppm
has 'epochs for steps' epochs steps 2
ok 'balance given last' sktrain classifier --no-balance --balance $small -e 1 $valid -o last $classes
has 'balance given last' last balance yes

# --- shares of the steps ---
for share in 25%:5 10.5%:2 0%:- 5:5; do
    has "a warm-up of ${share%:*}" <(sktrain classifier --warmup ${share%:*} $small -n 20 $valid -o - $classes) warmup ${share#*:}
done
for share in 10%:2 2.5%:1 32.5%:6.5 none:- 6.5:6.5; do
    has "a half-life of ${share%:*}" <(sktrain classifier --ema ${share%:*} $small -e 5 $valid -o - $classes) ema ${share#*:}
done
for share in 101% -1% % 5%% nan% 1e9% '5 %' 00000000000000000000000000000000005%; do
    usage "a warm-up of $share" '--warmup: ' classifier -o x --warmup "$share" $classes
    usage "a half-life of $share" '--ema: ' classifier -o x --ema "$share" $classes
done
usage 'a warm-up of the whole' '--warmup: 20 steps of 20 leave none' classifier $small -n 20 --warmup 100% --schedule cosine -o x $classes

# --- another preset is another run ---
sktrain classifier $small -n 40 --save-every 2 $valid --preset best -o r $classes
rm r
exits 1 'gone on with by another' sktrain classifier $small -n 40 --save-every 2 $valid --resume -o r $classes
says 'which is named' 'r.ckpt: is of another run' "$err"
sktrain classifier $small -e 1 $valid -o p $classes
exits 1 'and by one that fills in nothing' sktrain classifier $small --preset best --resume -e 1 $valid -o p --arch dcgan -l 0.0002 \
    --beta1 0.5 --optimizer adam --weight-decay 0 --schedule constant --warmup 0 --ema none --dropout 0.5 --smoothing 0 --no-balance \
    --no-calibrate --augment none $classes
says 'which is named, too' 'p: is of another run: preset is paper there and best here' "$err"
ok 'gone on with by the same' sktrain classifier $small -n 40 --save-every 2 $valid --resume --preset best -o r $classes

usage 'an unknown one' "--preset: 'good' is none of paper, best" classifier --preset good -o x $classes
usage 'the best inception from nothing' '--preset best of --arch inception starts from weights: --init' \
    classifier --preset best --arch inception -o x $classes
usage 'an inception of a width' '--width is not of --arch inception' classifier --preset best --arch inception --init w --width 8 -o x $classes
usage 'a GAN with --no-balance' '--no-balance is of the classifier' gan -o x --no-balance b.ppm
done_testing
