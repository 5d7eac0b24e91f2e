-- The tables of the journal. The same text runs on SQLite and PostgreSQL: only TEXT and BIGINT. Times are milliseconds
-- since 1970 in UTC. Objects are written as group/kind/namespace/name, with an empty group for the core group and an empty
-- namespace for cluster-scoped ones. Never change this file; add another one.

-- Where deploys go. "writes" is raised by every write to the place, which makes writers of one place wait for each other.
CREATE TABLE places (
    id        BIGINT NOT NULL PRIMARY KEY,
    target    TEXT   NOT NULL,
    namespace TEXT   NOT NULL,
    record    TEXT   NOT NULL,
    writes    BIGINT NOT NULL,
    UNIQUE (target, namespace, record)
);

CREATE TABLE deploys (
    id                TEXT   NOT NULL PRIMARY KEY,
    place_id          BIGINT NOT NULL REFERENCES places (id),
    environment       TEXT   NOT NULL,
    target            TEXT   NOT NULL,
    cause             TEXT   NOT NULL,
    asked_by          TEXT,
    repository        TEXT,
    revision          TEXT,
    author            TEXT,
    subject           TEXT,
    message           TEXT,
    previous_revision TEXT,
    is_older          BIGINT NOT NULL,
    committed         BIGINT,
    detected          BIGINT NOT NULL,
    first_write       BIGINT,
    applied           BIGINT,
    live              BIGINT,
    ended             BIGINT,
    outcome           TEXT   NOT NULL,
    reason            TEXT,
    ended_by          TEXT,
    resumes           BIGINT NOT NULL,
    -- Since when the place is as this deploy says: "ended" of those that ended as live or applied.
    effect            BIGINT
);

CREATE INDEX deploys_of_place ON deploys (place_id, id);
-- With the id, so that it is preferred to the one above however many deploys there are.
CREATE INDEX deploys_running ON deploys (place_id, id) WHERE outcome = 'running';
CREATE INDEX deploys_live ON deploys (place_id, id) WHERE outcome = 'live';
CREATE INDEX deploys_in_effect ON deploys (place_id, effect, id) WHERE effect IS NOT NULL;

-- What a deploy does to objects. "service" is the name if the object is a workload.
CREATE TABLE objects (
    deploy   TEXT   NOT NULL REFERENCES deploys (id) ON DELETE CASCADE,
    object   TEXT   NOT NULL,
    position BIGINT NOT NULL,
    action   TEXT   NOT NULL,
    fields   TEXT   NOT NULL,
    manifest TEXT,
    state    TEXT   NOT NULL,
    written  BIGINT,
    error    TEXT,
    service  TEXT,
    PRIMARY KEY (deploy, object)
);

CREATE INDEX objects_of_service ON objects (service, deploy) WHERE service IS NOT NULL;

-- The images of the workloads that a deploy changes; those that stay the same too.
CREATE TABLE images (
    deploy       TEXT NOT NULL REFERENCES deploys (id) ON DELETE CASCADE,
    object       TEXT NOT NULL,
    container    TEXT NOT NULL,
    image_before TEXT,
    image_after  TEXT,
    digest       TEXT,
    PRIMARY KEY (deploy, object, container)
);

CREATE TABLE rollouts (
    deploy   TEXT   NOT NULL REFERENCES deploys (id) ON DELETE CASCADE,
    object   TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    ready    BIGINT,
    total    BIGINT,
    sentence TEXT   NOT NULL,
    started  BIGINT NOT NULL,
    updated  BIGINT NOT NULL,
    live     BIGINT,
    PRIMARY KEY (deploy, object)
);

-- The workloads of a place that were ever live.
CREATE TABLE services (
    place_id BIGINT NOT NULL REFERENCES places (id),
    object   TEXT   NOT NULL,
    PRIMARY KEY (place_id, object)
);

-- From when to when a workload was live as one deploy made it, with its images as JSON. Without a deploy: it was met so,
-- and "started" is when it was met. The one that has not ended is live now. Stays when its deploy is deleted.
CREATE TABLE spans (
    place_id BIGINT NOT NULL,
    object   TEXT   NOT NULL,
    started  BIGINT NOT NULL,
    ended    BIGINT,
    deploy   TEXT,
    revision TEXT,
    images   TEXT   NOT NULL,
    PRIMARY KEY (place_id, object, started),
    FOREIGN KEY (place_id, object) REFERENCES services (place_id, object)
);

CREATE INDEX spans_open ON spans (place_id, object) WHERE ended IS NULL;

CREATE TABLE observations (
    place_id BIGINT NOT NULL REFERENCES places (id),
    object   TEXT   NOT NULL,
    fact     TEXT   NOT NULL,
    what     TEXT   NOT NULL,
    done_by  TEXT,
    done     BIGINT,
    seen     BIGINT NOT NULL,
    PRIMARY KEY (place_id, object, fact)
);

CREATE INDEX observations_seen ON observations (place_id, seen);
