-- Source addresses that an identity used at most three times: first look here for stolen credentials.
SELECT
  coalesce(
    nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid,
    nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type
  ) AS identity,
  sourceipaddress,
  count(*) AS calls,
  min(eventtime) AS first_seen,
  max(eventtime) AS last_seen,
  array_join(array_agg(DISTINCT eventname ORDER BY eventname), ', ') AS actions
FROM cloudtrail
WHERE useridentity.invokedby IS NULL
GROUP BY 1, 2
HAVING count(*) <= 3
ORDER BY first_seen, identity, sourceipaddress
