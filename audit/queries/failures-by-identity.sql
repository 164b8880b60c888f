-- Which identities fail, at what, how often, and since when.
SELECT
  identity,
  eventname,
  result,
  count(*) AS failures,
  min(eventtime) AS first_seen,
  max(eventtime) AS last_seen
FROM (
  SELECT
    coalesce(
      nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid,
      nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type
    ) AS identity,
    eventname,
    eventtime,
    coalesce(
      nullif(errorcode, ''),
      CASE WHEN errormessage <> '' OR (eventsource = 'signin.amazonaws.com' AND (
        responseelements LIKE '%"Failure"%' OR serviceeventdetails LIKE '%"Failure"%'
      )) THEN 'Failure' END
    ) AS result
  FROM cloudtrail
)
WHERE result IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY failures DESC, identity, eventname, result
