#!/usr/bin/env bash
# The documentation as a site, in build/doc: every page, with a search. Any warning is an error.
#
#   doc/build.sh           makes build/doc/index.html; the first time it installs MkDocs into build/doc-venv (pip)
#   doc/build.sh serve     shows it at http://127.0.0.1:8000, and follows changes
#
# SCOREFIELD_PYTHON: which Python (python3).
set -euo pipefail
cd "$(dirname "$0")/.."
action=${1:-build}
case $action in
  build | serve) ;;
  --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" && exit 0 ;;
  *) echo "doc/build.sh: error: unknown action $action: expected build, serve or nothing" >&2; exit 2 ;;
esac
venv=build/doc-venv
stamp=$venv/.installed
if [ ! "$stamp" -nt doc/site/requirements.txt ]; then
  echo "doc: installing MkDocs into $venv"
  "${SCOREFIELD_PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install -q -r doc/site/requirements.txt
  touch "$stamp"
fi
"$venv/bin/mkdocs" "$action" --strict --config-file doc/site/mkdocs.yml
[ "$action" = serve ] || echo "doc: build/doc/index.html"
