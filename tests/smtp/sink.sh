# shellcheck shell=bash
# Postfix's smtp-sink, a mail server that fails as it is told. Sourced, not run, beside postgres.sh.
#
#   smtp_sink_install FOLDER  exports DOTATION_TEST_SMTP_SINK: the one that is on the machine, or one
#                             taken out of Debian's package into FOLDER/postfix; nothing is set up, and
#                             no mail server is started

smtp_sink_install() {
    local folder sink libraries
    if sink=$(PATH=$PATH:/usr/sbin command -v smtp-sink); then
        export DOTATION_TEST_SMTP_SINK=$sink
        return 0
    fi
    mkdir -p "$1/postfix"
    folder=$(cd "$1/postfix" && pwd)
    sink=$folder/smtp-sink
    if [[ ! -x $sink ]]; then
        command -v apt-get >/dev/null || return 1
        # a list that was never fetched has no postfix in it
        (cd "$folder" && apt-get -qq download postfix 2>/dev/null) || {
            apt-get -qq update && (cd "$folder" && apt-get -qq download postfix 2>/dev/null)
        } || return 1
        dpkg -x "$folder"/postfix_*.deb "$folder"
        if ((EUID == 0)) && smtp_sink_ldd "$folder" | grep -q 'not found'; then
            # the libraries that the package names, as this Debian calls them
            mapfile -t libraries < <(dpkg-deb -f "$folder"/postfix_*.deb Depends | tr ',' '\n' | grep -oE '^ *lib[^ ]+' | tr -d ' ')
            apt_install "${libraries[@]}"
        fi
        rm "$folder"/postfix_*.deb
        if smtp_sink_ldd "$folder" | grep 'not found' >&2; then
            return 1
        fi
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' \
            "$folder/usr/lib/postfix" "$folder/usr/sbin/smtp-sink" >"$sink"
        chmod +x "$sink"
    fi
    export DOTATION_TEST_SMTP_SINK=$sink
}

smtp_sink_ldd() {
    LD_LIBRARY_PATH=$1/usr/lib/postfix ldd "$1/usr/sbin/smtp-sink"
}
