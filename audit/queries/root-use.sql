-- Each call by an account's root user, with and without a second factor.
SELECT
  eventtime,
  useridentity.accountid AS account,
  eventname,
  sourceipaddress,
  useragent,
  useridentity.sessioncontext.attributes.mfaauthenticated AS mfa,
  coalesce(errorcode, 'ok') AS result
FROM cloudtrail
WHERE useridentity.type = 'Root' AND useridentity.invokedby IS NULL
ORDER BY eventtime, eventid
