-- Renewals: places that officers let stand on lists for longer than four weeks.  Under row-level security like everything else.

-- name: renewals.of_cells
-- The renewals within some weeks that cover cells, newest first, with who gave them: of the cell or of one above it, and given
-- in an area in which the cell's centre lies.  Each cell comes with its own covering cells.
-- Answered by place_renewal's unique index.
SELECT w.cell, r.week, r.officer, r.reason
FROM unnest(CAST(:cells AS bigint[]), CAST(:covering AS bigint[]), CAST(:lats AS double precision[]),
  CAST(:lons AS double precision[])) AS w (cell, covering, lat, lon)
JOIN place_renewal r ON r.cell = w.covering AND r.week BETWEEN :first AND :last
JOIN jurisdiction j ON j.id = r.jurisdiction_id
WHERE ST_Covers(j.area, ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326))
ORDER BY r.week DESC, r.id DESC, w.cell

-- name: renewals.own_at
-- The jurisdictions of the reader's own in which a point lies, the smallest first, with their area in square metres.
-- Answered by the codes of the account's jurisdictions.
SELECT j.id, ST_Area(CAST(j.area AS geography)) AS area_m2
FROM access.who() w JOIN jurisdiction j ON j.code = ANY (w.jurisdiction_codes)
WHERE ST_Covers(j.area, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
ORDER BY nlevel(j.path) DESC, j.id

-- name: renewals.is_forecast
-- Whether an unexpired run that the reader may see forecasts a cell: the runs, then the key of their cells.
SELECT EXISTS (
  SELECT 1 FROM forecast_run f JOIN forecast_cell c ON c.run_id = f.id AND c.cell = :cell
  WHERE f.resolution = :resolution AND f.expires_at > now()
)

-- name: renewals.add
-- Keeps a renewal; the same again changes nothing.
INSERT INTO place_renewal (jurisdiction_id, cell, week, account_id, officer, reason)
VALUES (:jurisdiction, :cell, :week, :account, :officer, :reason)
ON CONFLICT (cell, week, jurisdiction_id) DO NOTHING

-- name: renewals.wake
-- Lets renewed cells of unexpired runs be listed again; gives how many.
SELECT wake_renewed(CAST(:cells AS bigint[]))
