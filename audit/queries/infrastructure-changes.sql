-- What changed infrastructure configurations: the machines, networks and roles that builds run with.
SELECT
  eventtime,
  eventname,
  coalesce(
    nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid,
    nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type
  ) AS identity,
  coalesce(
    json_extract_scalar(requestparameters, '$.infrastructureConfigurationArn'),
    json_extract_scalar(responseelements, '$.infrastructureConfigurationArn')
  ) AS configuration,
  requestparameters,
  coalesce(nullif(errorcode, ''), CASE WHEN errormessage <> '' THEN 'Failure' END, 'ok') AS result
FROM cloudtrail
WHERE eventsource = 'imagebuilder.amazonaws.com'
  AND eventname IN (
    'CreateInfrastructureConfiguration', 'UpdateInfrastructureConfiguration', 'DeleteInfrastructureConfiguration'
  )
ORDER BY eventtime, eventid
