-- Live streams: whom an event concerns, and whether a sign-in still stands.

-- name: live.stations
-- Gives the stations whose changes a reader hears of.
-- Answered by visible_station's primary key.
SELECT access.stations()

-- name: live.version
-- Gives the newest data version.
-- Answered by the sequence.
SELECT last_value FROM data_version

-- name: live.alive
-- Gives those of some token hashes that still sign somebody in.
-- Answered by the unique keys of session and api_token.
SELECT access.alive(CAST(:hashes AS bytea[]))
