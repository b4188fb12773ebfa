#!/usr/bin/env bash
# Opens a pull request for what is new in content/, once: `propose.sh` for the sources that site.toml follows,
# after `build.py add --followed`; `propose.sh form` for the issue form in FORM, of the issue ISSUE.
set -euo pipefail

branch=new-papers
title="New papers"
body="Papers from the sources that site.toml follows. Edit, add topics, merge what belongs here."
if [ "${1:-}" = form ]; then
  branch="paper-$ISSUE"
  title="Paper proposed in #$ISSUE"
  body="Closes #$ISSUE, which says why the paper matters. Edit, add topics, merge if it belongs here."
  if ! "${PYTHON:-.venv/bin/python}" build.py add --form 2>problems.txt; then
    { echo "This cannot become an entry yet. Edit the form above, and it is tried again:"; echo
      sed 's/^/    /' problems.txt; } >comment.txt
    gh issue comment "$ISSUE" --body-file comment.txt
    exit 0
  fi
fi

git add content
if git diff --cached --quiet; then
  echo "No new papers."
  exit 0
fi
git switch --quiet --force-create "$branch"
git -c user.name="github-actions[bot]" -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
  commit --quiet --message "$title"
gh auth setup-git
git push --quiet --force origin "$branch"
if [ "$(gh pr list --head "$branch" --json number --jq length)" = 0 ]; then
  gh pr create --head "$branch" --title "$title" --body "$body"
fi
