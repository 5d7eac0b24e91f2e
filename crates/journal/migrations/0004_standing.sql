-- The newest event of one kind, however many of others there are. Never change this file; add another one.
CREATE INDEX events_of_kind ON events (place_id, kind, id);
