#!/usr/bin/env bash
# Fetches an artifact of the last run of a workflow on a branch into a folder; without one the folder stays empty. Only runs of this
# repository's own branch count, started by the event that is named: a fork may have a branch and an artifact of the same names, and may edit
# its copy of any workflow.
# Reads GEMMACTL_WORKFLOW, GEMMACTL_BRANCH, GEMMACTL_EVENT, GEMMACTL_ARTIFACT, GEMMACTL_OUT, and what gh reads: GH_TOKEN, GITHUB_REPOSITORY.
set -euo pipefail

mkdir -p "${GEMMACTL_OUT:?}"
export GITHUB_REPOSITORY GEMMACTL_BRANCH GEMMACTL_EVENT # for the filter
runs="$(gh api --method GET "repos/${GITHUB_REPOSITORY:?}/actions/workflows/${GEMMACTL_WORKFLOW:?}/runs" \
    -f branch="${GEMMACTL_BRANCH:?}" -f event="${GEMMACTL_EVENT:?}" -f status=completed -f per_page=20 \
    --jq '.workflow_runs[] | select(.head_repository.full_name == env.GITHUB_REPOSITORY and .head_branch == env.GEMMACTL_BRANCH
        and .event == env.GEMMACTL_EVENT) | .id')"
for run in $runs; do
    # A run that was cancelled or failed early left none; the one before it may have.
    if gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "${GEMMACTL_ARTIFACT:?}" --dir "$GEMMACTL_OUT"; then
        echo "$GEMMACTL_ARTIFACT of run $run"
        exit 0
    fi
done
echo "no earlier run left $GEMMACTL_ARTIFACT"
