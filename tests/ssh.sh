# Hosts to reach by ssh, all of them this one, by a daemon of our own in $sshd, for the tests that source this after tap.sh:
#
#   ssh_missing         says what is not installed, if anything
#   ssh_start HOST...   starts it; an ssh in front of PATH reaches it by each of the names, without a password
#   ssh_die PID         kills all that the connection has started to which the process belongs, and the connection, as when a host dies
#   ssh_stop            ends it; also when the test ends
ssh_missing() {
    local program
    for program in sshd ssh ssh-keygen; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || { echo "no $program"; return; }
    done
    [ "$(id -u)" != 0 ] || id sshd >/dev/null 2>&1 || echo "no user sshd"
}

ssh_start() { # HOST...
    sshd=$(mktemp -d "${TMPDIR:-/tmp}/sktest-sshd.XXXXXX") sshd_pid=''
    # shellcheck disable=SC2154 # tap.sh's
    trap 'ssh_stop; rm -rf "$scratch"' EXIT
    local port=$((20000 + ($$ + 7) % 20000)) key i
    for key in host user; do ssh-keygen -q -t ed25519 -N '' -f "$sshd/$key" || return; done
    cp "$sshd/user.pub" "$sshd/authorized"
    printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $sshd/host" "AuthorizedKeysFile $sshd/authorized" 'StrictModes no' \
        'PermitRootLogin prohibit-password' 'PasswordAuthentication no' 'UsePAM no' 'PidFile none' >"$sshd/sshd_config"
    printf '%s\n' "Host $*" 'HostName 127.0.0.1' "Port $port" "IdentityFile $sshd/user" 'IdentitiesOnly yes' 'BatchMode yes' \
        'StrictHostKeyChecking no' 'UserKnownHostsFile /dev/null' 'LogLevel ERROR' >"$sshd/ssh_config"
    mkdir "$sshd/bin"
    printf '#!/bin/sh\nexec %s -F %s/ssh_config "$@"\n' "$(command -v ssh)" "$sshd" >"$sshd/bin/ssh"
    chmod +x "$sshd/bin/ssh"
    sshd_path=$PATH PATH=$sshd/bin:$PATH
    # As root it separates privileges, and wants a folder for that which its service would make.
    if [ "$(id -u)" = 0 ] && mkdir /run/sshd 2>/dev/null; then sshd_made=/run/sshd; fi
    "$(PATH=$PATH:/usr/sbin:/sbin command -v sshd)" -D -e -f "$sshd/sshd_config" >"$sshd/said" 2>&1 </dev/null &
    sshd_pid=$!
    for ((i = 0; i < 100; i++)); do ! ssh "$1" true 2>/dev/null || return 0; sleep 0.1; done
    echo "no ssh to $1"
    cat "$sshd/said"
    return 1
}
ssh_die() { # PID
    local mine environ pid parent
    mine=$(tr '\0' '\n' <"/proc/$1/environ" | grep ^SSH_CONNECTION=) || return
    for environ in /proc/[0-9]*/environ; do
        tr '\0' '\n' 2>/dev/null <"$environ" | grep -q -x -F -e "$mine" || continue
        pid=${environ//[!0-9]/}
        parent=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status" 2>/dev/null)
        [ "$(cat "/proc/${parent:-none}/comm" 2>/dev/null)" != sshd ] || kill -KILL "$parent"
        kill -KILL "$pid" 2>/dev/null
    done
    return 0
}
ssh_stop() {
    [ -n "${sshd_pid:-}" ] || return 0
    kill "$sshd_pid" 2>/dev/null
    wait "$sshd_pid" 2>/dev/null
    sshd_pid='' PATH=$sshd_path
    rm -rf "$sshd"
    [ -z "${sshd_made:-}" ] || rmdir "$sshd_made" 2>/dev/null
}
