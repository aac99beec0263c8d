#!/usr/bin/env bash
# Put a recent kubectl into the folder $1, from Debian's own packages: that of a stable release is years too old.
# Does nothing, and says why, on a machine that is no Debian or where the package cannot be had.
set -euo pipefail
target=$1
uri=$( { grep -rhoE '^URIs: *\S*/debian/?$|^deb .*\S+/debian/? ' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null || true; } | grep -oE 'https?://[^ ]+' | head -n 1)
[ -n "$uri" ] && command -v apt-get dpkg-deb >/dev/null || { echo "no Debian here: kubectl is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root" "$target"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri sid main" >"$work/sources.list"
options=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/state/lists"
  -o Dir::State::Status=/dev/null -o "Dir::Cache=$work/cache" -o APT::Get::List-Cleanup=false -o APT::Sandbox::User=root)
cd "$work"
if apt-get "${options[@]}" -qq update && apt-get "${options[@]}" -qq download kubectl && dpkg-deb -x kubectl_*.deb root \
  && root/usr/bin/kubectl version --client >/dev/null; then
  install -m 755 root/usr/bin/kubectl "$target/kubectl"
else
  echo "Debian's kubectl cannot be used here"
fi
