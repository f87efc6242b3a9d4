#!/usr/bin/env bash
# Debian packages that the tests use. Installed where this is root on Debian, or where SYSTEM_PACKAGES=1 tells to use sudo;
# otherwise it says what is missing and which tests will be skipped.
set -euo pipefail

declare -A needed=(
  [chromium]=chromium
  [sshd]=openssh-server
  [slurmctld]=slurmctld
  [slurmd]=slurmd
  [sbatch]=slurm-client
  [munged]=munge
  [ip]=iproute2
  [pg_ctlcluster]=postgresql
  [redis-server]=redis-server
)
missing=()
for command in "${!needed[@]}"; do
  PATH=$PATH:/usr/sbin:/sbin command -v "$command" >/dev/null || missing+=("${needed[$command]}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Missing: ${missing[*]}. Tests that need them will be skipped, and will say so."
  exit 0
fi
run=()
if [ "$(id -u)" != 0 ]; then
  if [ "${SYSTEM_PACKAGES:-}" != 1 ]; then
    echo "Missing: ${missing[*]}. To install them with sudo: make test SYSTEM_PACKAGES=1. Tests that need them will be skipped."
    exit 0
  fi
  run=(sudo)
fi
echo "== Installing Debian packages: ${missing[*]}"
"${run[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core >/dev/null
