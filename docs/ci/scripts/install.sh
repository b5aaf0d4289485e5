#!/usr/bin/env bash
# Puts gemmactl on the PATH of the steps that follow: the one that is there, or a released one whose checksum is right.
# Reads GEMMACTL_VERSION (such as 0.1.0; empty: take what is on the PATH), GEMMACTL_SHA256, GEMMACTL_RELEASES (the address under which
# the files of releases lie), GEMMACTL_TARGET, RUNNER_TEMP, GITHUB_PATH.
set -euo pipefail

if [[ -z "${GEMMACTL_VERSION:-}" ]]; then
    command -v gemmactl >/dev/null || { echo "gemmactl is not on the PATH, and no version is asked for" >&2; exit 1; }
    gemmactl --version
    exit 0
fi
: "${GEMMACTL_SHA256:?a version is downloaded by its checksum only: give sha256, from the .sha256 file of the release}"
target="${GEMMACTL_TARGET:-x86_64-unknown-linux-gnu}"
file="gemmactl-$GEMMACTL_VERSION-$target"
folder="${RUNNER_TEMP:?}/gemmactl-$GEMMACTL_VERSION"
mkdir -p "$folder"
# file:// is for mirrors on the runner; nothing else but https.
curl --proto '=https,file' --proto-redir '=https' --fail --silent --show-error --location \
    --output "$folder/download" "$GEMMACTL_RELEASES/v$GEMMACTL_VERSION/$file"
echo "$GEMMACTL_SHA256  $folder/download" | sha256sum --check --quiet -
mv "$folder/download" "$folder/gemmactl"
chmod 0755 "$folder/gemmactl"
echo "$folder" >> "${GITHUB_PATH:?}"
"$folder/gemmactl" --version
