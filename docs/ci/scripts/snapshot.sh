#!/usr/bin/env bash
# Saves the live reads of this spec, without secrets, for plans of forks.
# Reads GEMMACTL_SPEC, GEMMACTL_ARGUMENTS (words), GEMMACTL_OUT.
set -euo pipefail

read -r -a words <<< "${GEMMACTL_ARGUMENTS:-}"
gemmactl snapshot --file "${GEMMACTL_SPEC:-gemmactl.yaml}" --output "${GEMMACTL_OUT:-live.json}" "${words[@]}"
