#!/bin/sh
# Written by "jobcast hook install loadleveler"; "jobcast hook uninstall loadleveler" takes it away. Changes made
# here get lost.
#
# LoadLeveler's SUBMIT_FILTER: the job command file comes in, and what is to be submitted goes out. Asks the forecast
# service, and hands on the file that it answers with. Whatever goes wrong, the file goes out as it came in: only a
# rule of the site ends other than with "exit 0". JOBCAST_HOOK_TRACE=1 tells why there is no advice.

socket=@SOCKET@
url=@URL@
token_file=@TOKEN_FILE@
certificate=@CERTIFICATE@
deadline=@DEADLINE@
whole_deadline=@WHOLE_DEADLINE@
newline='
'

trace() {
    [ -z "${JOBCAST_HOOK_TRACE:-}" ] || printf 'jobcast: no advice: %s\n' "$1" >&2
}

lang=${JOBCAST_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}
LC_ALL=C
PATH=/usr/bin:/bin:${PATH:-/usr/local/bin}
export LC_ALL PATH
unset LD_LIBRARY_PATH LD_PRELOAD # those of design tools break the host's curl

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
work=$(mktemp -d 2>/dev/null) || {
    work=${TMPDIR:-/tmp}/jobcast.$$ # AIX has no mktemp
    (umask 077 && mkdir "$work") 2>/dev/null || {
        work=
        trace no-room
        cat
        exit 0
    }
}
job=$work/job answer=$work/answer

# A file system may be full: what could not be kept is then still here, but for zero bytes.
{
    kept=$(
        tee "$job"
        echo ":$?"
    )
} 2>/dev/null
if [ "${kept##*:}" != 0 ]; then
    trace no-room
    printf '%s' "${kept%:*}"
    cat
    exit 0
fi
kept=

pass() {
    trace "$1"
    cat "$job"
    exit 0
}

# Percent-encodes what a header can't hold: control characters make it empty, for nobody needs such a name.
encode() {
    encoded= rest=$1
    case $rest in *[[:cntrl:]]*) return ;; esac
    while :; do
        case $rest in
            *%*) encoded=$encoded${rest%%"%"*}%25 rest=${rest#*"%"} ;;
            *) break ;;
        esac
    done
    encoded=$encoded$rest
}

set -- -q -s -f -g --noproxy '*' --proto '=http,https' --max-filesize 16777216 -o "$answer" -w '%{http_code} %{size_download}' \
    -H 'Expect:' -H 'Content-Type: application/octet-stream' --data-binary "@$job"
encode "${LOADL_STEP_OWNER:-${USER:-${LOGNAME:-}}}" && set -- "$@" -H "X-Jobcast-User: $encoded"
encode "${PWD:-}" && set -- "$@" -H "X-Jobcast-Cwd: $encoded"
encode "${LOADL_STEP_COMMAND:-}" && set -- "$@" -H "X-Jobcast-Command: $encoded"
encode "$lang" && set -- "$@" -H "X-Jobcast-Lang: $encoded"
[ -z "$certificate" ] || set -- "$@" --cacert "$certificate"
if [ -n "$socket" ]; then
    set -- "$@" --unix-socket "$socket" --url http://localhost/v1/hook/loadleveler
else
    set -- "$@" --url "$url/v1/hook/loadleveler"
fi

# A token reaches curl by its stdin: everybody on the host can read the arguments of a process.
token=
if [ -n "$token_file" ]; then
    { IFS= read -r token <"$token_file"; } 2>/dev/null
    case $token in '' | *[!A-Za-z0-9._~+/=-]*) pass no-token ;; esac
    token="header = \"Authorization: Bearer $token\""
fi
ask() {
    exec curl "$@" -K - <<EOF
$token
EOF
}
# Before 7.32 curl knows only whole seconds, and ends with 2 where it is given others.
ask_old() {
    exec timeout "$deadline" curl "$@" -m "$whole_deadline" --connect-timeout "$whole_deadline" -K - <<EOF
$token
EOF
}
{
    status=$(ask "$@" -m "$deadline" --connect-timeout "$deadline")
    code=$?
    if [ "$code" -eq 2 ]; then
        status=$(ask_old "$@")
        code=$?
    fi
} 2>/dev/null
[ "$code" -eq 0 ] || pass "curl-$code"

# The first line says how many lines to tell and how many bytes of a file follow: "jobcast/1 submit 1 5120".
mark= verb= lines= bytes= more= says= count=0
{
    IFS=' ' read -r mark verb lines bytes more
    case $mark/$verb/$more in jobcast/1/pass/ | jobcast/1/submit/ | jobcast/1/refuse/) ;; *) lines= ;; esac
    case $lines in 0 | [1-9] | [1-9][0-9]) ;; *) lines=none ;; esac
    case $bytes in 0 | [1-9]*) ;; *) lines=none ;; esac
    case $bytes in *[!0-9]* | ????????*) lines=none ;; esac
    while [ "$lines" != none ] && [ "$count" -lt "$lines" ] && IFS= read -r line; do
        says=$says$line$newline count=$((count + 1))
    done
} 2>/dev/null <"$answer"
[ "$count" = "$lines" ] || pass no-answer
begin=$((${#mark} + ${#verb} + ${#lines} + ${#bytes} + 4 + ${#says}))
[ "$status" = "200 $((begin + bytes))" ] || pass half-an-answer

case $verb in
    refuse)
        printf '%s' "${says:-jobcast: not submitted$newline}" >&2
        exit 1
        ;;
    submit)
        { [ "$bytes" -gt 0 ] && tail -c "+$((begin + 1))" "$answer" >"$work/new"; } 2>/dev/null || pass not-written
        cat "$work/new"
        ;;
    pass) cat "$job" ;;
esac
[ -z "$says" ] || printf '%s' "$says" >&2
exit 0
