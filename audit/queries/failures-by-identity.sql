-- Which identities fail, at what, how often, and since when.
SELECT
  coalesce(
    nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid,
    nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type
  ) AS identity,
  eventname,
  errorcode,
  count(*) AS failures,
  min(eventtime) AS first_seen,
  max(eventtime) AS last_seen
FROM cloudtrail
WHERE errorcode IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY failures DESC, identity, eventname, errorcode
