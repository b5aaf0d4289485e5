#!/usr/bin/env bash
# Fetches an artifact of the last run of a workflow on a branch into a folder; without one the folder stays empty.
# Reads GEMMACTL_WORKFLOW, GEMMACTL_BRANCH, GEMMACTL_ARTIFACT, GEMMACTL_OUT, and what gh reads: GH_TOKEN, GITHUB_REPOSITORY.
set -euo pipefail

mkdir -p "${GEMMACTL_OUT:?}"
run="$(gh run list --repo "${GITHUB_REPOSITORY:?}" --workflow "${GEMMACTL_WORKFLOW:?}" --branch "${GEMMACTL_BRANCH:?}" \
    --status completed --limit 1 --json databaseId --jq '.[0].databaseId // empty')"
if [[ -z "$run" ]]; then echo "there is no earlier run"; exit 0; fi
gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "${GEMMACTL_ARTIFACT:?}" --dir "$GEMMACTL_OUT" ||
    echo "the earlier run left no $GEMMACTL_ARTIFACT"
