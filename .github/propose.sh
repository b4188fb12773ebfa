#!/usr/bin/env bash
# Commits what is new in content/ to the branch new-papers and opens a pull request for it, once.
set -euo pipefail

git add content
if git diff --cached --quiet; then
  echo "No new papers."
  exit 0
fi
git switch --quiet --force-create new-papers
git -c user.name="github-actions[bot]" -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
  commit --quiet --message "New papers"
gh auth setup-git
git push --quiet --force origin new-papers
if [ "$(gh pr list --head new-papers --json number --jq length)" = 0 ]; then
  gh pr create --head new-papers --title "New papers" \
    --body "Papers from the sources that site.toml follows. Edit, add topics, merge what belongs here."
fi
