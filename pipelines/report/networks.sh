# The networks as they were built, drawn and tabulated from the model's tensors; sourced. Need gan, the model.

layers() { # generator|discriminator: layer, kernel, channels in, out, parameters with those of its batch norm, whether it has one
    skinfo -t "$gan" | awk -F '\t' -v network="$1" '
        $1 !~ "^" network "\\." || $1 ~ /\.running_/ { next }
        {
            split($1, part, "."); layer = part[2]
            norm = sub(/^bn/, "conv", layer); sub(/^conv0$/, "fc", layer)
            if (!(layer in values)) name[++n] = layer
            values[layer] += $4
            if (norm) { normed[layer] = 1; if (layer == "fc") first = $4 }
            else if (part[3] == "weight") { split($3, dim, "x"); rows[layer] = dim[1]; columns[layer] = dim[2]; kernel[layer] = dim[3] }
        }
        END {
            for (i = 1; i <= n; i++) {
                layer = name[i]; generator = network == "generator" && layer != "fc"
                print layer, kernel[layer] + 0, generator ? rows[layer] : columns[layer],
                    layer == "fc" && first ? first : generator ? columns[layer] : rows[layer], values[layer], normed[layer] + 0
            }
        }'
}
# The sides of the maps double from 4 to the image in G, and are halved again in D.
volumes() { # gan|generator|discriminator: side and channels of every stage, a line each; z first, or the logit last
    [ "$1" = discriminator ] || layers generator | awk '$1 == "fc" { print "z", $3; side = 2 } { print side *= 2, $4 }'
    [ "$1" != generator ] || return 0
    layers discriminator | awk -v size="$size" -v alone="$([ "$1" = gan ] || echo yes)" '
        NR == 1 { side = size; if (alone) print side, $3 }
        $1 == "fc" { print "logit", $4; next }
        { print side /= 2, $4 }'
}
diagram() { # NETWORK ALT: a block a stage, as high as its side, as wide as the logarithm of its channels
    volumes "$1" | awk -v alt="$2" -v size="$size" '
        { kind[NR] = $1; channels[NR] = $2 }
        END {
            small = NR <= 7; step = small ? 78 : 52; width = NR * step + 4; middle = small ? 66 : 60
            printf "<svg role=\"img\" aria-label=\"%s\" class=\"%s\" viewBox=\"0 0 %d %d\" fill=\"none\" stroke=\"currentColor\">\n", alt, small ? "" : "wide", width, middle * 2 + 44
            for (i = 1; i <= NR; i++) {
                x = (i - 0.5) * step
                h = kind[i] ~ /[a-z]/ ? 14 : 12 + (small ? 96 : 84) * (log(kind[i] / 4) / log(2) + 0.4) / (log(size / 4) / log(2) + 0.4)
                w = kind[i] ~ /[a-z]/ ? 14 : 5 + 3.4 * log(channels[i]) / log(2)
                printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"1.5\" fill=\"%s\" fill-opacity=\".75\" stroke=\"none\"/>\n", \
                    x - w / 2, middle - h / 2, w, h, kind[i] == "z" || kind[i] == "logit" ? "#8a8a8a" : seen ? "#dd7a2c" : "#3f87c7"
                if (channels[i] == 3) seen = 1
                if (i < NR) printf "<path d=\"M%.1f %d h%.1f m-4 -3 l4 3 l-4 3\" stroke-width=\"1\"/>\n", x + 0.5 * step - 7, middle, 12
                first = kind[i] == "z" ? "z" : kind[i] == "logit" ? "logit" : kind[i] "\303\227" kind[i]
                printf "<text x=\"%.1f\" y=\"%d\" font-size=\"%d\" text-anchor=\"middle\" fill=\"currentColor\" stroke=\"none\">%s</text>\n", x, middle * 2 + 14, small ? 14 : 13, first
                printf "<text x=\"%.1f\" y=\"%d\" font-size=\"%d\" text-anchor=\"middle\" fill=\"currentColor\" stroke=\"none\">%s%d</text>\n", x, middle * 2 + 32, small ? 14 : 13, kind[i] == "z" || kind[i] == "logit" ? "" : "\303\227 ", channels[i]
            }
            print "</svg>"
        }'
}
generator_layers() {
    printf 'layer\toutput\tparameters\n'
    layers generator | awk '
        { norm = $6 ? "batch norm, ReLU" : "tanh"; side = NR == 1 ? 4 : 2 * side }
        NR == 1 { what = "dense" }
        NR > 1 { what = "transposed convolution " $2 " × " $2 ", stride 2" }
        { printf "%s, %s\t%d × %d × %d\t%d\n", what, norm, side, side, $4, $5 }'
}
discriminator_layers() {
    printf 'layer\toutput\tparameters\n'
    layers discriminator | awk -v size="$size" '
        BEGIN { side = size }
        $1 == "fc" { printf "dense: one logit\t%d\t%d\n", $4, $5; next }
        { side /= 2
          printf "convolution %d × %d, stride 2, %sLeakyReLU 0.2\t%d × %d × %d\t%d\n", $2, $2, $6 ? "batch norm, " : "", side, side, $4, $5 }'
}
box() { # X Y WIDTH TEXT [COLOUR]
    printf '<rect x="%d" y="%d" width="%d" height="34" rx="3" fill="%s" fill-opacity=".18"/><text x="%d" y="%d" font-size="14" text-anchor="middle" fill="currentColor" stroke="none">%s</text>\n' \
        "$1" "$2" "$3" "${5:-#8a8a8a}" $(($1 + $3 / 2)) $(($2 + 22)) "$4"; }
label() { printf '<text x="%d" y="%d" font-size="13" text-anchor="middle" fill="currentColor" stroke="none">%s</text>\n' "$1" "$2" "$3"; }
arrow() { printf '<path d="%s" stroke-width="1.2" marker-end="url(#%s)"/>\n' "$1" "${2:-tip}"; } # PATH
tip() { printf '<defs><marker id="%s" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="%s" stroke="none"/></marker></defs>\n' "$1" "${2:-currentColor}"; }
scheme() { # the adversarial network, with images of this run
    echo '<svg role="img" aria-label="Noise goes through the generator; generated and real images go to the discriminator, which says which are real." viewBox="0 0 480 250" fill="none" stroke="currentColor">'
    tip tip
    box 2 30 82 "z ~ N(0, 1)"; arrow "M84 47 H100"; box 102 30 94 "generator G" "#3f87c7"; arrow "M196 47 H214"
    printf '<image x="216" y="4" width="90" height="90" href="data:image/jpeg;base64,%s"/>\n' "$(base64 -w 0 pictures/scheme-generated.jpg)"
    printf '<image x="216" y="138" width="90" height="90" href="data:image/jpeg;base64,%s"/>\n' "$(base64 -w 0 pictures/scheme-real.jpg)"
    label 261 112 generated; label 261 245 real
    arrow "M308 49 C335 49 330 100 350 110"; arrow "M308 183 C335 183 330 132 350 122"
    box 352 99 122 "discriminator D" "#dd7a2c"; arrow "M413 133 V160"; label 413 178 "real: 1 or"; label 413 195 "generated: 0?"
    echo '</svg>'
}
learning() { # how D learns, and what flows back
    echo '<svg role="img" aria-label="Forward: real and generated batches through D to a logit and a cross entropy with 1 and 0. Backward: the gradients of their sum go back through D and change its weights." viewBox="0 0 480 200" fill="none" stroke="currentColor">'
    tip tip2; tip back '#dd7a2c'
    box 2 20 112 "$batch real" "#8a8a8a"; box 2 130 112 "$batch generated" "#3f87c7"; box 146 75 80 "D" "#dd7a2c"
    arrow "M114 37 C134 37 126 84 144 88" tip2; arrow "M114 147 C134 147 126 100 144 96" tip2
    arrow "M226 88 C250 84 246 37 268 37" tip2; arrow "M226 96 C250 100 246 147 268 147" tip2
    box 270 20 150 "cross entropy with 1"; box 270 130 150 "cross entropy with 0"; box 330 75 130 "sum: D&rsquo;s loss"
    arrow "M390 54 V73" tip2; arrow "M390 130 V111" tip2
    printf '<g stroke="#dd7a2c" stroke-dasharray="5 3">'; arrow "M330 93 H228" back; echo '</g>'
    label 280 116 gradients; label 240 190 "one Adam step a batch; then G&rsquo;s, through the changed D"
    echo '</svg>'
}
