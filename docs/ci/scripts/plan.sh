#!/usr/bin/env bash
# Plans, keeps the plan under GEMMACTL_OUT, and hands on what came of it. A plan that is refused is kept and shown like any other;
# verdict.sh ends the job by it.
# Reads GEMMACTL_SPEC, GEMMACTL_ARGUMENTS (words, on one line or several), GEMMACTL_AGAINST (a saved snapshot), GEMMACTL_OUT, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY.
set -euo pipefail

out="${GEMMACTL_OUT:-gemmactl-plan}"
mkdir -p "$out"
rm -f "$out/plan.json" "$out/plan.md" # what an earlier step left must not pass for this plan
read -r -d '' -a words < <(printf '%s\0' "${GEMMACTL_ARGUMENTS:-}") # on one line or several
if [[ -n "${GEMMACTL_AGAINST:-}" ]]; then words+=(--against "$GEMMACTL_AGAINST"); fi

code=0
gemmactl plan --file "${GEMMACTL_SPEC:-gemmactl.yaml}" --detailed-exitcode --format markdown --output "$out/plan.json" \
    "${words[@]}" > "$out/plan.md" || code=$?
[[ -s "$out/plan.json" ]] || exit "$code"

# The first line of the Markdown is gemmactl's own mark; a value of the plan can never be in it.
fingerprint="$(sed -n '1s/.* fp=\([0-9a-f]\{64\}\) .*/\1/p' "$out/plan.md")"
{
    echo "fingerprint=$fingerprint"
    echo "code=$code"
    echo "plan=$out/plan.json"
} >> "${GITHUB_OUTPUT:-/dev/null}"
gemmactl show "$out/plan.json" --format summary >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
# What a reviewer has to see, beside the lines of the spec.
gemmactl show "$out/plan.json" --format annotations
