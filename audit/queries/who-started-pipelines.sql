-- Who started image pipelines, when, from where, and which image came of it.
SELECT
  eventtime,
  coalesce(
    nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid,
    nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type
  ) AS identity,
  useridentity.type AS identity_type,
  sourceipaddress,
  awsregion,
  json_extract_scalar(requestparameters, '$.imagePipelineArn') AS pipeline,
  json_extract_scalar(responseelements, '$.imageBuildVersionArn') AS image,
  coalesce(nullif(errorcode, ''), CASE WHEN errormessage <> '' THEN 'Failure' END, 'ok') AS result
FROM cloudtrail
WHERE eventsource = 'imagebuilder.amazonaws.com' AND eventname = 'StartImagePipelineExecution'
ORDER BY eventtime, eventid
