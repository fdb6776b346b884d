# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/filter.sh
. "$TESTS/filter.sh"

# A file of the given header and data, as any program may write it
file_of() { # HEADER <data: the length, the header, the data
    perl -e 'print pack("Q<", length $ARGV[0]), $ARGV[0], join("", <STDIN>)' "$1"
}
skphantom -n 20 -w 32 benign > s.ppm
sktrain gan -q -n 1 --size 32 --width 8 -z 16 -b 8 -s 77 -o gan s.ppm
skgen -n 3 --latents-out z gan > /dev/null

ok 'a model' skinfo gan
for line in 'kind	gan' 'seed	77' 'step	1' 'latent	16' 'format	1' 'crc32	[0-9a-f]{8}'; do says "says $line" "^$line\$" "$out"; done
skinfo gan > file; skinfo < gan > input; skinfo - < gan > dash; cat gan | skinfo > pipe
same 'standard input is the same' file input
same '- too' file dash
same 'a pipe too' file pipe
skinfo --tensors gan > tensors
says 'tensors' '^name	type	shape	values$' tensors
says 'with their shapes' '^generator\.conv1\.weight	F32	32x16x5x5	12800$' tensors
awk -F '\t' 'NR > 1 { n = split($3, d, "x"); p = 1; for (i = 1; i <= n; i++) p *= d[i]; if (p != $4 || $2 != "F32") exit 1 }' tensors
tap_result $? 'whose products are the numbers of values'
[ "$(skinfo -d latents z | wc -l)" -eq 3 ]; tap_result $? 'a row a line'
[ "$(skinfo -d latents z | awk -F '\t' '{ print NF }' | sort -u)" -eq 16 ]; tap_result $? 'of the last dimension'
ok 'numbers read back as the same floats' bash -c 'skinfo -d latents z | perl -ne '\''chomp; print pack "f<*", split /\t/'\'' > back; tail -c 192 z | cmp - back'

# Types and shapes that others write
perl -e 'print pack("q<2 C3 d<2 f<", -9223372036854775807, 5, 0, 7, 255, 0.1, -0.75, 0.1)' > data
header='{"__metadata__":{"a":"x\ty","b":"","c":"\u00e4 \\"},"i":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},
"u":{"dtype":"U8","shape":[3,1],"data_offsets":[16,19]},"d":{"dtype":"F64","shape":[1,2],"data_offsets":[19,35]},
"f":{"dtype":"F32","shape":[],"data_offsets":[35,39]},"none":{"dtype":"F32","shape":[0,4],"data_offsets":[39,39]}}'
file_of "$header" < data > others
skinfo others > got
printf 'a\tx\\ty\nb\t\nc\tä \\\\\n' > want
same 'a tab and a backslash in a value' want got
skinfo -t others | tail -n +2 > got
printf 'i\tI64\t2\t2\nu\tU8\t3x1\t3\nd\tF64\t1x2\t2\nf\tF32\t-\t1\nnone\tF32\t0x4\t0\n' > want
same 'a scalar, an empty tensor' want got
for dump in 'i|-9223372036854775807\t5\n' 'u|0\n7\n255\n' 'd|0.10000000000000001\t-0.75\n' 'f|0.100000001\n' 'none|'; do
    skinfo -d "${dump%%|*}" others > got
    # shellcheck disable=SC2059 # escapes are wanted
    printf -- "${dump#*|}" > want
    same "the numbers of '${dump%%|*}'" want got
done
file_of '{}' < /dev/null > empty
ok 'an empty file of its kind' skinfo empty
[ ! -s "$out" ]; tap_result $? 'has nothing to say'

exits 1 'no such tensor' skinfo -d nothing gan
says 'is told' "^skinfo: gan: no tensor 'nothing'" "$err"
exits 1 'no such file' skinfo nowhere
says 'is told' '^skinfo: nowhere: No such file' "$err"
: > nothing
exits 1 'an empty file' skinfo nothing
exits 1 'an image' skinfo s.ppm
for length in 1 8 100 5000; do
    head -c $length gan > short
    exits 1 "a file cut after $length bytes" skinfo short
    [ ! -s "$out" ]; tap_result $? 'says nothing of itself'
done
perl -pe 's/\z/x/ if eof' gan > longer
exits 1 'bytes behind the end' skinfo longer
{ head -c 4000 gan; printf x; tail -c +4002 gan; } > damaged
exits 1 'a damaged byte' skinfo -t damaged
says 'is told' 'damaged' "$err"
[ ! -w /dev/full ] || { exits 1 'a full disk' sh -c 'skinfo gan > /dev/full'; says 'is said' 'No space left' "$err"; }
exits 1 'a closed output' sh -c 'skinfo gan >&-'

exits 2 'two files' skinfo gan z
exits 2 'both options' skinfo -t -d latents z
exits 2 'an unknown option' skinfo --nonsense gan
exits 2 '--dump without a tensor' skinfo --dump
ok '-h' skinfo -h
ok '-V' skinfo -V
run_examples skinfo
done_testing
