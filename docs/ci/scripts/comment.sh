#!/usr/bin/env bash
# Posts the plan in the pull request or merge request, or keeps the comment there up to date.
# Reads GEMMACTL_PLAN, GEMMACTL_SINCE (an earlier saved plan, if it is there), GEMMACTL_WHOLE (where the whole plan is), GEMMACTL_NUMBER (empty: the event says it), and what
# gemmactl comment reads: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_EVENT_PATH, GITHUB_API_URL; in a job of GitLab GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID,
# CI_MERGE_REQUEST_IID.
set -euo pipefail

words=(--skip-unchanged --whole "${GEMMACTL_WHOLE:-the artifacts of this run}")
if [[ -n "${GEMMACTL_SINCE:-}" && -s "$GEMMACTL_SINCE" ]]; then words+=(--since "$GEMMACTL_SINCE"); fi
if [[ -n "${GEMMACTL_NUMBER:-}" ]]; then words+=(--number "$GEMMACTL_NUMBER"); fi
gemmactl comment "${GEMMACTL_PLAN:?}" "${words[@]}"
