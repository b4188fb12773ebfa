#!/usr/bin/env bash
# Adds papers, and opens a pull request for them, once: `propose.sh` those of the sources that site.toml follows;
# `propose.sh form` those of the issue form in FORM, of the issue ISSUE. What a curator did on their branch stays.
set -euo pipefail

python=${PYTHON:-.venv/bin/python}
bot="41898282+github-actions[bot]@users.noreply.github.com"
branch=new-papers
web="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
title="New papers"
body="Papers from the sources that site.toml follows. Edit, add topics, merge what belongs here."
if [ "${1:-}" = form ]; then
  branch="paper-$ISSUE"
  title="Paper proposed in #$ISSUE"
  body="Closes #$ISSUE, which says why the paper matters. Edit, add topics, merge if it belongs here."
fi

# Says it in the log, or answers the issue: what comes from the form does not belong into a log.
tell() {
  if [ "$branch" = new-papers ]; then
    echo "$1"
  else
    echo "$1" >comment.txt
    gh issue comment "$ISSUE" --body-file comment.txt
  fi
}

# Whether the branch is gone on with. Not where its pull request was merged or turned down, and nothing came after;
# nor where only an earlier text of the form made it, which would stay beside what the text now says.
goes_on() {
  if ! grep -q '^OPEN' <<<"$pulls" && grep -q " $tip\$" <<<"$pulls"; then
    return 1
  fi
  [ "$branch" = new-papers ] || grep -qvxF "$bot" <<<"$(git log --format=%ae "$main..$tip")"
}

git config user.name "github-actions[bot]"
git config user.email "$bot"
gh auth setup-git
main=$(git rev-parse HEAD)
git switch --quiet --force-create "$branch"
tip=$(git ls-remote origin "refs/heads/$branch" | cut -f 1)
# Those of forks, whose branches have what name they like, are not ours.
pulls=$(gh pr list --head "$branch" --state all --json state,headRefOid,isCrossRepository \
  --jq '.[] | select(.isCrossRepository | not) | "\(.state) \(.headRefOid)"')
taken_out=""
if [ -n "$tip" ]; then
  git fetch --quiet origin "$tip"
  if goes_on; then
    if ! git merge --quiet --message "Merge main" "$tip"; then
      tell "The branch $branch contradicts main: merge main into it, or delete it."
      exit 1
    fi
    taken_out=$(git log --diff-filter=D --no-renames --format= --name-only "$main..$tip" -- content)
  fi
fi

if [ "$branch" = new-papers ]; then
  # What cannot be read is annotated; the other papers are proposed all the same.
  "$python" build.py add --followed || true
elif ! "$python" build.py add --form 2>told.txt; then
  told=$(sed 's/^/    /' told.txt)
  tell "This cannot become an entry yet. Edit the form above, and it is tried again:

${told:0:60000}"
  exit 0
fi

git add content
[ -z "$taken_out" ] || xargs -d '\n' git reset --quiet -- <<<"$taken_out"
if ! git diff --cached --quiet; then
  git commit --quiet --message "$title"
  # The branch as it was seen, or not at all.
  git push --quiet --force-with-lease="$branch:$tip" origin "$branch"
elif git diff --quiet "$main" HEAD -- content; then
  told=""
  if [ "$branch" != new-papers ]; then
    told=$(sed -n "s|^It is in the catalogue already: |&$web/blob/$GITHUB_REF_NAME/|p" told.txt)
  fi
  tell "${told:-No new papers.}"
  exit 0
fi
if ! grep -q '^OPEN' <<<"$pulls" && ! gh pr create --head "$branch" --title "$title" --body "$body"; then
  tell "No pull request could be opened. A maintainer can do it from the branch [$branch]($web/compare/$branch), and \
let workflows do it: Settings → Actions → General → *Allow GitHub Actions to create and approve pull requests*."
  exit 1
fi
