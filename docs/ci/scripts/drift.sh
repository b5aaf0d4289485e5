#!/usr/bin/env bash
# Looks for what others changed, and keeps one issue about it: opened when there is drift, closed when there is none.
# Reads GEMMACTL_SPEC, GEMMACTL_ARGUMENTS (words, on one line or several), GITHUB_STEP_SUMMARY, and what gemmactl comment reads.
set -euo pipefail

read -r -d '' -a words < <(printf '%s\0' "${GEMMACTL_ARGUMENTS:-}") # on one line or several
text="$(mktemp)"
trap 'rm -f "$text"' EXIT

code=0
gemmactl plan --file "${GEMMACTL_SPEC:-gemmactl.yaml}" --drift-only --detailed-exitcode --format markdown "${words[@]}" > "$text" || code=$?
if [[ -s "$text" ]]; then
    cat "$text" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
    gemmactl comment --issue < "$text"
fi
# 2 is drift, which the issue tells; anything else is an error.
[[ "$code" == 2 ]] || exit "$code"
