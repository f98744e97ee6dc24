#!/bin/bash
# A study on a cluster with Slurm: an array of jobs, each with its share of the tasks, and one that makes the report.
#   sbatch --array=1-16 slurm.sh
# What is measured stands in LAB; where the distribution is and where answers go, in CLOAKWORK and OUT.
# A job that is stopped goes on where it was when it is started again.
#SBATCH --job-name=cloakwork-lab
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
#SBATCH --time=01:00:00
#SBATCH --requeue
set -euo pipefail
CLOAKWORK=${CLOAKWORK:-$HOME/cloakwork}
OUT=${OUT:-$SLURM_SUBMIT_DIR/lab}
LAB=${LAB:---hostile 0.05,0.1,0.2 --hours 1 --clients 1000}
# shellcheck disable=SC2086 # LAB holds several words on purpose
"$CLOAKWORK/bin/cloakwork" lab $LAB --out "$OUT" --threads "$SLURM_CPUS_PER_TASK" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
echo "when all are done: $CLOAKWORK/bin/cloakwork lab merge $OUT/answers-*-of-$SLURM_ARRAY_TASK_COUNT.txt --out $OUT"
