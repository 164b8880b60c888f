package stories;

import static stories.Step.ACCOUNT;
import static stories.Step.done;
import static stories.Step.step;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.cloudtrail.CloudTrailClient;
import software.amazon.awssdk.services.cloudtrail.model.EventSelector;
import software.amazon.awssdk.services.cloudtrail.model.LookupAttribute;
import software.amazon.awssdk.services.cloudtrail.model.Tag;
import software.amazon.awssdk.services.s3.S3Client;

/** A trail, from its bucket to its log files and its end. */
final class CloudTrailStory {
    private static final String TRAIL = "stories";
    private static final String TRAIL_ARN = "arn:aws:cloudtrail:us-east-1:" + ACCOUNT + ":trail/" + TRAIL;
    private static final String LOGS = "stories-logs";
    private static final String WRITTEN = "AWSLogs/" + ACCOUNT + "/";
    private static final String POLICY = """
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
               "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::%s"},
              {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
               "Action": "s3:PutObject", "Resource": "arn:aws:s3:::%s/%s*"}]}""".formatted(LOGS, LOGS, WRITTEN);

    private final CloudTrailClient client = CloudTrailClient.create();
    private final S3Client bucket = S3Story.s3Client();

    void tell() {
        done("s3 CreateBucket", () -> bucket.createBucket(one -> one.bucket(LOGS)));
        createTrail();
        done("s3 PutBucketPolicy", () -> bucket.putBucketPolicy(one -> one.bucket(LOGS).policy(POLICY)));
        createTrail();
        createTrail();
        done("cloudtrail StartLogging", () -> client.startLogging(one -> one.name(TRAIL)));
        chooseEvents();
        describeTrail();
        tagTrail();
        lookUpEvents();
        readLogs();
        deleteTrail();
    }

    private void createTrail() {
        step("cloudtrail CreateTrail", () -> {
            var made = client.createTrail(one -> one.name(TRAIL).s3BucketName(LOGS).enableLogFileValidation(true));
            return made.trailARN() + ", validated " + made.logFileValidationEnabled();
        });
    }

    private void chooseEvents() {
        var selector = EventSelector.builder().readWriteType("All").includeManagementEvents(true).build();
        done("cloudtrail PutEventSelectors",
                () -> client.putEventSelectors(one -> one.trailName(TRAIL).eventSelectors(selector)));
        step("cloudtrail GetEventSelectors", () -> client.getEventSelectors(one -> one.trailName(TRAIL))
                .eventSelectors().get(0).readWriteTypeAsString());
    }

    private void describeTrail() {
        step("cloudtrail GetTrailStatus", () -> {
            var status = client.getTrailStatus(one -> one.name(TRAIL));
            var since = Duration.between(status.startLoggingTime(), Instant.now());
            return "logging " + status.isLogging() + ", for " + (since.toHours() < 1);
        });
        step("cloudtrail DescribeTrails", () -> client.describeTrails(one -> one.trailNameList(TRAIL))
                .trailList().get(0).s3BucketName());
    }

    private void tagTrail() {
        var tag = Tag.builder().key("Team").value("sécurité").build();
        done("cloudtrail AddTags", () -> client.addTags(one -> one.resourceId(TRAIL_ARN).tagsList(tag)));
        step("cloudtrail ListTags", () -> {
            var page = client.listTagsPaginator(one -> one.resourceIdList(TRAIL_ARN)).iterator().next();
            var found = page.resourceTagList().get(0).tagsList().get(0);
            return found.key() + "=" + found.value();
        });
    }

    private void lookUpEvents() {
        var wanted = LookupAttribute.builder().attributeKey("EventName").attributeValue("CreateTrail").build();
        step("cloudtrail LookupEvents", () -> client
                .lookupEventsPaginator(one -> one.maxResults(2).lookupAttributes(wanted)).events().stream()
                .filter(event -> event.cloudTrailEvent().contains("aws-sdk-java/2")).count() + " events");
    }

    private void readLogs() {
        var key = new String[] {WRITTEN + "none"};
        step("s3 ListObjectsV2", () -> {
            while (true) {
                var pages = bucket.listObjectsV2Paginator(one -> one.bucket(LOGS).prefix(WRITTEN + "CloudTrail/"));
                var page = pages.iterator().next();
                if (page.hasContents()) {
                    key[0] = page.contents().get(0).key();
                    return "a log file";
                }
            }
        });
        step("s3 GetObject", () -> {
            try (var plain = new GZIPInputStream(bucket.getObject(one -> one.bucket(LOGS).key(key[0])))) {
                var log = JsonNode.parser().parse(new String(plain.readAllBytes(), StandardCharsets.UTF_8));
                var first = log.field("Records").orElseThrow().asArray().get(0);
                var agent = first.field("userAgent").orElseThrow().asString();
                return "records, ours " + agent.contains("aws-sdk-java/2");
            }
        });
    }

    private void deleteTrail() {
        done("cloudtrail StopLogging", () -> client.stopLogging(one -> one.name(TRAIL)));
        done("cloudtrail DeleteTrail", () -> client.deleteTrail(one -> one.name(TRAIL)));
        done("cloudtrail GetTrail", () -> client.getTrail(one -> one.name(TRAIL)));
    }
}
