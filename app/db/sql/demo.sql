-- name: demo.has_begun
-- Whether anything of the demonstration was ever delivered: its files must then stay as they are.
SELECT EXISTS (
  SELECT FROM delivery JOIN source ON source.id = delivery.source_id WHERE source.key LIKE 'demo-%'
)
