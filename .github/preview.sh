#!/usr/bin/env bash
# Comments on a pull request what its build made. Runs the code of main only, and nothing of the pull request:
# what its build uploaded is unpacked by catalogue/review/archive.py, which refuses all that acts.
# RUN is the workflow run, SHA its head, HEAD and BRANCH the repository and the branch that it comes from. These are
# text from a stranger: they reach nothing but quoted arguments and, encoded, the links of the comment.
set -euo pipefail

# All that gh prints is read before any of it is looked at: `head` and `grep -q` end at a hit, which ends gh, which
# is a failure.
repo=$GITHUB_REPOSITORY
number=$(gh api -X GET "repos/$repo/pulls" -f state=open -f "head=${HEAD%%/*}:$BRANCH" \
  --jq ".[] | select(.head.sha == \"${SHA//[^0-9a-f]/}\") | .number")
number=${number%%$'\n'*}
if [ -z "$number" ]; then
  echo "No open pull request has this head."
  exit 0
fi
artifact=$(gh api "repos/$repo/actions/runs/$RUN/artifacts" --jq '.artifacts[] | select(.name == "preview") | .id')
artifact=${artifact%%$'\n'*}
mkdir preview
if [ -n "$artifact" ]; then
  gh api "repos/$repo/actions/artifacts/$artifact/zip" >preview/built.zip
fi
# Where a file was moved from counts, too. GitHub lists no more than 3,000.
names=$(gh api "repos/$repo/pulls/$number/files" --paginate --jq '.[] | .filename, (.previous_filename // empty)')
TOUCHES=content
if grep -qv '^content/' <<<"$names" || [ "$(wc -l <<<"$names")" -ge 3000 ]; then
  TOUCHES=code
fi
export TOUCHES
export PICTURES="https://raw.githubusercontent.com/$repo/previews/$number"
"${PYTHON:-.venv/bin/python}" -m catalogue.review.preview preview/built.zip site preview

# Pictures live on a branch of their own that has no history, in a folder for each pull request. Where those of
# another came meanwhile, it is done again.
if ls preview/*.png >/dev/null 2>&1; then
  gh auth setup-git
  for attempt in 1 2 3 4 5; do
    rm -rf pictures
    git init --quiet --initial-branch previews pictures
    git -C pictures remote add origin "$(git remote get-url origin)"
    seen=""
    if git -C pictures fetch --quiet --depth 1 origin previews 2>/dev/null; then
      seen=$(git -C pictures rev-parse FETCH_HEAD)
      git -C pictures checkout --quiet FETCH_HEAD -- .
    fi
    rm -rf "pictures/$number"
    mkdir "pictures/$number"
    cp preview/*.png "pictures/$number/"
    git -C pictures add --all
    git -C pictures -c user.name="github-actions[bot]" \
      -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
      commit --quiet --message "Pictures of proposed pages"
    if git -C pictures push --quiet --force-with-lease="previews:$seen" origin previews; then
      break
    elif [ "$attempt" = 5 ]; then
      exit 1
    fi
  done
fi

comment=$(gh api "repos/$repo/issues/$number/comments" --paginate \
  --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- catalogue: preview -->"))) | .id')
comment=${comment%%$'\n'*}
if [ -n "$comment" ]; then
  gh api -X PATCH "repos/$repo/issues/comments/$comment" -F body=@preview/comment.md --silent
else
  gh api -X POST "repos/$repo/issues/$number/comments" -F body=@preview/comment.md --silent
fi
