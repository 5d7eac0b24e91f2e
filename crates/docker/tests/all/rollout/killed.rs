//! Landfall is killed at each call to the engine that changes something, one by one.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use landfall_docker::{
    engine::{Address, Engine},
    rollout::{Work, Workload},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::Notify,
    task::JoinSet,
};

use super::{
    probed,
    support::{Environment, all_ready, environment, extend, is_ready, shown, start, until, workload},
};

/// A connection to the engine that lets so many changes through; the next one is the last: it is made, and nobody learns
/// of it, or it is not made any more.
struct Cut {
    left: AtomicUsize,
    is_made: bool,
    reached: Notify,
}

impl Cut {
    async fn serve(self: Arc<Self>, listener: UnixListener, engine: PathBuf, connections: Arc<Mutex<JoinSet<()>>>) {
        while let Ok((client, _)) = listener.accept().await {
            connections.lock().unwrap().spawn(Arc::clone(&self).pass(client, engine.clone()));
        }
    }

    async fn pass(self: Arc<Self>, client: UnixStream, engine: PathBuf) {
        let server = UnixStream::connect(engine).await.unwrap();
        let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
            (client.into_split(), server.into_split());
        let back = tokio::spawn(async move {
            // Ends with the connection.
            let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        });
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            if self.is_last(&buffer[..length]) {
                back.abort();
                if self.is_made {
                    to_server.write_all(&buffer[..length]).await.unwrap();
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
                self.reached.notify_one();
                // Whoever was killed reads nothing any more.
                return std::future::pending().await;
            }
            to_server.write_all(&buffer[..length]).await.unwrap();
        }
    }

    fn is_last(&self, request: &[u8]) -> bool {
        let changes = request.starts_with(b"POST ") || request.starts_with(b"DELETE ");
        if !changes {
            return false;
        }
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err()
    }
}

/// One switch-over that is killed at a change; whether it got so far.
async fn killed_at(env: &Environment, folder: &Path, change: usize, is_made: bool, workload: &Workload) -> bool {
    let cut = Arc::new(Cut { left: change.into(), is_made, reached: Notify::new() });
    let socket = folder.join(format!("{change}-{is_made}.sock"));
    let listener = UnixListener::bind(&socket).unwrap();
    let connections = Arc::new(Mutex::new(JoinSet::new()));
    let server = tokio::spawn(Arc::clone(&cut).serve(listener, env.bench.socket(), Arc::clone(&connections)));
    let engine = Engine::connect(&Address::Unix(socket)).await.unwrap();
    let was_killed = {
        let run = async {
            let rollouts = env.rollouts_through(engine).await.unwrap();
            start(&rollouts, workload).await;
            until(&rollouts, workload, all_ready(workload, 1)).await;
            rollouts.end().await;
        };
        tokio::select! {
            () = run => false,
            () = cut.reached.notified() => true,
        }
    };
    // With a process its connections end.
    server.abort();
    connections.lock().unwrap().abort_all();
    was_killed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rerun_puts_right_what_a_kill_at_any_call_has_left() {
    let Some(env) = environment("killed").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let spec = json!({"template": {"spec": {
        "terminationGracePeriodSeconds": 1,
        "initContainers": [{"name": "first", "image": "landfall-bench/web:v1", "imagePullPolicy": "IfNotPresent",
                            "env": [{"name": "EXIT_AFTER", "value": "10ms"}, {"name": "EXIT_CODE", "value": "0"}]}],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }}});
    let mut container = probed();
    extend(&mut container, &json!({"volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}));
    let version = |tag: &str| workload("Deployment", "web", tag, &spec, &container);
    let rollouts = env.rollouts().await;
    start(&rollouts, &version("v1")).await;
    until(&rollouts, &version("v1"), all_ready(&version("v1"), 1)).await;
    drop(rollouts);

    let mut changes = 0;
    'changes: for change in 0.. {
        for is_made in [false, true] {
            let wanted = version(["v2", "v3", "v1"][(changes + usize::from(is_made)) % 3]);
            if !killed_at(&env, folder.path(), change, is_made, &wanted).await {
                break 'changes;
            }
            let rollouts = env.rollouts().await;
            let serves = |pods: &[_]| pods.iter().any(is_ready);
            let at_once = tokio::time::Instant::now();
            until(&rollouts, &wanted, serves).await;
            assert!(at_once.elapsed().as_secs() < 2, "change {change}: nobody served any more");
            start(&rollouts, &wanted).await;
            until(&rollouts, &wanted, all_ready(&wanted, 1)).await;
            rollouts.end().await;
            let pods = rollouts.pods(&wanted.id);
            assert!(pods.len() == 1 && pods[0].work == Work::None, "change {change}: {:?}", shown(&pods));
            let containers = env.containers().await;
            assert_eq!(containers.len(), 2, "change {change}: {containers:?}");
            let volumes = env.volumes().await;
            assert_eq!(volumes.len(), 1, "change {change}: {volumes:?}");
        }
        changes += 2;
    }
    // Volume, two containers made and started, two stopped and removed, their volume removed.
    assert!(changes >= 16, "{changes}");
}
