-- Renewals: places that officers let stand on lists for longer than four weeks.  Under row-level security like everything else.

-- name: renewals.of_cells
-- The renewals of cells within some weeks, newest first, with who gave them.
-- Answered by place_renewal's unique index.
SELECT cell, week, officer, reason, made_at
FROM place_renewal
WHERE cell = ANY (CAST(:cells AS bigint[])) AND week BETWEEN :first AND :last
ORDER BY week DESC, id DESC

-- name: renewals.own_at
-- The smallest jurisdiction of the reader's own that an outline touches.
-- Answered by the codes of the account's jurisdictions.
SELECT j.id
FROM access.who() w JOIN jurisdiction j ON j.code = ANY (w.jurisdiction_codes)
WHERE ST_Intersects(j.area, ST_GeomFromWKB(:outline, 4326))
ORDER BY nlevel(j.path) DESC, j.id
LIMIT 1

-- name: renewals.add
-- Keeps a renewal; the same again changes nothing.
INSERT INTO place_renewal (jurisdiction_id, cell, week, account_id, officer, reason)
VALUES (:jurisdiction, :cell, :week, :account, :officer, :reason)
ON CONFLICT (cell, week, jurisdiction_id) DO NOTHING

-- name: renewals.wake
-- Lets renewed cells of unexpired runs be listed again; gives how many.
SELECT wake_renewed(CAST(:cells AS bigint[]))
