#!/usr/bin/env bash
# Tests the links to elsewhere, and keeps one issue, labelled dead-links, that tells of those that lead nowhere.
set -euo pipefail

title="Links that lead nowhere"
number=$(gh issue list --label dead-links --state open --limit 1 --json number --jq '.[0].number // empty')
if GITHUB_ACTIONS='' "${PYTHON:-.venv/bin/python}" build.py check --links 2>told.txt; then
  [ -z "$number" ] || gh issue close "$number" --comment "All links lead somewhere again."
  exit 0
fi
told=$(sed 's/^/    /' told.txt)
{ echo "Each line has its place in the content, and what is wrong there:"; echo
  echo "${told:0:60000}"; } >issue.txt
if [ -n "$number" ]; then
  gh issue edit "$number" --body-file issue.txt
else
  gh label create dead-links --color ededed --description "$title" --force
  gh issue create --title "$title" --label dead-links --body-file issue.txt
fi
