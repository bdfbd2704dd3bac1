-- Deliveries, quarantine, hotels and the bulk writing of records.  Rows come as one JSON text a statement: COPY is refused to
-- the application's role on tables under row-level security, and json_to_recordset keeps types without a staging table.

-- name: ingest.source
-- Gives the source of a key.
-- Answered by source_key_key.
SELECT id, key, name, is_synthetic FROM source WHERE key = :key

-- name: ingest.add_source
-- Makes a source, or brings a known one's description up to date where one is given.
-- Answered by source_key_key.
INSERT INTO source (key, name, is_synthetic, attribution, licence)
VALUES (:key, :name, :synthetic, :attribution, :licence)
ON CONFLICT (key) DO UPDATE SET name = EXCLUDED.name, is_synthetic = EXCLUDED.is_synthetic,
  attribution = EXCLUDED.attribution, licence = EXCLUDED.licence
RETURNING id

-- name: ingest.unfinished
-- Gives the newest unfinished deliveries of the same file.
-- Answered by delivery_sha256.
SELECT id FROM delivery
WHERE source_id = :source AND kind = CAST(:kind AS record_kind) AND sha256 = :sha256 AND state IN ('waiting', 'receiving')
  AND account_id IS NOT DISTINCT FROM CAST(:account AS bigint)
ORDER BY id DESC LIMIT 20

-- name: ingest.open_delivery
-- Makes a delivery and gives its id.
INSERT INTO delivery (source_id, kind, filename, sha256, state, account_id)
VALUES (:source, CAST(:kind AS record_kind), :filename, :sha256, :state, :account)
RETURNING id

-- name: ingest.lock_delivery
-- Gives how far a delivery is, locked against another loader.
-- Answered by delivery's primary key.
SELECT id, source_id, CAST(kind AS text) AS kind, filename, sha256, state, received, accepted, duplicate, quarantined, placed,
  unplaced, rows_done, account_id, started_at
FROM delivery WHERE id = :id FOR UPDATE

-- name: ingest.is_repeat
-- Says whether the same file was delivered before, by whomever this role can see.
-- Answered by delivery_sha256.
SELECT EXISTS (
  SELECT 1 FROM delivery d WHERE d.source_id = :source AND d.kind = CAST(:kind AS record_kind) AND d.sha256 = :sha256
    AND d.id <> :id)

-- name: ingest.count
-- Adds a chunk's counts to its delivery.
-- Answered by delivery's primary key.
UPDATE delivery SET received = received + :received, accepted = accepted + :accepted, duplicate = duplicate + :duplicate,
  quarantined = quarantined + :quarantined, placed = placed + :placed, unplaced = unplaced + :unplaced,
  rows_done = rows_done + :received, state = 'receiving'
WHERE id = :id

-- name: ingest.end_delivery
-- Ends a delivery, whole or refused, and says how far its data reach: to the newest moment that one of its rows was known
-- at.  A row that does not say when it was reported counts from its own day, for its time of loading says nothing of it.
-- Answered by delivery's primary key and record_delivery.
UPDATE delivery SET state = :state, error = :error, finished_at = clock_timestamp(),
  data_to = coalesce(
    (SELECT max(CASE WHEN r.reported_at IS NULL THEN least(r.known_at, upper(r.occurred)) ELSE r.known_at END)
     FROM record r WHERE r.delivery_id = :id),
    data_to)
WHERE id = :id

-- name: ingest.delivery
-- Gives one delivery as this role may see it.
-- Answered by delivery's primary key.
SELECT d.id, s.key AS source, s.name AS source_name, s.is_synthetic, CAST(d.kind AS text) AS kind, d.filename, d.sha256,
  d.state, d.received, d.accepted, d.duplicate, d.quarantined, d.placed, d.unplaced, d.error, d.started_at, d.finished_at
FROM delivery d JOIN source s ON s.id = d.source_id WHERE d.id = :id

-- name: ingest.deliveries
-- Gives the newest deliveries that this role may see, below :before where a page went before.
-- Answered by delivery's primary key.
SELECT d.id, s.key AS source, s.name AS source_name, s.is_synthetic, CAST(d.kind AS text) AS kind, d.filename, d.sha256,
  d.state, d.received, d.accepted, d.duplicate, d.quarantined, d.placed, d.unplaced, d.error, d.started_at, d.finished_at
FROM delivery d JOIN source s ON s.id = d.source_id
WHERE CAST(:before AS bigint) IS NULL OR d.id < :before
ORDER BY d.id DESC LIMIT :limit

-- name: ingest.add_quarantine
-- Puts bad rows aside.
INSERT INTO quarantine (delivery_id, line, raw, column_name, reason, params)
SELECT :delivery, q.line, decode(q.raw, 'hex'), q.column_name, q.reason, q.params
FROM json_to_recordset(CAST(:rows AS json)) AS q (line bigint, raw text, column_name text, reason text, params jsonb)

-- name: ingest.quarantine
-- Gives the rows of a delivery that wait to be mended; of every delivery where none is named.
-- Answered by quarantine_open.
SELECT q.id, q.delivery_id, q.line, q.raw, q.column_name, q.reason, q.params, q.state, q.made_at, CAST(d.kind AS text) AS kind,
  d.filename, s.key AS source
FROM quarantine q JOIN delivery d ON d.id = q.delivery_id JOIN source s ON s.id = d.source_id
WHERE q.state = 'open' AND (CAST(:delivery AS bigint) IS NULL OR q.delivery_id = :delivery) AND q.id > :after
ORDER BY q.id LIMIT :limit

-- name: ingest.mark_replayed
-- Marks the bad rows of a delivery as replayed in another; rows that are bad again stand in that one.
-- Answered by quarantine_open.
UPDATE quarantine SET state = 'replayed', replayed_in = :replayed
WHERE delivery_id = :delivery AND state = 'open' AND line = ANY (CAST(:lines AS bigint[]))

-- name: ingest.lock_source
-- Lets the chunks of one source take turns, so that two loads of the same records cannot deadlock.  Pins do not take it.
SELECT pg_advisory_xact_lock(4203002, :source)

-- name: ingest.known
-- Gives the records of a source that are known by the keys.
-- Answered by record_source_id_key_key.
SELECT id, key, version, encode(digest, 'hex') AS digest, station_id, CAST(kind AS text) AS kind
FROM record WHERE source_id = :source AND key = ANY (CAST(:keys AS text[]))

-- name: ingest.old_digests
-- Gives what records said before, as (record, digest).
-- Answered by record_version's primary key.
SELECT record_id, encode(digest, 'hex') AS digest FROM record_version WHERE record_id = ANY (CAST(:records AS bigint[]))

-- name: ingest.add_records
-- Inserts records and gives their ids by key; a key that another transaction has just made gives none.
INSERT INTO record (source_id, key, kind, station_id, head_id, discovery, protected, cancelled, occurred, reported_at, known_at,
  place_text, given, digest, delivery_id, line, place_asked)
SELECT :source, r.key, CAST(:kind AS record_kind), r.station_id, r.head_id, r.discovery, r.protected, r.cancelled,
  tstzrange(r.occurred_from, r.occurred_to, CASE WHEN r.occurred_from = r.occurred_to THEN '[]' ELSE '[)' END), r.reported_at,
  r.known_at, r.place_text, ST_SetSRID(ST_MakePoint(r.lon, r.lat), 4326), decode(r.digest, 'hex'), :delivery, r.line, r.asked
FROM json_to_recordset(CAST(:rows AS json)) AS r (key text, station_id bigint, head_id smallint, discovery discovery,
  protected boolean, cancelled boolean, occurred_from timestamptz, occurred_to timestamptz, reported_at timestamptz,
  known_at timestamptz, place_text text, lat double precision, lon double precision, digest text, line bigint, asked jsonb)
ON CONFLICT (source_id, key) DO NOTHING
RETURNING id, key

-- name: ingest.keep_version
-- Keeps what records say now, before a delivery changes them: every delivered field but persons.
-- Answered by record's primary key.
INSERT INTO record_version (record_id, version, content, digest, delivery_id, known_from, known_until)
SELECT r.id, r.version,
  (to_jsonb(r) - 'digest' - 'given' || jsonb_build_object('given', ST_AsText(r.given)))
    || coalesce(to_jsonb(f), '{}') || coalesce(to_jsonb(c), '{}') || coalesce(to_jsonb(s), '{}') || coalesce(to_jsonb(i), '{}'),
  r.digest, r.delivery_id,
  coalesce((SELECT max(v.known_until) FROM record_version v WHERE v.record_id = r.id), r.made_at), greatest(now(), r.made_at)
FROM record r
LEFT JOIN fir f ON f.record_id = r.id
LEFT JOIN complaint c ON c.record_id = r.id
LEFT JOIN stay s ON s.record_id = r.id
LEFT JOIN incident i ON i.record_id = r.id
WHERE r.id = ANY (CAST(:records AS bigint[]))

-- name: ingest.change_records
-- Gives records their new content.
-- Answered by record's primary key.
UPDATE record SET version = record.version + 1, station_id = r.station_id, head_id = r.head_id, discovery = r.discovery,
  protected = r.protected, cancelled = r.cancelled,
  occurred = tstzrange(r.occurred_from, r.occurred_to, CASE WHEN r.occurred_from = r.occurred_to THEN '[]' ELSE '[)' END),
  reported_at = r.reported_at, known_at = r.known_at, place_text = r.place_text,
  given = ST_SetSRID(ST_MakePoint(r.lon, r.lat), 4326), digest = decode(r.digest, 'hex'), delivery_id = :delivery, line = r.line,
  place_asked = r.asked
FROM json_to_recordset(CAST(:rows AS json)) AS r (id bigint, station_id bigint, head_id smallint, discovery discovery,
  protected boolean, cancelled boolean, occurred_from timestamptz, occurred_to timestamptz, reported_at timestamptz,
  known_at timestamptz, place_text text, lat double precision, lon double precision, digest text, line bigint, asked jsonb)
WHERE record.id = r.id

-- name: ingest.lock_records
-- Gives records that are about to change, locked in one order: an officer's pin on one of them comes wholly before or after.
-- Answered by record's primary key.
SELECT id FROM record WHERE id = ANY (CAST(:records AS bigint[])) ORDER BY id FOR UPDATE

-- name: ingest.pinned
-- Gives what officers say of records' places (pins, and that one cannot be placed) with the cells, and what the place was said to be when they were made.
-- Answered by fix_current.
SELECT f.record_id, f.score, f.accuracy_m, ST_Y(f.point) AS lat, ST_X(f.point) AS lon, f.matched, f.reasons, f.account_id,
  m.resolution, m.cells, m.cell_upto, r.station_id, r.place_text, ST_Y(r.given) AS given_lat, ST_X(r.given) AS given_lon,
  fir.distance_m, fir.direction
FROM fix f
JOIN record r ON r.id = f.record_id
LEFT JOIN mass m ON m.fix_id = f.id AND m.known_until IS NULL
LEFT JOIN fir ON fir.record_id = f.record_id
WHERE f.record_id = ANY (CAST(:records AS bigint[])) AND f.known_until IS NULL AND (f.method = 'pin' OR f.account_id IS NOT NULL)

-- name: ingest.put_firs
-- Puts the FIR part of records.
INSERT INTO fir (record_id, year, number, e_tag, sections, property, distance_m, direction, status, narrative, rule_version,
  diary_at, despatched_at, arrested_at, delay_reason)
SELECT record_id, year, number, e_tag, sections, property, distance_m, direction, status, narrative, rule_version,
  diary_at, despatched_at, arrested_at, coalesce(delay_reason, '')
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, year smallint, number integer, e_tag text, sections text,
  property text, distance_m real, direction text, status text, narrative text, rule_version text,
  diary_at timestamptz, despatched_at timestamptz, arrested_at timestamptz, delay_reason text)
ON CONFLICT (record_id) DO UPDATE SET e_tag = EXCLUDED.e_tag, sections = EXCLUDED.sections, property = EXCLUDED.property,
  distance_m = EXCLUDED.distance_m, direction = EXCLUDED.direction, status = EXCLUDED.status, narrative = EXCLUDED.narrative,
  rule_version = EXCLUDED.rule_version, diary_at = EXCLUDED.diary_at, despatched_at = EXCLUDED.despatched_at,
  arrested_at = EXCLUDED.arrested_at, delay_reason = EXCLUDED.delay_reason

-- name: ingest.put_sections
-- Puts the sections of FIRs whose old ones were dropped.
INSERT INTO fir_section (record_id, position, law, section, action_date)
SELECT record_id, position, law, section, action_date
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, position smallint, law text, section text, action_date date)

-- name: ingest.drop_sections
-- Drops the sections of FIRs that are written anew; record_version keeps what they were.
-- Answered by fir_section's primary key.
DELETE FROM fir_section WHERE record_id = ANY (CAST(:records AS bigint[]))

-- name: ingest.put_complaints
-- Puts the complaint part of records; the FIR that one led to is linked where it is found, its key read as delivered.
INSERT INTO complaint (record_id, tag, category, status, fir, fir_id, narrative)
SELECT r.record_id, r.tag, r.category, r.status, r.fir,
  (SELECT f.record_id FROM record k JOIN fir f ON f.record_id = k.id
   WHERE k.kind = 'fir' AND k.key = r.fir_key ORDER BY k.id LIMIT 1), r.narrative
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, tag text, category text, status text, fir text,
  fir_key text, narrative text)
ON CONFLICT (record_id) DO UPDATE SET category = EXCLUDED.category, status = EXCLUDED.status, fir = EXCLUDED.fir,
  fir_id = EXCLUDED.fir_id, narrative = EXCLUDED.narrative

-- name: ingest.put_stays
-- Puts the stay part of records.
INSERT INTO stay (record_id, hotel_id, check_in, check_out, room, purpose)
SELECT record_id, hotel_id, check_in, check_out, room, purpose
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, hotel_id bigint, check_in timestamptz,
  check_out timestamptz, room text, purpose text)
ON CONFLICT (record_id) DO UPDATE SET check_in = EXCLUDED.check_in, check_out = EXCLUDED.check_out, room = EXCLUDED.room,
  purpose = EXCLUDED.purpose

-- name: ingest.put_incidents
-- Puts the incident part of records.
INSERT INTO incident (record_id, external_id, category, narrative)
SELECT record_id, external_id, category, narrative
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, external_id text, category text, narrative text)
ON CONFLICT (record_id) DO UPDATE SET category = EXCLUDED.category, narrative = EXCLUDED.narrative

-- name: ingest.put_parties
-- Puts the persons of records, encrypted before they come here.
INSERT INTO person.party (record_id, role, name, cnic, cnic_hash, phone)
SELECT record_id, role, decode(name, 'hex'), decode(cnic, 'hex'), decode(cnic_hash, 'hex'), decode(phone, 'hex')
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, role text, name text, cnic text, cnic_hash text, phone text)

-- name: ingest.drop_parties
-- Drops the persons of records that are written anew.
-- Answered by party_record.
DELETE FROM person.party WHERE record_id = ANY (CAST(:records AS bigint[]))

-- name: ingest.add_fixes
-- Inserts fixes and gives their ids by record.
INSERT INTO fix (record_id, station_id, method, score, accuracy_m, point, matched, reasons, account_id)
SELECT record_id, station_id, method, score, accuracy_m, ST_SetSRID(ST_MakePoint(lon, lat), 4326), matched, reasons, account_id
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, station_id bigint, method text, score real, accuracy_m real,
  lat double precision, lon double precision, matched text, reasons jsonb, account_id bigint)
RETURNING id, record_id

-- name: ingest.add_mass
-- Inserts mass and gives the ids.
INSERT INTO mass (record_id, fix_id, station_id, kind, head_id, discovery, protected, resolution, cells, cell_upto, keys, shifts,
  shift_mass, known_at)
SELECT record_id, fix_id, station_id, CAST(:kind AS record_kind), head_id, discovery, protected, resolution, cells, cell_upto,
  keys, int4range(first_shift, last_shift), shift_mass, known_at
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, fix_id bigint, station_id bigint, head_id smallint,
  discovery discovery, protected boolean, resolution smallint, cells bigint[], cell_upto integer[], keys bigint[],
  first_shift integer, last_shift integer, shift_mass integer[], known_at timestamptz)
RETURNING id

-- name: ingest.hotels
-- Gives the hotels of a source by their keys, with the fix that each of their stays gets.
-- Answered by hotel_source_id_key_key.
SELECT id, key, station_id, method, score, accuracy_m, ST_Y(point) AS lat, ST_X(point) AS lon, resolution, cells, cell_upto,
  matched, reasons
FROM hotel WHERE source_id = :source AND key = ANY (CAST(:keys AS text[]))

-- name: ingest.add_hotels
-- Inserts hotels that are not known yet.
INSERT INTO hotel (source_id, key, name, address, district_id, station_id, method, score, accuracy_m, point, resolution, cells,
  cell_upto, matched, reasons)
SELECT :source, key, name, address, district_id, station_id, method, score, accuracy_m,
  ST_SetSRID(ST_MakePoint(lon, lat), 4326), resolution, cells, cell_upto, matched, reasons
FROM json_to_recordset(CAST(:rows AS json)) AS r (key text, name text, address text, district_id bigint, station_id bigint,
  method text, score real, accuracy_m real, lat double precision, lon double precision, resolution smallint, cells bigint[],
  cell_upto integer[], matched text, reasons jsonb)
ON CONFLICT (source_id, key) DO NOTHING

-- name: ingest.visible_of
-- Gives the stations that an account may write, for a job that works in its name.
-- Answered by visible_station's primary key.
SELECT station_id FROM access.visible_station WHERE account_id = :account

-- name: ingest.visible_here
-- Gives the stations of the open scope.
SELECT access.stations()

-- name: ingest.old_stays
-- Gives stays past their retention, oldest first.
-- Answered by stay_check_in.
SELECT record_id FROM stay WHERE check_in < :before ORDER BY check_in LIMIT :limit

-- name: ingest.forget_bad_stays
-- Takes the words out of quarantined stays that may not be kept: those put aside before :before, and those that were too old
-- when they came.  The rows stay, so that their deliveries still add up.
-- Answered by a scan of the deliveries of stays, then quarantine_delivery_id_line_key.
UPDATE quarantine SET raw = '', state = CASE WHEN quarantine.state = 'open' THEN 'dismissed' ELSE quarantine.state END
FROM delivery d
WHERE d.id = quarantine.delivery_id AND d.kind = 'stay' AND quarantine.raw <> ''
  AND (quarantine.made_at < :before OR quarantine.reason = 'stay_too_old')

-- name: ingest.drop_mass
-- Drops the mass of records past their retention; its deltas were taken back before.
-- Answered by the scan of mass by record.
DELETE FROM mass WHERE record_id = ANY (CAST(:records AS bigint[]))

-- name: ingest.drop_fixes
-- Drops the fixes of records past their retention.
-- Answered by fix_record.
DELETE FROM fix WHERE record_id = ANY (CAST(:records AS bigint[]))

-- name: ingest.drop_stays
-- Drops the stay part of records past their retention.
-- Answered by stay's primary key.
DELETE FROM stay WHERE record_id = ANY (CAST(:records AS bigint[]))

-- name: ingest.drop_versions
-- Drops older versions of records past their retention.
-- Answered by record_version's primary key.
DELETE FROM record_version WHERE record_id = ANY (CAST(:records AS bigint[]))

-- name: ingest.drop_records
-- Drops records past their retention; their persons go with them.
-- Answered by record's primary key.
DELETE FROM record WHERE id = ANY (CAST(:records AS bigint[]))

-- name: ingest.claim
-- Says whether this connection now holds a delivery for itself.
SELECT pg_try_advisory_lock(4203003, :id)

-- name: ingest.release
-- Lets a delivery go.
SELECT pg_advisory_unlock(4203003, :id)
