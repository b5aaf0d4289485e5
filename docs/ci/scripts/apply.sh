#!/usr/bin/env bash
# Applies just the plan with the fingerprint that was approved. Anything else ends with code 3, and nothing is changed.
# Reads GEMMACTL_EXPECT, GEMMACTL_SPEC, GEMMACTL_ARGUMENTS (words, on one line or several), GEMMACTL_OUT, GITHUB_STEP_SUMMARY.
set -euo pipefail

out="${GEMMACTL_OUT:-gemmactl-apply}"
mkdir -p "$out"
read -r -d '' -a words < <(printf '%s\0' "${GEMMACTL_ARGUMENTS:-}") # on one line or several

code=0
gemmactl apply --file "${GEMMACTL_SPEC:-gemmactl.yaml}" --yes --expect "${GEMMACTL_EXPECT:?nothing was approved}" \
    --json --report "$out/report.md" "${words[@]}" > "$out/events.jsonl" || code=$?
if [[ -s "$out/report.md" ]]; then cat "$out/report.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"; fi
exit "$code"
