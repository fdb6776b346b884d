# shellcheck disable=SC2154,SC2016 # out and err are tap.sh's; single quotes are for the inner shell
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# What would need more memory than there is is refused, with the figure, before it is asked for. Less address space stands for a
# smaller machine, a file with holes for a larger one.

case ${SK_FLAVOR:-release} in asan | tsan) skip 'memory' 'a sanitizer takes terabytes'; done_testing ;; esac

tensor_of() { # NAME ROWS COLUMNS: a weights file of that tensor, all zero, which takes no room on the disk
    perl -e 'my ($name, $n, $d) = @ARGV; my $h = sprintf q({"%s":{"dtype":"F32","shape":[%d,%d],"data_offsets":[0,%d]}}),
        $name, $n, $d, 4 * $n * $d; $h .= " " x (-length($h) % 8); binmode STDOUT;
        print pack("Q<", length $h), $h; truncate STDOUT, 8 + length($h) + 4 * $n * $d or exit 1' "$@"
}
limited() { (ulimit -v 1500000 && exec timeout 60 "$@"); }
skphantom -n 20 -w 32 benign > s.ppm
sktrain gan -q -n 1 --size 32 --width 4 -z 16 -b 8 -o gan s.ppm

if tensor_of features 300000 2048 > many && tensor_of latents 40000000 16 > latents; then
    for command in 'skmetrics fid many many' 'skmetrics stats many' 'skmetrics nearest many many' 'skmetrics nearest many' \
        'skinfo many' 'skgen --latents latents gan'; do
        # shellcheck disable=SC2086 # a list of words
        exits 1 "$command" limited $command
        says 'is refused with the figure' \
            'needs 2\.[0-9] GiB of memory, its address space \(ulimit -v\) may have 1\.4 GiB$' "$err"
        [ ! -s "$out" ]; tap_result $? 'before it writes'
    done
    # What a measure works in is counted too.
    tensor_of features 60000 2048 > some
    exits 1 'features that fit, but not with what fid makes of them' limited skmetrics stats some
    says 'are refused with the figure' 'needs [12]\.[0-9] GiB of memory, ' "$err"
    rm -f many latents some
else
    skip 'files with holes' 'the file system has none of that size'
fi
if [ "$(awk '/^MemTotal/ { print int($2 / 1048576) }' /proc/meminfo)" -lt 4000 ] && tensor_of features 500000000 2048 > huge; then
    exits 1 'more than the machine has' timeout 60 skmetrics stats huge
    says 'is refused with both figures' 'needs [34][0-9]{3}\.[0-9] GiB of memory, (this machine|its control group) [a-z]+ [0-9.]+ [GM]iB' "$err"
    rm -f huge
else
    skip 'a file of terabytes' 'the file system takes none, or the machine has them'
fi
# OpenBLAS maps a buffer for each thread that calls it, and where it gets none it tries again for ever: fewer threads are taken than
# were asked for, and where there is no room for one that is said.
skphantom -n 20 -w 32 malignant > t.ppm
sktrain classifier -q -n 1 --size 32 --width 4 -b 8 -o classifier benign=s.ppm malignant=t.ppm
skclassify -q -l benign --features f classifier s.ppm > scores && skclassify -q -l malignant classifier t.ppm >> scores
for command in 'skmetrics -q score scores' 'skmetrics -q fid f f' 'skmetrics -q compare scores scores' 'skmetrics -q nearest f f'; do
    read -ra words <<< "$command"
    "${words[@]}" > whole; [ -s whole ]; tap_result $? "$command"
    for threads in 1 4 16 64; do
        ok "in little address space, for $threads threads" \
            bash -c 'ulimit -c 0 -v 400000; OPENBLAS_NUM_THREADS=1 exec timeout 60 "$@"' - "${words[@]}" -j $threads
        same 'is the same' whole "$out"
    done
    exits 1 'in less' bash -c 'ulimit -c 0 -v 150000; OPENBLAS_NUM_THREADS=1 exec timeout 60 "$@"' - "${words[@]}" -j 4
    says 'is refused' "^skmetrics: needs 1[0-9][0-9] MiB of address space for a thread, more than is left" "$err"
done
done_testing
