#!/usr/bin/env bash
# A whole Slurm on the loopback of this computer, for tests: munged, slurmctld and a slurmd a node, without systemd, as root.
#
#   cluster.sh start FOLDER [NODES]    writes keys, configuration, state and logs into FOLDER, which must be new
#   cluster.sh stop FOLDER             ends what it started, by the process ids in FOLDER
#   cluster.sh slurmctld FOLDER        starts the controller again after it was killed
#   cluster.sh slurmd FOLDER NODE      starts a node's daemon again after it was killed
#
# `export SLURM_CONF=FOLDER/slurm.conf` points sbatch and its like to it. Needs Debian's slurm-wlm and munge.
set -euo pipefail
verb=$1 folder=$(realpath -m "$2")
conf=$folder/slurm.conf
export SLURM_CONF=$conf

slurmctld() { command slurmctld -f "$conf"; }
# Setsid: a node's daemon outlives the shell that started it.
slurmd() { setsid slurmd -f "$conf" -N "$1"; }

case $verb in
start)
  nodes=${3:-2}
  mkdir -p "$folder"/{state,munge,spool,log}
  chmod 711 "$folder"
  chown -R munge: "$folder/munge"
  chmod 700 "$folder/munge"
  head -c 1024 /dev/urandom >"$folder/munge/key"
  chown munge: "$folder/munge/key"
  chmod 400 "$folder/munge/key"
  # The socket must lie where everybody may enter.
  mkdir -p "$folder/socket"
  chown munge: "$folder/socket"
  chmod 755 "$folder/socket"
  setpriv --reuid=munge --regid=munge --clear-groups \
    munged --key-file="$folder/munge/key" --socket="$folder/socket/munge" --pid-file="$folder/munge/pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" --force
  port=$((20000 + $$ % 20000))
  host=$(hostname -s)
  cat >"$conf" <<CONF
ClusterName=gingham
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/socket/munge
CryptoType=crypto/munge
SlurmctldPort=$port
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmdLogFile=$folder/log/slurmd-%n.log
SlurmdSpoolDir=$folder/spool/%n
StateSaveLocation=$folder/state
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_min_interval=200000
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
# What is lost is noticed within seconds.
SlurmdTimeout=10
SlurmctldTimeout=10
InactiveLimit=0
KillWait=3
MinJobAge=300
OverTimeLimit=0
CONF
  for node in $(seq "$nodes"); do
    mkdir -p "$folder/spool/n$node"
    echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + node)) CPUs=1 RealMemory=500 State=UNKNOWN" >>"$conf"
  done
  echo "PartitionName=all Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE State=UP" >>"$conf"
  slurmctld
  for node in $(seq "$nodes"); do slurmd "n$node"; done
  for ((try = 0; try < 60; try++)); do
    if [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = "$nodes" ]; then exit 0; fi
    sleep 0.5
  done
  echo "the nodes did not come up:" >&2
  sinfo >&2 || true
  tail -n 5 "$folder"/log/* "$folder"/munge/log >&2 || true
  exit 1
  ;;
slurmctld) slurmctld ;;
slurmd) slurmd "$3" ;;
stop)
  for pid in "$folder"/slurmd-*.pid "$folder/slurmctld.pid" "$folder/munge/pid"; do
    if [ -s "$pid" ]; then kill "$(cat "$pid")" 2>/dev/null || true; fi
  done
  ;;
*)
  echo "start, stop, slurmctld or slurmd" >&2
  exit 64
  ;;
esac
