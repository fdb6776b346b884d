# What `make install` leaves where: tools, pages that `man -k sktools` finds, completions; and `make uninstall` nothing.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "install" "of the released tools"; done_testing; }
unset MAKEFLAGS MFLAGS MAKELEVEL
make=(make -s -C "$ROOT")
files() { find "$@" | sort; }
tools=$(cd "$SK_BIN" && printf '%s\n' sk* sktools | sort | paste -s -d " ")

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
for tool in $tools; do
    ok "$tool runs" "$at/bin/$tool" -V
    says "and says what it is" "^$tool \(sktools " "$out"
done
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
cp -r "$at" installed

# man -k sktools
listed() { grep -cE "^ *($(tr ' ' '|' <<<"$tools")) ?\(1\) " "$1"; }
every=$(wc -w <<<"$tools")
if command -v mandb >/dev/null && mandb -c -q installed/share/man >"$err" 2>&1; then
    man -M "$scratch/installed/share/man" -k sktools >pages 2>"$err"
    [ "$(listed pages)" = "$every" ]; tap_result $? "man -k sktools finds every tool"
else skip "man -k" "no man-db"; fi
if command -v mapropos makewhatis >/dev/null && makewhatis installed/share/man >"$err" 2>&1 && [ -e installed/share/man/mandoc.db ]; then
    mapropos -M "$scratch/installed/share/man" sktools >pages 2>"$err"
    [ "$(listed pages)" = "$every" ]; tap_result $? "so does mandoc's"
else skip "mapropos" "no mandoc"; fi

# The command sktools: make, in the folder of whoever types it
sktools() { PATH=${PATH#"$SK_BIN:"} "$at/bin/sktools" "$@"; }
goals=$("$at/bin/sktools" --help-options | sed -n 's/^# operands: //p')
for goal in demo data paper external sweep-rate; do
    [[ " $goals " == *" $goal "* ]]; tap_result $? "$goal is a goal"
done
mandoc -T ascii "$at/share/man/man1/sktools.1" 2>/dev/null | sed 's/.\x08//g' >page
sktools -h >help
for word in $goals --jobs --dry-run --quiet; do
    says "-h has $word" "(^|[ ,])$word( |\$)" help
    [ ! -s page ] || says "and the page" "(^|[ ,])$word([ ,]|\$)" page
done
mkdir "user's \$folder" && cd "user's \$folder" || exit 1
wrong() { # WHAT-IT-SAYS ARGUMENT...: exit 2, and nothing is made
    local text=$1
    shift
    exits 2 "sktools $*" sktools "$@"
    says "says $text" "^sktools: .*$text" "$err"
    [ -z "$(ls -A)" ]; tap_result $? "and makes nothing"
}
wrong 'no goal'
wrong "'nonsense' is none of" nonsense
wrong "'sweep' is none of" sweep DATA=x
wrong "'x' is not NAME=value" demo x
wrong 'STEPZ: the pipelines know no such name' demo STEPZ=3
wrong 'data wants DATA' data OUT=x
wrong 'data wants OUT' data DATA=x
wrong 'paper wants DATA' paper
wrong 'sweep-rate wants DATA' sweep-rate STEPS=3
wrong 'external wants MODEL' external DATA=x
wrong "--jobs: '0' is not" -j 0 demo
wrong "--jobs: '1025' is not" --jobs=1025 demo
wrong "--jobs: '2x' is not" -j2x demo
wrong 'unrecognized option' --nonsense demo
ok "sktools demo -n" sktools demo -n STEPS=90
says "says what will be done" 'sktrain gan .*--steps 90 ' "$out"
ok "sktools env" sktools env
[ -z "$(ls -A)" ]; tap_result $? "and makes nothing"
for class in benign malignant; do
    for split in train test; do
        mkdir -p "my \$photos/$split/$class"
        for i in 1 2 3; do skphantom -w 40 -s "$i" "$class" >"my \$photos/$split/$class/no $i.ppm"; done
    done
done
ok "sktools data, of folders of any name" sktools data DATA="my \$photos" OUT=streams SIZE=32
[ "$(pamfile -allimages streams/test/benign.ppm | grep -c '32 by 32')" = 3 ]; tap_result $? "makes streams here"
ok "again" sktools data DATA="my \$photos" OUT=streams SIZE=32
exits 1 "a folder that is not there" sktools data DATA=nowhere OUT=other
says "is said" 'nowhere' "$err"
ok "-q" sktools -q data DATA="my \$photos" OUT=third SIZE=32
[ ! -s "$out" ]; tap_result $? "says nothing"
cd "$scratch" || exit 1

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
    offered=" $(bash -c '. "installed/share/bash-completion/completions/$1" && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) && "_$1" && echo "${COMPREPLY[*]}"' - "$@") "
    for word in $wanted; do
        case $word in
            (!*) [[ $offered != *" ${word#!} "* ]]; tap_result $? "'$*': not ${word#!}" ;;
            (*) [[ $offered == *" $word "* ]]; tap_result $? "'$*': $word" ;;
        esac
    done
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
    ok "$tool: bash reads its completions" bash -n "installed/share/bash-completion/completions/$tool"
    says "which are declared" "^complete .* $tool\$" "installed/share/bash-completion/completions/$tool"
    if command -v zsh >/dev/null; then
        ok "so does zsh" zsh -n "installed/share/zsh/site-functions/_$tool"
        says "which are declared" "^#compdef $tool\$" "installed/share/zsh/site-functions/_$tool"
    fi
done
command -v zsh >/dev/null || skip "completions for zsh" "no zsh"
# Made from the table, they are as complete as it is.
for tool in $tools; do
    missing=$("installed/bin/$tool" --help-options | sed 1,2d | cut -f 3 | while read -r name; do
        for file in "bash-completion/completions/$tool" "zsh/site-functions/_$tool"; do
            grep -q -e "--$name\b" "installed/share/$file" || echo "$name"
        done
    done)
    [ -z "$missing" ]; tap_result $? "$tool: all of its options are completed"
done
done_testing
