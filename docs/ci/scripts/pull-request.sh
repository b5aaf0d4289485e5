#!/usr/bin/env bash
# Finds the open pull request of a branch of a fork whose head is still the commit that was planned. The fork's run cannot be asked: what it
# says is its author's word.
# Reads HEAD_OWNER, HEAD_BRANCH, HEAD_SHA, GITHUB_OUTPUT, and what gh reads: GH_TOKEN, GITHUB_REPOSITORY.
set -euo pipefail

: "${HEAD_SHA:?}"
export HEAD_SHA # for the filter
number="$(gh api --method GET "repos/${GITHUB_REPOSITORY:?}/pulls" -f state=open -f head="${HEAD_OWNER:?}:${HEAD_BRANCH:?}" \
    --jq "map(select(.head.sha == env.HEAD_SHA)) | .[0].number // empty")"
if [[ ! "$number" =~ ^[0-9]+$ ]]; then echo "no open pull request has this head" >&2; exit 1; fi
echo "number=$number" >> "${GITHUB_OUTPUT:?}"
