#!/usr/bin/env bash
# Builds what a pull request proposes, checked out in proposed/ with its base: where only content/ is touched by
# the code of the base, which is laid out in trusted/. Leaves in built/ the site, or problems.json.
set -euo pipefail

# A Python with what the project in $1 needs; a test brings its own.
python() {
  [ -n "${PYTHON:-}" ] && return
  [ -d .venv ] || command python -m venv .venv
  .venv/bin/pip install --quiet "./$1"
}

# Wherever this ends, what was found wrong is left.
export CATALOGUE_PROBLEMS=$PWD/problems.json
trap 'if [ -f "$CATALOGUE_PROBLEMS" ]; then mkdir -p built; mv "$CATALOGUE_PROBLEMS" built/; fi' EXIT
git -C proposed worktree add --quiet --detach ../trusted HEAD^1
python trusted
used=${PYTHON:-$PWD/.venv/bin/python}
kind=$(cd trusted && "$used" -m catalogue.review.proposal ../proposed .)
code=trusted
if [ "$kind" != content ]; then
  code=proposed
  python proposed
fi
(cd "$code" && "$used" build.py --site ../built)
