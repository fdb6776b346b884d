# What serves those who work on the code: the compilation database, and the lines that tests run.
. "$(dirname "$0")/tap.sh"

[ "${SK_FLAVOR:-release}" = release ] || { skip "developing" "once is enough"; done_testing; }
unset MAKEFLAGS MFLAGS MAKELEVEL
is() { # NAME WANTED GOT
    [ "$2" = "$3" ]; tap_result $? "$1"; [ "$2" = "$3" ] || echo "# wanted '$2', got '$3'"
}

# In a folder whose name JSON has to quote
mkdir 'a "copy"\'
(cd "$ROOT" && cp -r Makefile pipelines lib src tests "$scratch/a \"copy\"\\/")
cd 'a "copy"\' || exit 1
ok "make -n compile_commands.json" make -n compile_commands.json
ok "writes nothing" test ! -e compile_commands.json
ok "make compile_commands.json" make compile_commands.json
listed() { perl -MJSON::PP -0777 -e 'print join("\n", map { $_->{$ARGV[0]} } @{ decode_json(<STDIN>) }), "\n"' "$1" <compile_commands.json; }
is "each file once, by its whole path" "" "$(diff <(listed file | sort) <(find "$PWD"/lib "$PWD"/src "$PWD"/tests -name '*.c' ! -name blas-of-old.c | sort))"
is "from here" "$PWD" "$(listed directory | sort -u)"
ok "each with its command" test "$(listed command | grep -cE '^cc -std=c11 .* -Ilib .* -c -o build/release/[^ ]*\.o [^ ]*\.c$')" = "$(listed file | wc -l)"
says "with what is its own" 'SK_VERSION=.*lib/base/version\.c$' <(listed command)
make compile_commands.json FLAVOR=asan CC="gcc -pipe" CFLAGS=-DX='"y"' >"$out" 2>"$err"
is "those of other flags too" "" "$(listed command | grep -vE '^gcc -pipe .* -fsanitize=address,undefined .* -DX="y" .* -c -o build/asan/')"
listed command | sed -n '/ lib\/base\/error\.c$/s/ -c -o [^ ]*/ -fsyntax-only/p' >compile
ok "they compile" sh ./compile
make clean >"$out" 2>&1
ok "make clean removes it" test ! -e compile_commands.json

# What HACKING.md names is there: files, and what the sources call it
named() { grep -oE '`[^`]+`' "$ROOT/HACKING.md" | tr -d '`' | sort -u; }
lost=
for file in $(named | grep -E '^(lib|src|tests|pipelines|man)/' | grep -v -e NAME -e box); do
    compgen -G "$ROOT/${file%.\[ch]}*" >"$out" || lost="$lost $file"
done
is "files that HACKING.md names" "" "$lost"
lost=
for word in $(named | grep -oE '\b(sk|SK)_[A-Za-z_]+\b' | sort -u); do
    grep -rqwF "$word" "$ROOT/lib" "$ROOT/src" || lost="$lost $word"
done
is "functions and constants" "" "$lost"
ok "of which there are many" test "$(named | grep -cE '^(sk|SK)_|^(lib|tests|pipelines)/')" -ge 60

# Lines that have run
mkdir -p lib/base ../covered && cd ../covered && mkdir -p lib/base lib/stat build/coverage/lib/base build/coverage/lib/stat
printf 'int half(int x)\n{\n    if (x > 1)\n        return x / 2;\n    return 0;\n}\nint none(int x)\n{\n    return x;\n}\n' >lib/base/half.c
printf 'int never(int x)\n{\n    return x;\n}\n' >lib/stat/never.c
printf 'int half(int);\nint main(void)\n{\n    return half(4) != 2;\n}\n' >main.c
if command -v gcov gcc >"$out" && for c in lib/base/half lib/stat/never main; do gcc --coverage -c -o build/coverage/$c.o $c.c || break; done; then
    gcc --coverage -o main build/coverage/main.o build/coverage/lib/*/*.o && ./main
    ok "covered" "$TESTS/covered" build/coverage
    says "counts lines that ran, of all files" '^ *37\.5 %  of the library: 3 of 8 lines$|^ *33\.3 %  of the library: 3 of 9 lines$' "$out"
    is "those that lack most come first" "lib/stat/never.c lib/base/half.c" "$(grep -o 'lib/[a-z]*/[a-z]*\.c' "$out" | paste -s -d ' ')"
else skip "covered" "no gcov of gcc"; fi
done_testing
