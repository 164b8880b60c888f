-- Who started image pipelines, when, from where, and which image came of it.
SELECT
  eventtime,
  coalesce(useridentity.arn, useridentity.invokedby, useridentity.username, useridentity.principalid) AS identity,
  useridentity.type AS identity_type,
  sourceipaddress,
  awsregion,
  json_extract_scalar(requestparameters, '$.imagePipelineArn') AS pipeline,
  json_extract_scalar(responseelements, '$.imageBuildVersionArn') AS image,
  coalesce(errorcode, 'ok') AS result
FROM cloudtrail
WHERE eventsource = 'imagebuilder.amazonaws.com' AND eventname = 'StartImagePipelineExecution'
ORDER BY eventtime, eventid
