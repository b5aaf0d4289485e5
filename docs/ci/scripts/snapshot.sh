#!/usr/bin/env bash
# Saves the live reads of this spec, without secrets, for plans of forks.
# Reads GEMMACTL_SPEC, GEMMACTL_ARGUMENTS (words, on one line or several), GEMMACTL_OUT.
set -euo pipefail

read -r -d '' -a words < <(printf '%s\0' "${GEMMACTL_ARGUMENTS:-}") # on one line or several
gemmactl snapshot --file "${GEMMACTL_SPEC:-gemmactl.yaml}" --output "${GEMMACTL_OUT:-live.json}" "${words[@]}"
