-- Saved views: one's own and the team's.

-- name: views.shown
-- Gives the views that the reader may open, of one desk or of all, by name; with who made each.
-- Answered by saved_view_account and saved_view_unit.
SELECT v.id, v.desk, v.name, v.query, v.is_team, v.made_at, v.account_id = (SELECT access.current_account()) AS is_own,
  coalesce(nullif(a.display_name, ''), a.name) AS owner
FROM saved_view v JOIN access.account a ON a.id = v.account_id
WHERE v.deleted_at IS NULL AND (CAST(:desk AS text) IS NULL OR v.desk = :desk)
ORDER BY v.desk, lower(v.name), v.id

-- name: views.add
-- Makes a view of the reader's, in the first of the reader's units, and gives its id.
-- Answered by account_jurisdiction's primary key.
INSERT INTO saved_view (account_id, unit_id, desk, name, query, is_team)
SELECT access.current_account(), (SELECT min(u) FROM access.units() AS u), :desk, :name, :query, :is_team
RETURNING id

-- name: views.count
-- Gives how many views the reader keeps.
-- Answered by saved_view_account.
SELECT count(*) FROM saved_view WHERE account_id = (SELECT access.current_account()) AND deleted_at IS NULL

-- name: views.set_deleted
-- Deletes a view of the reader's, or takes the deletion back; gives its id, none where it is not the reader's.
-- Answered by saved_view's primary key.
UPDATE saved_view SET deleted_at = CASE WHEN :deleted THEN now() END
WHERE id = :id AND account_id = (SELECT access.current_account()) AND (deleted_at IS NULL) = :deleted
RETURNING id

-- name: views.forget
-- Takes away the reader's views that were deleted more than a day ago.
-- Answered by saved_view_account.
DELETE FROM saved_view WHERE account_id = (SELECT access.current_account()) AND deleted_at < now() - interval '1 day'
