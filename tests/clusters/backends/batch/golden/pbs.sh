#!/usr/bin/env bash

#PBS -N jp-0a1b2c-0123456789.7
#PBS -A mine
#PBS -l select=1:ncpus=1:mem=4096MB
#PBS -l walltime=01:00:00
#PBS -e CLUSTER/logs/
#PBS -o CLUSTER/logs/
module load gcc
PYTHON CLUSTER/dashboard/jupyter_pipeline_process_guard.py -m distributed.cli.dask_worker tls://10.0.0.1:8786 --name demo-7 --nthreads 1 --memory-limit 4.00GiB --nanny --death-timeout 60 --dashboard-address 127.0.0.1:0 --no-dashboard --lifetime 3300s --lifetime-stagger 150s --protocol tls:// --tls-ca-file CLUSTER/tls/ca.pem --tls-cert CLUSTER/tls/cert.pem --tls-key CLUSTER/tls/key.pem
