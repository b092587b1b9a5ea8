#!/bin/bash
# Proves that the committed checkout sets itself up and works on a Debian that has nothing but python3, make and git:
#
#     packaging/prove_bare_debian.sh test|run|setup [SUITE]      (needs root and debootstrap; SUITE: bookworm, trixie)
#
# Makes a bare system in a folder under $TMPDIR, clones HEAD into it and runs `make TARGET` there in a chroot, twice, so
# that the second, quick start is seen too. How this machine reaches Debian's and Python's packages (mirrors, proxies,
# certificates) is read from the machine as it is. The folder goes away at the end, unless KEEP=1, which names it.
set -euo pipefail

target=${1:?test, run or setup}
suite=${2:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
own_suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
checkout=$(cd "$(dirname "$0")/.." && pwd)
bare=$(mktemp -d "${TMPDIR:-/tmp}/lianxinqiao-bare-$suite.XXXXXX")
chmod 755 "$bare" # apt reads it as a user of its own

clean_up() {
    if [ "${KEEP:-0}" = 1 ]; then echo "kept: $bare"; else rm -rf --one-file-system "$bare"; fi
}
trap clean_up EXIT

main_mirror() {
    apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
        awk -v suite="$own_suite" '$2 == suite && $3 == "main" { print $1; exit }'
}

bootstrap() {
    debootstrap --variant=minbase --include=python3,make,git,ca-certificates \
        "$suite" "$bare" "$(main_mirror)" >"$bare.log" 2>&1 || { tail -20 "$bare.log" >&2; exit 1; }
    rm "$bare.log"
}

copy_if_there() {
    local path
    for path; do
        [ -e "$path" ] || continue
        mkdir -p "$bare$(dirname "$path")"
        cp -aL "$path" "$bare$(dirname "$path")/"
    done
}

# The way to the package registries, and nothing else, comes from this machine.
configure() {
    rm -f "$bare/etc/apt/sources.list"
    copy_if_there /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/xdg/pip \
        /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/auth.conf.d /etc/ssl/certs/ca-certificates.crt \
        "${PIP_CERT:-}" "${SSL_CERT_FILE:-}"
    copy_if_there /etc/apt/apt.conf.d/*[Pp]roxy* /etc/apt/apt.conf.d/9*
    find "$bare/etc/apt" \( -name '*.list' -o -name '*.sources' \) -exec sed -i "s/\b$own_suite\b/$suite/g" {} +
    mkdir -p "$bare/srv/home/.config"
    local own_pip="${XDG_CONFIG_HOME:-$HOME/.config}/pip"
    if [ -d "$own_pip" ]; then cp -aL "$own_pip" "$bare/srv/home/.config/"; fi
    git clone --quiet --no-local "file://$checkout" "$bare/srv/lianxinqiao"
}

# Mounts and processes live in namespaces of their own and end with them.
in_bare_system() {
    local passed=() name
    for name in $(compgen -e); do
        case $name in
            PIP_* | *_proxy | *_PROXY | SSL_CERT_FILE | REQUESTS_CA_BUNDLE | CURL_CA_BUNDLE) passed+=("$name=${!name}") ;;
        esac
    done
    unshare --mount --pid --fork --kill-child bash -euc '
        bare=$1
        shift
        mount -t proc proc "$bare/proc"
        mkdir -p "$bare/dev/shm" "$bare/dev/pts"
        mount -t tmpfs tmpfs "$bare/dev/shm"
        mount -t devpts devpts "$bare/dev/pts"
        exec chroot "$bare" "$@"
    ' bare "$bare" /usr/bin/env -i "${passed[@]}" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv/home \
        bash -euc 'cd /srv/lianxinqiao && make "$1"' make "$1"
}

bootstrap
configure
echo "== bare $suite: $(in_bare_system --version | head -1), $(chroot "$bare" python3 --version), $(chroot "$bare" dpkg-query -W | wc -l) packages"
for attempt in first second; do
    echo "== $attempt: make $target"
    started=$SECONDS
    in_bare_system "$target"
    echo "== $attempt: done in $((SECONDS - started)) s"
done
