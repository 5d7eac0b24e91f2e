//! The control groups below which all containers of one node or engine are.

/// A script that makes a control group in every hierarchy.
pub fn make(cgroup: &str) -> String {
    format!(
        r"set -e
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo +$controller >/sys/fs/cgroup/cgroup.subtree_control || true
  done
  mkdir /sys/fs/cgroup{cgroup}
else
  for hierarchy in /sys/fs/cgroup/*/; do
    [ ! -e $hierarchy/cgroup.procs ] || [ -L ${{hierarchy%/}} ] || mkdir -p $hierarchy{cgroup}
  done
fi"
    )
}

/// A script that removes the control groups when their processes are gone.
pub fn remove(cgroup: &str) -> String {
    format!(
        r"for try in $(seq 100); do
  left=0
  for group in /sys/fs/cgroup{cgroup} /sys/fs/cgroup/*{cgroup}; do
    [ -d $group ] || continue
    find $group -depth -type d -exec rmdir {{}} \; 2>/dev/null
    [ ! -d $group ] || left=1
  done
  [ $left = 1 ] || exit 0
  sleep 0.1
done"
    )
}
