#!/usr/bin/env bash

#SBATCH -J jp-0a1b2c-0123456789.7
#SBATCH -e CLUSTER/logs/jp-0a1b2c-0123456789.7-%J.err
#SBATCH -o CLUSTER/logs/jp-0a1b2c-0123456789.7-%J.out
#SBATCH -p main
#SBATCH -n 1
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH -t 01:00:00
#SBATCH --qos=normal

PYTHON CLUSTER/dashboard/jupyter_pipeline_process_guard.py -m distributed.cli.dask_worker tls://10.0.0.1:8786 --name demo-7 --nthreads 2 --memory-limit 2.00GiB --nworkers 2 --nanny --death-timeout 60 --local-directory "${TMPDIR:?is not set on this node}" --dashboard-address 127.0.0.1:0 --no-dashboard --lifetime 3300s --lifetime-stagger 150s --protocol tls:// --tls-ca-file CLUSTER/tls/ca.pem --tls-cert CLUSTER/tls/cert.pem --tls-key CLUSTER/tls/key.pem
