//! The configuration of a forge that lives in one folder and does nothing by itself.

use std::path::Path;

/// The text of `app.ini`.
pub(crate) fn app_ini(folder: &Path, static_files: &Path, run_user: &str, http_port: u16, ssh_port: u16) -> String {
    let (folder, static_files) = (folder.display(), static_files.display());
    format!(
        "APP_NAME = Forge of a test
RUN_USER = {run_user}
RUN_MODE = prod
WORK_PATH = {folder}
; Tests may run as root. The forge is only reached from this machine, and its folder goes with it.
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true

[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {http_port}
DOMAIN = 127.0.0.1
ROOT_URL = http://127.0.0.1:{http_port}/
STATIC_ROOT_PATH = {static_files}
APP_DATA_PATH = {folder}/data
OFFLINE_MODE = true
START_SSH_SERVER = true
BUILTIN_SSH_SERVER_USER = git
SSH_LISTEN_HOST = 127.0.0.1
SSH_LISTEN_PORT = {ssh_port}
SSH_PORT = {ssh_port}
SSH_DOMAIN = 127.0.0.1
SSH_SERVER_HOST_KEYS = {folder}/host_key

[database]
DB_TYPE = sqlite3
PATH = {folder}/forge.db
SQLITE_JOURNAL_MODE = WAL

[repository]
ROOT = {folder}/repositories
DEFAULT_BRANCH = main

[security]
INSTALL_LOCK = true
SECRET_KEY = of-no-use-outside-of-a-test
INTERNAL_TOKEN = of-no-use-outside-of-a-test
; Cheap to check: these passwords are known anyway.
PASSWORD_HASH_ALGO = pbkdf2$1$50

[service]
DISABLE_REGISTRATION = true

[webhook]
ALLOWED_HOST_LIST = loopback
DELIVER_TIMEOUT = 5

[log]
MODE = console
LEVEL = Warn

[queue]
TYPE = channel

[session]
PROVIDER = memory

[indexer]
ISSUE_INDEXER_TYPE = db

[actions]
ENABLED = false

[oauth2]
ENABLED = false

[cron.update_checker]
ENABLED = false
"
    )
}
