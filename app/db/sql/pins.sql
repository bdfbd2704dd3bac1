-- The pin desk: what it asks of a station's register.  Under row-level security like everything else.

-- name: pins.events
-- Gives the dates of FIRs with those of the next number in their station and year, for the check of their order.
-- Answered by record_fir_key and the primary keys; the window runs over a station's year.
WITH register AS (
  SELECT r.id, r.station_id, r.known_at, fir.year, fir.number, fir.e_tag,
    lead(fir.number) OVER numbers AS next_number, lead(r.known_at) OVER numbers AS next_known_at, lead(fir.e_tag) OVER numbers AS next_e_tag
  FROM record r JOIN fir ON fir.record_id = r.id
  WHERE r.kind = 'fir' AND fir.year BETWEEN :first_year AND :last_year
    AND (CAST(:stations AS bigint[]) IS NULL OR r.station_id = ANY (CAST(:stations AS bigint[])))
  WINDOW numbers AS (PARTITION BY r.station_id, fir.year ORDER BY fir.number)
)
SELECT r.id, g.year, g.number, g.e_tag, g.next_number, g.next_known_at, g.next_e_tag, r.key, r.protected,
  lower(r.occurred) AS occurred_from, r.known_at, r.reported_at, fir.diary_at, fir.despatched_at, fir.arrested_at,
  st.code AS station, st.name AS station_name, st.name_ur AS station_name_ur, h.key AS head,
  (SELECT array_agg(s.action_date) FROM fir_section s WHERE s.record_id = r.id AND s.action = 'added' AND s.action_date IS NOT NULL) AS section_dates,
  (SELECT max(cr.reported_at) FROM complaint c JOIN record cr ON cr.id = c.record_id WHERE c.fir_id = r.id) AS complained_at
FROM register g
JOIN record r ON r.id = g.id
JOIN fir ON fir.record_id = r.id
JOIN jurisdiction st ON st.id = r.station_id
JOIN crime_head h ON h.id = r.head_id
WHERE (CAST(:record AS bigint) IS NULL OR r.id = :record)
  AND (CAST(:since AS timestamptz) IS NULL OR r.known_at >= :since)
ORDER BY r.known_at DESC, r.id DESC

-- name: pins.register_of
-- Gives the station and year of a FIR, so that only its own register is read; none where it is no FIR or not the reader's.
-- Answered by the primary keys.
SELECT r.station_id, fir.year FROM record r JOIN fir ON fir.record_id = r.id WHERE r.id = :record

-- name: pins.form
-- Gives what Form 24.5(1) prints beside a record's own page.
-- Answered by the primary keys.
SELECT fir.diary_at, fir.despatched_at, fir.arrested_at, fir.delay_reason, d.name AS district_name, d.name_ur AS district_name_ur,
  p.name AS province_name, p.name_ur AS province_name_ur
FROM record r
JOIN fir ON fir.record_id = r.id
JOIN jurisdiction st ON st.id = r.station_id
LEFT JOIN jurisdiction d ON d.level = 'district' AND st.path <@ d.path
LEFT JOIN jurisdiction p ON p.level = 'province' AND st.path <@ p.path
WHERE r.id = :record
