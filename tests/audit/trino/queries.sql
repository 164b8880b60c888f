-- One query a line. What Trino answers to each is in answers.json; ours must answer the same, or refuse.
-- Numbers
SELECT 7/2, -7/2, 7/-2, -7%2, 7%-2, 7 + 1, 7 - 8, 3 * 4, -(5)
SELECT 1.5/2, 1.0/3, 100.0*1/3, 2.0/3, -2.0/3, 0.5, .5, 00.50, 1.10, 1e3, 5.
SELECT round(100.0*1/3, 2), round(66.6667, 2), round(2.5), round(-2.5), round(2.567, 1), round(1.25e0, 1), round(7, 1), round(99.99, 1)
SELECT 1.5 + 2.25, 1.5 - 2.25, 1.5 * 2.25, 1.5 + 2, 2 * 1.5, 1.5 / 0.3, 1 / 3.000, 10.00 / 4, 1.234 / 7.7
SELECT round(100.0 * count_if(errorcode IS NOT NULL) / count(*), 2) FROM cloudtrail
SELECT 100.0 * count(errorcode) / count(*) AS percent FROM cloudtrail
SELECT count(errorcode) / count(*), 1.0 * count(errorcode) / count(*), count(errorcode) * 1e0 / count(*) FROM cloudtrail
SELECT 1/0
SELECT 1 % 0
SELECT 1.0/0
SELECT 1e0/0
SELECT CASE WHEN false THEN 1/0 ELSE 2 END
SELECT 1/x FROM (VALUES 1, 2, 0) AS t(x) WHERE x > 0
SELECT 2147483647 + 1
SELECT 9223372036854775807 + 1
SELECT 9223372036854775808
SELECT 2147483648, 2147483647, 99999999999
SELECT 12345678901234567890.5 + 1
SELECT sum(x), avg(x), min(x), max(x), count(x) FROM (VALUES 1, 2, NULL, 4) AS t(x)
SELECT sum(x), avg(x), min(x), max(x), count(x) FROM (VALUES 1.5, 2.25, NULL, 4.0) AS t(x)
SELECT sum(x), avg(x), min(x) FROM (VALUES 1e0, 2e0) AS t(x)
SELECT sum(x), avg(x), count(*), count(x), max(x) FROM (VALUES 1) AS t(x) WHERE x > 1
SELECT avg(x) FROM (VALUES 0.1, 0.2, 0.2) AS t(x)
SELECT sum(DISTINCT x), avg(DISTINCT x), count(DISTINCT x) FROM (VALUES 1, 1, 3) AS t(x)
SELECT abs(-5), abs(-1.5), abs(-1e0), ceil(1.2e0), ceiling(-1.2e0), floor(1.7e0), floor(-1.7e0), ceil(5), mod(7, 3)
SELECT ceil(1.2), floor(-1.7)
SELECT greatest(1, 2, 3), least(1, 2.5), greatest(1, NULL), least('b', 'a'), greatest(1, 2e0)
SELECT 1 = 1.0, 1 < 2e0, 1.50 = 1.5, 1 IN (1.0, 2), 3 BETWEEN 2.5 AND 4
SELECT NULL + 1, NULL = 1, NULL AND false, NULL OR true, NOT NULL, 1 IN (NULL), 1 NOT IN (2, NULL), NULL IS NULL
SELECT 1 = '1'
SELECT 'a' + 1
SELECT '1' * 2
SELECT power(2, 3)
SELECT 5 BETWEEN 6 AND 4, 5 NOT BETWEEN 6 AND 4
SELECT 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM 1
SELECT 1 = ANY (SELECT 1)
SELECT tinyint '1' + tinyint '2'
-- Casts
SELECT CAST('12' AS bigint), CAST('-5' AS integer), CAST('1.5' AS double), CAST('1.5' AS decimal(4,2)), CAST('true' AS boolean), CAST('F' AS boolean), CAST('2026-01-31' AS date)
SELECT CAST('1.5' AS bigint)
SELECT CAST(' 1' AS bigint)
SELECT CAST('x' AS bigint)
SELECT CAST('yes' AS boolean)
SELECT CAST('2026-1-1' AS date)
SELECT CAST('2026-01-01T00:00:00Z' AS timestamp)
SELECT CAST('2026-01-01 10:11:12' AS timestamp), CAST('2026-01-01 10:11:12.345' AS timestamp), CAST('2026-01-01' AS timestamp)
SELECT try_cast('1.5' AS bigint), try_cast('x' AS bigint), try_cast('7' AS bigint), try_cast('x' AS double), try_cast(' 1' AS integer), try_cast('1 ' AS integer)
SELECT CAST(1 AS varchar), CAST(true AS varchar), CAST(1.50 AS varchar), CAST(date '2026-01-31' AS varchar), CAST(CAST(5 AS bigint) AS varchar)
SELECT CAST(1e0 AS varchar)
SELECT CAST(timestamp '2026-01-01 10:11:12.5' AS varchar), CAST(from_iso8601_timestamp('2026-01-01T10:11:12Z') AS varchar)
SELECT CAST(timestamp '2026-01-01 10:11:12' AS date), CAST(date '2026-01-01' AS timestamp), CAST(from_iso8601_timestamp('2026-01-01T23:00:00Z') AS date)
SELECT CAST(2.5e0 AS bigint), CAST(3.5e0 AS integer)
SELECT CAST(2.5 AS bigint), CAST(-2.5 AS bigint)
SELECT CAST(1 AS double), CAST(1.25 AS double), CAST(5 AS decimal(10,2)), CAST(1.255 AS decimal(10,2)), CAST(count(*) AS double) FROM cloudtrail
SELECT CAST(300 AS tinyint)
SELECT CAST(NULL AS bigint), CAST('abc' AS varchar), CAST('abcdef' AS varchar(3))
SELECT CAST(readonly AS boolean) FROM cloudtrail ORDER BY eventid
SELECT CAST(ROW(1, 'x') AS row(a integer, b varchar)).b
SELECT date '2026-01-31', timestamp '2026-01-31 10:00:00', timestamp '2026-01-31 10:00:00.123', timestamp '2026-01-31 10:00', date('2026-01-31')
SELECT date '2026-01-32'
-- Texts
SELECT lower('AbC'), upper('AbC'), length('abc'), length('é'), reverse('abc')
SELECT lower('ÀÉİΣ'), upper('éﬁǆ'), lower(useragent), upper(useragent) FROM cloudtrail ORDER BY eventid
SELECT upper('ß')
SELECT trim('  a b '), ltrim('  a'), rtrim('a  '), trim(useragent), length(trim(useragent)) FROM cloudtrail WHERE eventid = 'e-5'
SELECT substr('abcdef', 2), substr('abcdef', 2, 3), substr('abcdef', 10), substr('abc', 2, 0), substring('abcdef' FROM 2 FOR 2), substr('äöü', 2, 1)
SELECT substr('abc', 0)
SELECT substr('abcdef', -3), substr('abcdef', -3, 2), substr('abc', -5), substr(CAST(NULL AS varchar), 0), substr('abc', -3), substr('abc', 4), substr('abc', 1, 100)
SELECT substr('abc', 1, -1)
SELECT substr(eventname, length(eventname) - 12, 3), substr(eventname, -length(eventname) - 1) FROM cloudtrail ORDER BY eventid
SELECT substr(eventtime, 1, 10) AS day, count(*) FROM cloudtrail GROUP BY 1 ORDER BY 1
SELECT substr(eventtime, strpos(eventtime, 'T') + 1) FROM cloudtrail ORDER BY 1
SELECT strpos('abcabc', 'c'), strpos('abc', 'x'), strpos('abc', ''), position('b' IN 'abc'), strpos('äöü', 'ü')
SELECT starts_with('abc', 'ab'), starts_with('abc', 'b'), starts_with(NULL, 'a')
SELECT replace('aXbX', 'X', 'y'), replace('aXbX', 'X'), replace('abc', '', 'z')
SELECT concat('a', 'b', 'c'), concat('a', NULL), 'a' || 'b', 'a' || NULL, concat_ws(',', 'a', NULL, 'b'), concat_ws(NULL, 'a')
SELECT 'a' || 1
SELECT split('a,b,,c', ','), cardinality(split('', ',')), split_part('a,b', ',', 1), split_part('a,b', ',', 3), split_part('a,b,', ',', 3)
SELECT split('a,b', '')
SELECT split_part('a,b', ',', 0)
SELECT element_at(split(useridentity.arn, '/'), 2) FROM cloudtrail ORDER BY eventid
SELECT split(useridentity.arn, '/')[2] FROM cloudtrail WHERE eventid = 'e-1'
SELECT split('a', '/')[2]
SELECT 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' LIKE 'A%', 'a%c' LIKE 'a!%c' ESCAPE '!', 'a\c' LIKE 'a\c', 'ab' NOT LIKE 'a', NULL LIKE 'a'
SELECT eventid FROM cloudtrail WHERE errormessage LIKE '%100\%\_of%' ESCAPE '\'
SELECT eventname ILIKE 'list%' FROM cloudtrail
SELECT lpad('a', 3, 'x')
SELECT chr(65), codepoint('A')
SELECT 'it''s', '', 'a"b'
SELECT lower(1)
SELECT length(NULL), lower(NULL), upper(errorcode) FROM cloudtrail ORDER BY eventid
SELECT 'a' < 'B', 'é' > 'z', 'a' = 'a ', 'b' > NULL
-- Patterns
SELECT regexp_like('abc', 'b'), regexp_like('abc', '^b'), regexp_like('abc', 'c$'), regexp_like(NULL, 'a'), regexp_like('ABC', '(?i)abc')
SELECT regexp_like(json_extract_scalar('"abc\n"', '$'), 'c$'), regexp_like(json_extract_scalar('"a\nb"', '$'), 'a.b'), regexp_like(json_extract_scalar('"a\nb"', '$'), '^b'), regexp_like(json_extract_scalar('"abc\r"', '$'), 'c$'), regexp_like(json_extract_scalar('"abc\n\n"', '$'), 'c$'), regexp_like(json_extract_scalar('"a\u000b"', '$'), 'a\s'), regexp_like(json_extract_scalar('"a\rb"', '$'), 'a.b'), regexp_like(json_extract_scalar('"a\u2028b"', '$'), 'a.b')
SELECT regexp_replace(json_extract_scalar('"abc\n"', '$'), 'c$', 'x')
SELECT regexp_like('éa', '\ba')
SELECT regexp_like('É', '(?i)é'), regexp_like('K', '(?i)k'), regexp_like('a_b', '\b_'), regexp_like('ſ', '(?i)s'), regexp_like('a b', 'a\Sb'), regexp_like('aXb', 'a\Sb')
SELECT regexp_like(useragent, '\w+zilla'), regexp_like(useragent, '^\s'), regexp_like(useragent, '[\w.]+/[\d.]+') FROM cloudtrail ORDER BY eventid
SELECT regexp_like('é', '^\w$'), regexp_like('٣', '^\d$'), regexp_like('a-b', '^[\w-]+$'), regexp_like('é', '^\W$'), regexp_like('é', '^[^\w]$'), regexp_like('_', '\w')
SELECT regexp_like('x', '[[:alpha:]]')
SELECT regexp_like('a.b', 'a\.b'), regexp_like('axb', 'a\.b'), regexp_like('a/b', 'a\/b'), regexp_like('a]b', 'a[\]]b'), regexp_like('a$b', 'a\$b'), regexp_like('a$', 'a[$]')
SELECT regexp_like('aab', '(a)\1')
SELECT regexp_like('ab', 'a(?=b)')
SELECT regexp_extract('arn:aws:iam::1:user/ana', 'user/(.*)', 1), regexp_extract('abc', 'x'), regexp_extract('abc', '(b)(c)', 2), regexp_extract('abc', 'b.'), regexp_extract(NULL, 'a')
SELECT regexp_extract('abc', '(x)?b', 1)
SELECT regexp_extract(useridentity.arn, '[^/]+$') FROM cloudtrail ORDER BY eventid
SELECT regexp_replace('aaa', 'a', 'b'), regexp_replace('ab', '(a)(b)', '$2$1'), regexp_replace('a1b22', '\d+'), regexp_replace('ab', 'b', '\$'), regexp_replace('a.b', '\.', '-'), regexp_replace('ab', 'b', 'x\\y')
SELECT regexp_replace('abc', 'x*', '-')
SELECT regexp_replace('abc', '(?<first>a)', '${first}')
SELECT regexp_count('abab', 'a')
SELECT regexp_extract_all('a1b2', '\d')
SELECT regexp_like(eventname, eventname) FROM cloudtrail
-- JSON
SELECT json_extract_scalar(requestparameters, '$.imagePipelineArn'), json_extract_scalar(requestparameters, '$.tags.a'), json_extract_scalar(requestparameters, '$.tags'), json_extract_scalar(requestparameters, '$.n'), json_extract_scalar(requestparameters, '$.on'), json_extract_scalar(requestparameters, '$.none'), json_extract_scalar(requestparameters, '$.list[1]'), json_extract_scalar(requestparameters, '$["x y"]'), json_extract_scalar(requestparameters, '$.list') FROM cloudtrail ORDER BY eventid
SELECT json_extract(requestparameters, '$.tags'), json_extract(requestparameters, '$.list'), json_extract(requestparameters, '$.n'), json_extract(requestparameters, '$.imagePipelineArn'), json_extract(requestparameters, '$.none') FROM cloudtrail ORDER BY eventid
SELECT json_array_length(requestparameters), json_array_length(json_extract(requestparameters, '$.list')) FROM cloudtrail ORDER BY eventid
SELECT json_extract_scalar('{"a":1.50}', '$.a')
SELECT json_extract_scalar('{"a":-0}', '$.a')
SELECT json_extract_scalar('{"a":18446744073709551615,"b":-9223372036854775808}', '$.a'), json_extract_scalar('{"a":1.5,"b":-9223372036854775808}', '$.b')
SELECT json_extract_scalar('{"a":-9223372036854775809}', '$.a')
SELECT json_extract('{"a":12345678901234567890123}', '$.a')
SELECT json_extract('{"a":"1.5e3 2.5"}', '$.a'), json_extract('{"a":{"k.1":"v 12345678901234567"}}', '$.a'), json_extract('{"a":[-1,0,"\u00e9","/","\/"]}', '$.a'), json_extract('{"a":"\u0000\u001f"}', '$.a')
SELECT json_extract_scalar('{"b":1e5}', '$.b')
SELECT json_extract_scalar('{"c":12345678901234567890123}', '$.c')
SELECT json_extract_scalar('{"a":"\u00e9\n"}', '$.a'), json_extract_scalar('{"a":1,"a":2}', '$.a'), json_extract_scalar('[10,20]', '$[0]'), json_extract_scalar('"x"', '$'), json_extract_scalar('', '$.a')
SELECT json_extract_scalar(requestparameters, '$.tags.*') FROM cloudtrail
SELECT json_extract_scalar(requestparameters, '$..a') FROM cloudtrail
SELECT json_format(json_extract('{"a":{"z":1,"b":[true,null,"x"]}}', '$.a'))
SELECT json_extract('{"a":1.0}', '$.a')
SELECT json_extract_scalar(json_extract('{"a":{"b":"c"}}', '$.a'), '$.b')
SELECT CAST(json_extract('{"a":[1]}', '$.a') AS array(integer))
SELECT json_parse('{"b":1,"a":2}')
SELECT json_size('{"a":[1]}', '$.a')
-- Dates and times
SELECT from_iso8601_timestamp(eventtime) FROM cloudtrail ORDER BY eventid
SELECT max(from_iso8601_timestamp(eventtime)) AS t FROM cloudtrail
SELECT from_iso8601_timestamp('2026-01-01T10:11:12'), from_iso8601_timestamp('2026-01-01T10:11:12.5Z'), from_iso8601_timestamp('2026-01-01')
SELECT from_iso8601_timestamp('2026-01-01T10:11:12+02:00')
SELECT from_iso8601_timestamp('2026-01-01 10:11:12')
SELECT from_iso8601_timestamp('garbage')
SELECT from_iso8601_date('2026-01-31'), to_iso8601(from_iso8601_timestamp('2026-01-01T10:11:12Z')), to_iso8601(date '2026-01-31')
SELECT date_add('day', 1, date '2026-01-31'), date_add('month', 1, date '2026-01-31'), date_add('year', -1, date '2024-02-29'), date_add('week', 2, date '2026-01-01'), date_add('quarter', 1, date '2026-01-31')
SELECT date_add('hour', 1, date '2026-01-31')
SELECT date_add('hour', 25, timestamp '2026-01-31 10:00:00'), date_add('day', -1, from_iso8601_timestamp('2026-01-01T00:00:00Z')), date_add('millisecond', 5, timestamp '2026-01-31 10:00:00.000'), date_add('minute', 90, timestamp '2026-01-31 10:00:00'), date_add('second', -1, timestamp '2026-01-01 00:00:00')
SELECT date_diff('day', timestamp '2026-01-01 23:00:00', timestamp '2026-01-02 01:00:00'), date_diff('hour', timestamp '2026-01-01 00:30:00', timestamp '2026-01-01 01:00:00'), date_diff('day', date '2026-01-01', date '2026-03-01'), date_diff('minute', timestamp '2026-01-01 00:00:59', timestamp '2026-01-01 00:01:00')
SELECT date_diff('day', timestamp '2026-01-02 01:00:00', timestamp '2026-01-01 23:00:00'), date_diff('second', timestamp '2026-01-01 00:00:00', timestamp '2026-01-01 00:00:01.9'), date_diff('week', date '2026-01-01', date '2026-01-15'), date_diff('millisecond', timestamp '2026-01-01 00:00:00', timestamp '2026-01-01 00:00:01')
SELECT date_diff('month', date '2026-01-31', date '2026-02-28'), date_diff('month', date '2026-01-15', date '2026-02-14'), date_diff('month', date '2026-02-28', date '2026-01-31'), date_diff('year', date '2024-02-29', date '2025-02-28'), date_diff('quarter', date '2026-01-31', date '2026-04-30')
SELECT date_diff('month', date '2026-03-31', date '2026-02-28'), date_diff('month', timestamp '2026-01-31 12:00:00', timestamp '2026-02-28 13:00:00'), date_diff('month', timestamp '2026-01-31 12:00:00', timestamp '2026-02-28 11:00:00')
SELECT date_diff('hour', date '2026-01-01', date '2026-01-02')
SELECT date_diff('hour', from_iso8601_timestamp(eventtime), timestamp '2026-01-02 00:00:00 UTC'), date_diff('hour', from_iso8601_timestamp(eventtime), timestamp '2026-01-02') FROM cloudtrail ORDER BY eventid
SELECT date_trunc('hour', from_iso8601_timestamp(eventtime)) AS hour, count(*) FROM cloudtrail GROUP BY 1 ORDER BY 1
SELECT date_trunc('month', date '2026-01-31'), date_trunc('week', date '2026-01-01'), date_trunc('day', timestamp '2026-01-31 10:11:12'), date_trunc('quarter', timestamp '2026-05-31 10:11:12'), date_trunc('year', date '2026-05-31')
SELECT date_trunc('hour', date '2026-01-31')
SELECT year(date '2026-01-31'), month(date '2026-01-31'), day(date '2026-01-31'), quarter(date '2026-05-31'), week(date '2027-01-01'), day_of_week(date '2026-01-04'), dow(date '2026-01-05'), doy(date '2026-02-01'), day_of_year(date '2026-12-31'), day_of_month(date '2026-01-31')
SELECT hour(timestamp '2026-01-31 10:11:12.9'), minute(timestamp '2026-01-31 10:11:12'), second(timestamp '2026-01-31 10:11:12.9'), extract(hour FROM timestamp '2026-01-31 10:11:12'), extract(day FROM date '2026-01-31'), hour(from_iso8601_timestamp('2026-01-01T23:00:00Z'))
SELECT hour(date '2026-01-31')
SELECT date_format(timestamp '2026-01-31 13:05:09', '%Y-%m-%d %H:%i:%s'), date_format(timestamp '2026-01-31 13:05:09', '%M %b %W %a %j %y %p'), date_format(date '2026-01-31', '%Y/%m'), date_format(timestamp '2026-01-31 13:05:09.123', '%f %h %T')
SELECT date_format(timestamp '2026-01-05 03:05:09', '%e %c %k %l')
SELECT format_datetime(timestamp '2026-01-31 13:05:09.123', 'yyyy-MM-dd HH:mm:ss.SSS'), format_datetime(from_iso8601_timestamp('2026-01-01T10:11:12Z'), 'yyyy-MM-dd''T''HH'), format_datetime(timestamp '2026-01-31 13:05:09', 'EEEE d MMM')
SELECT format_datetime(timestamp '2026-01-31 13:05:09', 'EEE, MMMM dd hh a'), format_datetime(date '2026-01-31', 'yyyyMMdd')
SELECT date_parse('2026-01-31T13:05:09Z', '%Y-%m-%dT%H:%i:%sZ'), date_parse('2026-01-31', '%Y-%m-%d')
SELECT date_parse('2026-1-31', '%Y-%m-%d')
SELECT date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') FROM cloudtrail ORDER BY eventid
SELECT parse_datetime('2026-01-31 13:05', 'yyyy-MM-dd HH:mm'), parse_datetime(eventtime, 'yyyy-MM-dd''T''HH:mm:ss''Z''') FROM cloudtrail WHERE eventid = 'e-1'
SELECT from_unixtime(1767225600), to_unixtime(timestamp '2026-01-01 00:00:01.5'), to_unixtime(from_iso8601_timestamp('2026-01-01T00:00:00Z'))
SELECT from_unixtime(1767225600.5e0)
SELECT date '2026-01-31' + interval '1' month, date '2026-01-31' - interval '7' day, timestamp '2026-01-31 10:00:00' + interval '36' hour, timestamp '2026-01-31 10:00:00' - interval '1' year, interval '2' day + date '2026-01-31', timestamp '2026-01-31 10:00:00.5' + interval '1' second
SELECT date '2026-01-31' + interval '1' hour
SELECT date '2026-01-31' - date '2026-01-01'
SELECT interval '1' day
SELECT date '2026-01-31' = timestamp '2026-01-31 00:00:00', date '2026-01-31' < timestamp '2026-01-31 00:00:01', from_iso8601_timestamp('2026-01-01T00:00:00Z') = timestamp '2026-01-01 00:00:00'
SELECT eventid FROM cloudtrail WHERE from_iso8601_timestamp(eventtime) > timestamp '2026-01-02 00:00:00'
SELECT eventid FROM cloudtrail WHERE eventtime > timestamp '2026-01-02 00:00:00'
SELECT eventid FROM cloudtrail WHERE eventtime > date '2026-01-02'
SELECT eventid FROM cloudtrail WHERE eventtime BETWEEN '2026-01-01T01' AND '2026-01-01T03' ORDER BY 1
SELECT from_iso8601_timestamp('2026-01-01T10:00:00Z') AT TIME ZONE 'UTC', from_iso8601_timestamp('2026-01-01T10:00:00Z') AT TIME ZONE 'Europe/Berlin'
SELECT current_date - current_date
SELECT format_datetime(timestamp '2026-01-05 03:05:09', 'd M H h'), format_datetime(timestamp '2026-01-05 13:05:09', 'd M H h'), date_format(timestamp '2026-01-05 00:05:09', '%e %c %k %l %h %p'), date_format(timestamp '2026-01-05 12:05:09', '%l %I %p')
SELECT array_agg(timestamp '2026-01-31 10:00:00'), row(timestamp '2026-01-31 10:00:00', 1), map(array[date '2026-01-01'], array[from_iso8601_timestamp('2026-01-01T10:00:00Z')])
SELECT CAST(timestamp '2026-01-31 10:00:00.123' AS timestamp(6)), timestamp '2026-01-31 10:00:00.1234'
SELECT try_cast('2026-02-30' AS date), try_cast('2026-02-28' AS date), try_cast('2026-02-30 10:00:00' AS timestamp)
SELECT try_cast('2026-1-1' AS date)
SELECT try_cast(' true' AS boolean), try_cast('maybe' AS boolean), try_cast('TRUE' AS boolean), try_cast('' AS boolean)
SELECT try_cast('NaN' AS double), try_cast('1d' AS double), try_cast('abc' AS double), try_cast('1e5' AS decimal(10,2))
SELECT try_cast('' AS bigint), try_cast(' ' AS bigint)
SELECT try_cast('٣' AS integer)
SELECT regexp_replace('ab', 'b', 'x$')
SELECT regexp_replace('ab', '(b)', '<$1>'), regexp_replace('ab', 'b$', 'c'), regexp_replace('a b', '\s+', ''), regexp_extract('ab', 'b$'), regexp_like('ab ba', '\bba\b')
SELECT json_extract_scalar('{"a":0,"b":"x -0 y"}', '$.a')
SELECT json_extract('{"a":-0}', '$.a')
SELECT try_cast('99999999999999999999' AS bigint), try_cast('128' AS tinyint), try_cast('+5' AS integer), try_cast('+' AS integer)
SELECT try_cast(eventid AS bigint), try_cast(recipientaccountid AS bigint) FROM cloudtrail ORDER BY eventid
SELECT CAST(2.5 AS bigint), CAST(-2.5 AS bigint), CAST(1.4999 AS integer), CAST(1.255 AS decimal(4,2)), CAST(-1.255 AS decimal(4,2)), CAST(99.5 AS tinyint)
SELECT CAST(999.99 AS decimal(4,2))
SELECT now() > timestamp '2020-01-01 00:00:00', current_date > date '2020-01-01', date_diff('day', now(), current_timestamp)
SELECT min(timestamp '2026-01-31 10:00:00.123'), max(date '2026-01-31'), array_agg(date '2026-01-31')
SELECT last_day_of_month(date '2026-01-01')
SELECT date_parse('31/Jan/2026', '%d/%b/%Y')
-- Arrays, maps, rows
SELECT resources[1].arn, element_at(resources, 1).arn, element_at(resources, -1).arn FROM cloudtrail WHERE eventid = 'e-1'
SELECT resources[1].arn FROM cloudtrail
SELECT element_at(resources, 1).arn, element_at(resources, 5).type, cardinality(resources) FROM cloudtrail ORDER BY eventid
SELECT element_at(array[1,2], 0)
SELECT array[1,2][3]
SELECT array[1,2][1], array[1, NULL], array[1, 2.5], array['a']
SELECT array[]
SELECT contains(array[1,2], 2), contains(array[1,NULL], 2), contains(array[1,NULL], 1), contains(NULL, 1), contains(array['a'], 'b'), contains(array[1], NULL)
SELECT any_match(array[1,2], x -> x > 1), all_match(array[1,2], x -> x > 1), none_match(array[1,2], x -> x > 2), any_match(array[], x -> true), all_match(array[1,NULL], x -> x > 0), any_match(array[1,NULL], x -> x > 1), none_match(array[1,NULL], x -> x > 1), any_match(array[2,NULL], x -> x > 1)
SELECT any_match(resources, r -> r.type = 'AWS::S3::Object'), all_match(resources, r -> r.arn IS NOT NULL), none_match(resources, r -> r.accountid = recipientaccountid) FROM cloudtrail ORDER BY eventid
SELECT filter(array[1,2,NULL], x -> x > 1), transform(array[1,2], x -> x * 2), transform(resources, r -> r.arn), filter(resources, r -> r.arn = 'arn:x') FROM cloudtrail ORDER BY eventid
SELECT cardinality(filter(resources, r -> r.type IS NOT NULL)) FROM cloudtrail ORDER BY eventid
SELECT transform(array[array[1,2]], a -> transform(a, b -> b + cardinality(a)))
SELECT array_join(array['a', NULL, 'b'], ','), array_join(array[], ','), array_join(NULL, ','), array_join(array['a'], NULL)
SELECT array_join(array[1,2], ',')
SELECT array_join(array['a', NULL], ',', 'x')
SELECT array_sort(array[3, NULL, 1]), array_sort(array['b', 'a']), sequence(1, 3), sequence(3, 1), cardinality(sequence(1, 10000))
SELECT cardinality(sequence(1, 10001))
SELECT sequence(1, 5, 2)
SELECT map(array['a'], array[1]), element_at(map(array['a'], array[1]), 'a'), element_at(map(array['a'], array[1]), 'b'), cardinality(map(array['a'], array[1]))
SELECT map(array['a'], array[1])['b']
SELECT element_at(useridentity.sessioncontext.webidfederationdata.attributes, 'sub') FROM cloudtrail ORDER BY eventid
SELECT row(1, 'x'), row(1, NULL)
SELECT row(1, 2) = row(1, 2)
SELECT array[1] = array[1]
SELECT useridentity FROM cloudtrail WHERE eventid = 'e-2'
SELECT useridentity.arn, useridentity.sessioncontext.sessionissuer.username, cloudtrail.useridentity.type, c.useridentity.arn FROM cloudtrail, cloudtrail c WHERE cloudtrail.eventid = c.eventid ORDER BY cloudtrail.eventid
SELECT useridentity.nothing FROM cloudtrail
SELECT array_distinct(array[2,1,2]), array_max(array[1,2])
SELECT reduce(array[1, 2], 0, (s, x) -> s + x, s -> s * 2)
SELECT flatten(array[array[1]])
SELECT zip(array[1], array[2])
-- UNNEST
SELECT eventid, t.* FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(arn, accountid, type) ORDER BY 1, 2
SELECT eventid, arn, type FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(arn, accountid, type) WHERE arn = 'arn:x' ORDER BY 1
SELECT r.arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(r)
SELECT t.arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS t ORDER BY 1
SELECT eventid, x, y, z FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(x, y, z) ORDER BY 1, 2
SELECT eventid, x, y FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(x, y)
SELECT eventid, a, n FROM cloudtrail CROSS JOIN UNNEST(resources) WITH ORDINALITY AS t(a, b, c, n) ORDER BY 1, 3
SELECT x, n FROM UNNEST(array['a', 'b']) WITH ORDINALITY AS t(x, n) ORDER BY n DESC
SELECT * FROM UNNEST(array['a', 'b']) WITH ORDINALITY AS t(x, n) ORDER BY 2
SELECT * FROM UNNEST(array['a', 'b']) WITH ORDINALITY AS t(x)
SELECT * FROM UNNEST(array['a', 'b']) WITH ORDINALITY
SELECT * FROM UNNEST(array['a', 'b']) WITH ORDINALITY AS t
SELECT eventid, t.a FROM cloudtrail, UNNEST(resources) AS t(a, b, c) ORDER BY 1, 2
SELECT eventid, t.a FROM cloudtrail LEFT JOIN UNNEST(resources) AS t(a, b, c) ON TRUE ORDER BY 1, 2
SELECT eventid, t.a FROM cloudtrail LEFT JOIN UNNEST(resources) AS t(a, b, c) ON t.a = 'arn:x' ORDER BY 1, 2
SELECT * FROM UNNEST(array[1, 2], array['a']) AS t(x, y)
SELECT * FROM UNNEST(map(array['a'], array[1])) AS t(k, v)
SELECT x FROM UNNEST(sequence(1, 3)) AS t(x) ORDER BY x DESC
SELECT * FROM UNNEST(array[row(1, 'a'), row(2, 'b')]) AS t(n, s) ORDER BY 1
SELECT * FROM UNNEST(array[array[1, 2]]) AS t(x)
SELECT * FROM UNNEST(5) AS t(x)
SELECT eventid, arn FROM cloudtrail CROSS JOIN UNNEST(resources) ORDER BY 1, 2
SELECT eventid, u.w FROM cloudtrail CROSS JOIN UNNEST(split(useragent, ' ')) AS u(w) ORDER BY 1, 2
SELECT t.arn, count(*) FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(arn, account, kind) GROUP BY t.arn ORDER BY 2 DESC, 1
SELECT a.x, b.y FROM UNNEST(array[1,2]) AS a(x) CROSS JOIN UNNEST(array[a.x, 10]) AS b(y) ORDER BY 1, 2
SELECT (SELECT count(*) FROM UNNEST(resources) AS t(a, b, c) WHERE a = 'arn:x') FROM cloudtrail ORDER BY eventid
SELECT eventid FROM cloudtrail WHERE EXISTS (SELECT 1 FROM UNNEST(resources) AS t(a, b, c) WHERE a = 'arn:y')
-- Queries
SELECT eventname AS n, count(*) AS c FROM cloudtrail GROUP BY eventname ORDER BY c DESC, n
SELECT eventname AS n FROM cloudtrail GROUP BY n
SELECT eventname AS n FROM cloudtrail WHERE n = 'x'
SELECT 1 AS a, a + 1 AS b
SELECT lower(eventname) AS eventname, count(*) FROM cloudtrail GROUP BY lower(eventname) ORDER BY eventname
SELECT lower(eventname) AS eventname, count(*) FROM cloudtrail GROUP BY eventname ORDER BY eventname
SELECT eventname, count(*) FROM cloudtrail
SELECT eventname, count(*) FROM cloudtrail GROUP BY 2
SELECT eventname FROM cloudtrail GROUP BY 3
SELECT eventname, errorcode, count(*) FROM cloudtrail GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1
SELECT errorcode FROM cloudtrail ORDER BY errorcode
SELECT errorcode FROM cloudtrail ORDER BY errorcode DESC
SELECT errorcode FROM cloudtrail ORDER BY errorcode DESC NULLS FIRST, eventid LIMIT 4
SELECT errorcode FROM cloudtrail ORDER BY 2
SELECT eventid FROM cloudtrail ORDER BY length(eventname), eventid
SELECT DISTINCT eventname FROM cloudtrail ORDER BY eventname
SELECT DISTINCT eventname FROM cloudtrail ORDER BY eventid
SELECT DISTINCT eventname, errorcode FROM cloudtrail ORDER BY 1, 2
SELECT eventid FROM cloudtrail ORDER BY eventid OFFSET 1 LIMIT 2
SELECT eventid FROM cloudtrail ORDER BY eventid LIMIT 2 OFFSET 1
SELECT eventid FROM cloudtrail ORDER BY eventid FETCH FIRST 2 ROWS ONLY
SELECT eventid FROM cloudtrail LIMIT 0
SELECT eventid FROM cloudtrail WHERE eventname IN ('CreateImage', 'StartImagePipelineExecution') ORDER BY 1
SELECT eventid FROM cloudtrail WHERE eventname NOT IN (SELECT errorcode FROM cloudtrail)
SELECT eventid FROM cloudtrail WHERE eventname IN (SELECT eventname FROM cloudtrail WHERE errorcode IS NOT NULL) ORDER BY 1
SELECT eventid FROM cloudtrail c WHERE EXISTS (SELECT 1 FROM cloudtrail d WHERE d.eventname = c.eventname AND d.eventid <> c.eventid) ORDER BY 1
SELECT eventid, (SELECT max(eventid) FROM cloudtrail d WHERE d.eventname = c.eventname) FROM cloudtrail c ORDER BY 1
SELECT (SELECT eventid FROM cloudtrail)
SELECT a.eventid, b.eventid FROM cloudtrail a JOIN cloudtrail b ON a.awsregion <> b.awsregion AND a.eventid < b.eventid ORDER BY 1, 2
SELECT a.eventid, b.eventid FROM cloudtrail a LEFT JOIN cloudtrail b ON a.errorcode = b.errorcode ORDER BY 1, 2
SELECT a.x, b.y FROM (VALUES 1, 2) AS a(x) FULL JOIN (VALUES 2, 3) AS b(y) ON a.x = b.y ORDER BY 1, 2
SELECT a.x, b.y FROM (VALUES 1, 2) AS a(x) RIGHT JOIN (VALUES 2, 3) AS b(y) ON a.x = b.y ORDER BY 2
SELECT * FROM (VALUES 1, 2) AS a(x) JOIN (VALUES 2, 3) AS b(x) USING (x)
SELECT * FROM (VALUES 1) AS a(x) NATURAL JOIN (VALUES 1) AS b(x)
SELECT x FROM (VALUES 1) AS a(x), (VALUES 1) AS b(x)
SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t(x, y) ORDER BY x
SELECT * FROM (VALUES (1, 'a'), (2.5, 'b')) AS t(x, y) ORDER BY x
SELECT * FROM (VALUES (1, 'a'), ('b', 2)) AS t(x, y)
WITH a AS (SELECT 1 AS x), b(y) AS (SELECT x + 1 FROM a) SELECT x, y FROM a, b
WITH a AS (SELECT eventname, count(*) AS n FROM cloudtrail GROUP BY 1) SELECT * FROM a WHERE n = (SELECT max(n) FROM a)
WITH a(x, y) AS (SELECT 1) SELECT * FROM a
WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a WHERE x < 3) SELECT * FROM a
SELECT 1 UNION SELECT 1
SELECT 1 AS x UNION ALL SELECT 2.5 ORDER BY x
SELECT 1 UNION ALL SELECT 'a'
SELECT 1, 2 UNION SELECT 1
(SELECT 1 AS x UNION ALL SELECT 2) INTERSECT SELECT 2
SELECT 1 UNION SELECT 2 INTERSECT SELECT 2
SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 2
SELECT x FROM (VALUES 1, 1, 2) AS t(x) EXCEPT SELECT 2
SELECT x FROM (VALUES 1, 1, 2) AS t(x) INTERSECT ALL SELECT x FROM (VALUES 1, 1, 1) AS t(x)
SELECT eventname, count(*) FROM cloudtrail GROUP BY ROLLUP (eventname)
SELECT eventname, grouping(eventname) FROM cloudtrail GROUP BY GROUPING SETS ((eventname), ())
SELECT TOP 1 eventid FROM cloudtrail
SELECT eventid FROM cloudtrail QUALIFY row_number() OVER (ORDER BY eventid) = 1
SELECT * EXCLUDE (eventid) FROM cloudtrail
SELECT eventid::varchar FROM cloudtrail
SELECT ifnull(errorcode, 'ok') FROM cloudtrail
SELECT nvl(errorcode, 'ok') FROM cloudtrail
SELECT len(eventname) FROM cloudtrail
SELECT list_sort(array[1])
SELECT eventname rlike 'x' FROM cloudtrail
SELECT count(*) FILTER (WHERE errorcode IS NULL), count(DISTINCT eventname), count_if(readonly = 'true'), approx_distinct(eventname), sum(length(eventname)) FILTER (WHERE readonly = 'true') FROM cloudtrail
SELECT count(DISTINCT eventname, errorcode) FROM cloudtrail
SELECT arbitrary(errorcode) FROM cloudtrail WHERE eventid = 'e-3'
SELECT max_by(eventid, eventtime), min_by(eventid, eventtime), max_by(errorcode, eventid), max_by(eventid, errorcode), min_by(errorcode, eventid) FROM cloudtrail
SELECT bool_and(readonly = 'true'), bool_or(errorcode = 'x'), every(readonly = 'true') FROM cloudtrail
SELECT array_agg(eventid ORDER BY eventid DESC), array_agg(errorcode ORDER BY errorcode), array_agg(DISTINCT awsregion ORDER BY awsregion) FROM cloudtrail
SELECT array_agg(eventid) FROM cloudtrail WHERE false
SELECT listagg(eventid, ',') WITHIN GROUP (ORDER BY eventid DESC), listagg(errorcode, '|') WITHIN GROUP (ORDER BY eventid), listagg(eventid) WITHIN GROUP (ORDER BY eventid) FROM cloudtrail
SELECT listagg(eventid, ',') FROM cloudtrail
SELECT eventid, row_number() OVER (PARTITION BY eventname ORDER BY eventtime), rank() OVER (ORDER BY eventname), dense_rank() OVER (ORDER BY eventname), lag(eventid) OVER (ORDER BY eventid), lead(eventid, 2) OVER (ORDER BY eventid) FROM cloudtrail ORDER BY 1
SELECT eventid, sum(length(eventname)) OVER (PARTITION BY awsregion ORDER BY eventid), count(*) OVER (), first_value(eventid) OVER (ORDER BY eventid), last_value(eventid) OVER (ORDER BY eventid), max(eventid) OVER (ORDER BY eventid ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(1) OVER (ORDER BY eventid ROWS UNBOUNDED PRECEDING) FROM cloudtrail ORDER BY 1
SELECT eventid, lag(eventid, 1, 'none') OVER (ORDER BY eventid) FROM cloudtrail ORDER BY 1
SELECT eventid, avg(x) OVER (ORDER BY x) FROM (SELECT eventid, length(eventname) AS x FROM cloudtrail) AS t ORDER BY 1
SELECT eventname, count(*) * 100.0 / sum(count(*)) OVER () FROM cloudtrail GROUP BY eventname ORDER BY 1
SELECT approx_percentile(length(eventname), 0.5) FROM cloudtrail
SELECT stddev(length(eventname)) FROM cloudtrail
SELECT histogram(eventname) FROM cloudtrail
SELECT map_agg(eventid, eventname) FROM cloudtrail
SELECT CASE WHEN errorcode IS NULL THEN 'ok' ELSE errorcode END, CASE eventname WHEN 'CreateImage' THEN 1 ELSE 2.5 END, CASE WHEN false THEN 1 END FROM cloudtrail ORDER BY eventid
SELECT CASE WHEN true THEN 1 ELSE 'a' END
SELECT if(errorcode IS NULL, 'ok', errorcode), if(errorcode = 'Throttling', 1), coalesce(errorcode, errormessage, 'ok'), nullif(eventname, 'CreateImage'), nullif(1, 1.0), coalesce(NULL, 1, 2.5) FROM cloudtrail ORDER BY eventid
SELECT coalesce(1, 'a')
SELECT coalesce(1)
SELECT try(1/0)
SELECT eventid FROM cloudtrail WHERE readonly
SELECT eventid FROM cloudtrail WHERE readonly = true
SELECT eventid FROM cloudtrail WHERE recipientaccountid = 123456789012
SELECT EventID, "eventname", "EVENTNAME" FROM CloudTrail WHERE eventid = 'e-1'
SELECT nothing FROM cloudtrail
SELECT cloudtrail.eventid FROM cloudtrail c
SELECT c.* FROM cloudtrail AS c WHERE c.eventid = 'e-4'
SELECT t.* FROM cloudtrail
SELECT * FROM cloudtrail ORDER BY eventid
SELECT count(1), count(NULL), count(*), count() FROM cloudtrail
SELECT true, false, NULL, x'41', 'x'
SELECT eventname, eventname FROM cloudtrail WHERE eventid = 'e-1'
SELECT x FROM (SELECT eventname AS x, eventid AS x FROM cloudtrail) AS t
SELECT eventid IS TRUE FROM cloudtrail
SELECT eventid FROM cloudtrail TABLESAMPLE BERNOULLI (10)
SELECT typeof(1)
SELECT current_user
SELECT rand() < 2
SELECT uuid()
SELECT url_extract_host('https://example.com/x')
SELECT to_hex(x'41'), from_base64('QQ=='), md5(x'41')
SELECT eventid FROM cloudtrail ORDER BY useridentity
SELECT useridentity.type, count(*) FROM cloudtrail GROUP BY useridentity.type ORDER BY 2 DESC, 1
SELECT type, count(*) FROM (SELECT useridentity.type FROM cloudtrail) AS t GROUP BY type ORDER BY 2 DESC, 1
SELECT count(*) AS "Count of Events", max(eventtime) AS Latest FROM cloudtrail
SELECT eventname FROM cloudtrail GROUP BY eventname HAVING max(eventtime) > '2026-01-31' ORDER BY max(eventtime)
SELECT eventname FROM cloudtrail WHERE (eventname, awsregion) IN (('ListImages', 'us-east-1'))
SELECT eventid FROM cloudtrail WHERE NOT (errorcode = 'Throttling')
SELECT sum(length(eventname)) / count(*) FROM cloudtrail
SELECT to_iso8601(date_trunc('day', from_iso8601_timestamp(eventtime))), count(*) FROM cloudtrail GROUP BY 1 ORDER BY 1
SELECT eventtime FROM cloudtrail WHERE from_iso8601_timestamp(eventtime) >= current_timestamp - interval '30' day AND false

-- Earlier wordings of named queries, whose later ones have not been asked yet
SELECT useridentity.invokedby AS service, coalesce( nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid, nullif(useridentity.principalid, ''), 'for itself' ) AS on_behalf_of, eventsource, eventname, count(*) AS calls, count(errorcode) AS failures, min(eventtime) AS first_seen, max(eventtime) AS last_seen FROM cloudtrail WHERE useridentity.invokedby IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY calls DESC, service, eventname, eventsource, on_behalf_of
SELECT coalesce( nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid, nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type ) AS identity, eventname, errorcode, count(*) AS failures, min(eventtime) AS first_seen, max(eventtime) AS last_seen FROM cloudtrail WHERE errorcode IS NOT NULL GROUP BY 1, 2, 3 ORDER BY failures DESC, identity, eventname, errorcode
SELECT eventtime, eventname, coalesce( nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid, nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type ) AS identity, coalesce( json_extract_scalar(requestparameters, '$.infrastructureConfigurationArn'), json_extract_scalar(responseelements, '$.infrastructureConfigurationArn') ) AS configuration, requestparameters, coalesce(errorcode, 'ok') AS result FROM cloudtrail WHERE eventsource = 'imagebuilder.amazonaws.com' AND eventname IN ( 'CreateInfrastructureConfiguration', 'UpdateInfrastructureConfiguration', 'DeleteInfrastructureConfiguration' ) ORDER BY eventtime, eventid
SELECT eventtime, useridentity.accountid AS account, eventname, sourceipaddress, useragent, useridentity.sessioncontext.attributes.mfaauthenticated AS mfa, coalesce(errorcode, 'ok') AS result FROM cloudtrail WHERE useridentity.type = 'Root' AND useridentity.invokedby IS NULL ORDER BY eventtime, eventid
SELECT eventtime, coalesce( nullif(useridentity.arn, ''), nullif(useridentity.username, ''), useridentity.onbehalfof.userid, nullif(useridentity.principalid, ''), useridentity.invokedby, useridentity.accountid, useridentity.type ) AS identity, useridentity.type AS identity_type, sourceipaddress, awsregion, json_extract_scalar(requestparameters, '$.imagePipelineArn') AS pipeline, json_extract_scalar(responseelements, '$.imageBuildVersionArn') AS image, coalesce(errorcode, 'ok') AS result FROM cloudtrail WHERE eventsource = 'imagebuilder.amazonaws.com' AND eventname = 'StartImagePipelineExecution' ORDER BY eventtime, eventid
