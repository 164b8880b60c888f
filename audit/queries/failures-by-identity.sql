-- Which identities fail, at what, how often, and since when.
SELECT
  coalesce(useridentity.arn, useridentity.invokedby, useridentity.username, useridentity.principalid) AS identity,
  eventname,
  errorcode,
  count(*) AS failures,
  min(eventtime) AS first_seen,
  max(eventtime) AS last_seen
FROM cloudtrail
WHERE errorcode IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY failures DESC, identity, eventname
