#!/bin/sh
# Makes sure that the libraries Qt loads from the system are there (Debian 12 and 13, Ubuntu 22.04 and 24.04).
# Libraries are looked for by name of file, so that any distribution that has them passes; what is missing is
# installed by apt where we are root or may sudo without a password, else listed for the administrator.
# Ends with 1 when something that the program cannot do without is still missing.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

# library file → Debian package. Without these Qt does not even start offscreen.
core='
libglib-2.0.so.0 libglib2.0-0
libGL.so.1 libgl1
libEGL.so.1 libegl1
libX11.so.6 libx11-6
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libgssapi_krb5.so.2 libgssapi-krb5-2
'
# A window on a screen (X11 or Wayland) and a printer need these as well.
window='
libX11-xcb.so.1 libx11-xcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-glx.so.0 libxcb-glx0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-util.so.1 libxcb-util1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1
libcups.so.2 libcups2
'

missing_packages() {
    known=$(ldconfig -p)
    echo "$1" | while read -r library package; do
        [ -z "$library" ] && continue
        case "$known" in *"$library "*) ;; *) echo "$package" ;; esac
    done
}

# Debian 13 and Ubuntu 24.04 renamed some packages for 64-bit time.
name_here() {
    if apt-cache show "$1t64" >/dev/null 2>&1; then echo "$1t64"; else echo "$1"; fi
}

install_by_apt() {
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq || return 1
    names=
    for package in $1; do names="$names $(name_here "$package")"; done
    # shellcheck disable=SC2086 # the names are words
    $as_root apt-get install -y -qq --no-install-recommends $names >/dev/null
}

wanted="$(missing_packages "$core") $(missing_packages "$window") $*"
wanted=$(echo $wanted)
[ -z "$wanted" ] && exit 0

as_root=
can_install=no
if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        can_install=yes
    elif sudo -n true 2>/dev/null; then
        can_install=yes
        as_root='sudo -n'
    fi
fi

if [ "$can_install" = yes ]; then
    echo "安装系统软件包 / installing system packages: $wanted"
    install_by_apt "$wanted" && exit 0
    echo "apt 安装失败。/ apt could not install them." >&2
fi

cat >&2 <<TEXT
缺少以下系统软件包，请管理员安装后再运行一次：
These system packages are missing; have them installed, then run again:

    sudo apt-get install --no-install-recommends $wanted

（其他发行版请安装同名软件库。/ On other distributions install the packages of the same libraries.）
TEXT
# Without a screen the window libraries can wait.
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ -z "$(missing_packages "$core")$*" ]; then exit 0; fi
exit 1
