# What `make install` leaves where: tools, pages that `man -k sktools` finds, completions; and `make uninstall` nothing.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "install" "of the released tools"; done_testing; }
unset MAKEFLAGS MFLAGS MAKELEVEL
make=(make -s -C "$ROOT")
files() { find "$@" | sort; }
tools=$(cd "$SK_BIN" && echo sk*)

# Folders of any name; what is there already stays as it is.
root="$scratch/a root" prefix="/it's \$here"
at=$root$prefix
mkdir -p "$at/share/man/man1" "$at/share/zsh" "$at/lib"
echo "a page" >"$at/share/man/man1/other.1"
files "$root" >before
umask 077
ok "make install DESTDIR and PREFIX with blanks, quotes, a dollar" "${make[@]}" install DESTDIR="$root" PREFIX="${prefix//\$/\$\$}"
umask 022
[ ! -s "$err" ]; tap_result $? "in silence"
[ "$(cd "$at/bin" && echo sk*)" = "$tools" ]; tap_result $? "all tools are there"
ok "and run" "$at/bin/skgamma" -V
[ -z "$(find "$at" ! -perm -444 -o -type d ! -perm -555)" ]; tap_result $? "everybody may read all of it, whatever umask root has"
for tool in $tools; do
    for file in "share/man/man1/$tool.1" "share/bash-completion/completions/$tool" "share/zsh/site-functions/_$tool"; do
        [ -s "$at/$file" ]; tap_result $? "there is $file"
    done
done
files "$root" >first
ok "again, over what is there" "${make[@]}" install DESTDIR="$root" PREFIX="${prefix//\$/\$\$}"
files "$root" >second
same "the same files" first second
cp -r "$at/share" shared

# man -k sktools
listed() { grep -cE "^ *($(tr ' ' '|' <<<"$tools")) ?\(1\) " "$1"; }
every=$(wc -w <<<"$tools")
if command -v mandb >/dev/null && mandb -c -q shared/man >"$err" 2>&1; then
    man -M "$scratch/shared/man" -k sktools >pages 2>"$err"
    [ "$(listed pages)" = "$every" ]; tap_result $? "man -k sktools finds every tool"
    remark <pages
else skip "man -k" "no man-db"; fi
if command -v mapropos makewhatis >/dev/null && makewhatis shared/man >"$err" 2>&1 && [ -e shared/man/mandoc.db ]; then
    mapropos -M "$scratch/shared/man" sktools >pages 2>"$err"
    [ "$(listed pages)" = "$every" ]; tap_result $? "so does mandoc's"
    remark <pages
else skip "mapropos" "no mandoc"; fi

ok "make uninstall" "${make[@]}" uninstall DESTDIR="$root" PREFIX="${prefix//\$/\$\$}"
files "$root" >after
same "leaves what was there before, empty folders too, and nothing else" before after
ok "again" "${make[@]}" uninstall DESTDIR="$root" PREFIX="${prefix//\$/\$\$}"
ok "make install into a prefix that is not there" "${make[@]}" install PREFIX="$scratch/not/yet"
echo "a user's" >not/yet/share/own
ok "make uninstall" "${make[@]}" uninstall PREFIX="$scratch/not/yet"
files not >after
same "leaves what another has put there since" <(printf '%s\n' not not/yet not/yet/share not/yet/share/own) after
ok "and where there is nothing" bash -c '"$@" install && "$@" uninstall' - "${make[@]}" PREFIX="$scratch/nowhere/yet"
[ ! -e nowhere ]; tap_result $? "nothing is left"

# Completions: what bash offers for a command line, its last word unfinished
completes() { # WANTED WORD...: words that are offered; a - in WANTED: such a word is not
    local wanted=$1 offered word
    shift
    offered=" $(bash -c '. "shared/bash-completion/completions/$1" && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) && "_$1" && echo "${COMPREPLY[*]}"' - "$@") "
    for word in $wanted; do
        case $word in
            (!*) [[ $offered != *" ${word#!} "* ]]; tap_result $? "'$*': not ${word#!}" ;;
            (*) [[ $offered == *" $word "* ]]; tap_result $? "'$*': $word" ;;
        esac
    done
    echo "offered:$offered" | remark
}
completes '--optimizer' sktrain gan --optim
completes 'adam adamw sgd !--output' sktrain gan --optimizer ''
completes 'adam adamw !sgd' sktrain gan --optimizer ad
completes 'adam adamw !sgd' sktrain gan --optimizer = ad
completes 'adam sgd' sktrain gan --optimizer =
completes 'gan classifier' sktrain ''
completes 'classifier !gan' sktrain -o gan c
completes '--latent -z !--dropout' sktrain gan -
completes '--dropout !--latent' sktrain classifier --
completes '--dropout --latent' sktrain --
completes '!gan !classifier !--epochs' sktrain -e ''
completes '!gan !-o' sktrain gan ''
completes '!--output' sktrain -- gan --
completes 'score !roc' skmetrics sc
completes '--level !--prdc' skmetrics conformal --
completes '-h -V -q -j --help --version --quiet --jobs' skgamma -
completes 'gaussian !median' skfilter in.ppm -m g
completes 'malignant !benign' skphantom --hair 0.3 m
completes '!malignant' skphantom benign m
completes 'bash' skeach -j 2 ba
completes '!--jobs' skeach cat --
for tool in $tools; do
    ok "$tool: bash reads its completions" bash -n "shared/bash-completion/completions/$tool"
    says "which are declared" "^complete .* $tool\$" "shared/bash-completion/completions/$tool"
    if command -v zsh >/dev/null; then
        ok "so does zsh" zsh -n "shared/zsh/site-functions/_$tool"
        says "which are declared" "^#compdef $tool\$" "shared/zsh/site-functions/_$tool"
    fi
done
command -v zsh >/dev/null || skip "completions for zsh" "no zsh"
# Made from the table, they are as complete as it is.
for tool in $tools; do
    missing=$("$tool" --help-options | sed 1,2d | cut -f 3 | while read -r name; do
        for file in "bash-completion/completions/$tool" "zsh/site-functions/_$tool"; do
            grep -q -e "--$name\b" "shared/$file" || echo "$name"
        done
    done)
    [ -z "$missing" ]; tap_result $? "$tool: all of its options are completed"
done
done_testing
