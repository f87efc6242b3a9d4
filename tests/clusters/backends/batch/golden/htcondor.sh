#!/usr/bin/env condor_submit

MY.DaskWorkerName = "htcondor--$F(MY.JobId)--"
batch_name = demo-7
RequestCpus = MY.DaskWorkerCores
RequestMemory = floor(MY.DaskWorkerMemory / 1048576)
RequestDisk = floor(MY.DaskWorkerDisk / 1024)
MY.JobId = "$(ClusterId).$(ProcId)"
MY.DaskWorkerCores = 1
MY.DaskWorkerMemory = 4294967296
MY.DaskWorkerDisk = 4294967296
LogDirectory = CLUSTER/logs
Output = $(LogDirectory)/worker-$F(MY.JobId).out
Error = $(LogDirectory)/worker-$F(MY.JobId).err
Log = $(LogDirectory)/worker-$(ClusterId).log
Stream_Output = True
Stream_Error = True
requirements = (OpSysMajorVer >= 8)
MY.JupyterPipelineJob = "jp-0a1b2c-0123456789.7"

Arguments = "-c 'PYTHON CLUSTER/dashboard/jupyter_pipeline_process_guard.py -m distributed.cli.dask_worker tls://10.0.0.1:8786 --name demo-7 --nthreads 1 --memory-limit 4.00GiB --nanny --death-timeout 60 --dashboard-address 127.0.0.1:0 --no-dashboard --protocol tls:// --tls-ca-file CLUSTER/tls/ca.pem --tls-cert CLUSTER/tls/cert.pem --tls-key CLUSTER/tls/key.pem'"
Executable = /bin/sh

Queue
