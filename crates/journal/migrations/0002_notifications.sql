-- What people are told of deploys. Never change this file; add another one.

-- The sinks that landfall.yaml of a repository has. "environments" are names as JSON, empty for all; "events" are kinds as
-- JSON. Nothing secret: where a sink is and how it is opened, only the process knows that tells it.
CREATE TABLE sinks (
    repository   TEXT NOT NULL,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    environments TEXT NOT NULL,
    events       TEXT NOT NULL,
    -- Why nothing is sent to it any more: it said so itself.
    stopped      TEXT,
    PRIMARY KEY (repository, name)
);

-- What happened, written in the same transaction. "id" sorts within one place in the order of what happened.
CREATE TABLE events (
    id          TEXT   NOT NULL PRIMARY KEY,
    place_id    BIGINT NOT NULL REFERENCES places (id),
    repository  TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    deploy      TEXT,
    kind        TEXT   NOT NULL,
    happened    BIGINT NOT NULL,
    -- What tells a failure from another one of the same deploy.
    sameness    TEXT   NOT NULL,
    content     TEXT   NOT NULL
);

CREATE INDEX events_of_deploy ON events (deploy, kind);
CREATE INDEX events_of_place ON events (place_id, id);

-- One row for each sink that is to be told of an event.
CREATE TABLE deliveries (
    event      TEXT   NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    repository TEXT   NOT NULL,
    sink       TEXT   NOT NULL,
    place_id   BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    tries      BIGINT NOT NULL,
    next_try   BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    -- Since when it is to be told, by the clock of who wrote it.
    since      BIGINT NOT NULL,
    error      TEXT,
    PRIMARY KEY (event, repository, sink)
);

CREATE INDEX deliveries_waiting ON deliveries (repository, sink, place_id, event) WHERE state = 'waiting';
CREATE INDEX deliveries_in_state ON deliveries (state, event);

-- What a sink calls the message about a deploy, so that it can be changed.
CREATE TABLE messages (
    repository TEXT NOT NULL,
    sink       TEXT NOT NULL,
    deploy     TEXT NOT NULL,
    handle     TEXT NOT NULL,
    PRIMARY KEY (repository, sink, deploy)
);
