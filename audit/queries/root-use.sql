-- Each call by an account's root user, with and without a second factor.
SELECT
  eventtime,
  useridentity.accountid AS account,
  eventname,
  sourceipaddress,
  useragent,
  coalesce(
    CASE json_extract_scalar(additionaleventdata, '$.MFAUsed') WHEN 'Yes' THEN 'true' WHEN 'No' THEN 'false' END,
    useridentity.sessioncontext.attributes.mfaauthenticated
  ) AS mfa,
  coalesce(
    nullif(errorcode, ''),
    CASE WHEN errormessage <> '' OR (eventsource = 'signin.amazonaws.com' AND (
      responseelements LIKE '%"Failure"%' OR serviceeventdetails LIKE '%"Failure"%'
    )) THEN 'Failure' END,
    'ok'
  ) AS result
FROM cloudtrail
WHERE useridentity.type = 'Root' AND useridentity.invokedby IS NULL
ORDER BY eventtime, eventid
