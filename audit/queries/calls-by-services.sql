-- Calls that AWS services made, for themselves or on someone's behalf.
SELECT
  useridentity.invokedby AS service,
  coalesce(
    nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid,
    nullif(useridentity.principalid, ''), 'for itself'
  ) AS on_behalf_of,
  eventsource,
  eventname,
  count(*) AS calls,
  count(coalesce(nullif(errorcode, ''), nullif(errormessage, ''))) AS failures,
  min(eventtime) AS first_seen,
  max(eventtime) AS last_seen
FROM cloudtrail
WHERE useridentity.invokedby IS NOT NULL
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, service, eventname, eventsource, on_behalf_of
