#!/usr/bin/env bash
# Ends the job as the plan did. 0 and 2 (there are changes) are both fine for a plan.
# Reads GEMMACTL_CODE.
set -euo pipefail

case "${GEMMACTL_CODE:?}" in
    0 | 2) ;;
    *) echo "the plan ended with code $GEMMACTL_CODE: docs/exit-codes.md says what that means" >&2; exit "$GEMMACTL_CODE" ;;
esac
