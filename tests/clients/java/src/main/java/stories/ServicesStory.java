package stories;

import static stories.Step.ACCOUNT;
import static stories.Step.TEXT;
import static stories.Step.done;
import static stories.Step.step;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Tag;

/** Sessions, and a few calls to each of the other services. */
final class ServicesStory {
    private static final String NAME = "stories";
    private static final String KEY = System.getenv("STORIES_KEY");
    private static final String SESSION_POLICY = """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]}""";

    private AwsCredentialsProvider session = DefaultCredentialsProvider.create();

    void tell() {
        assumeRole();
        encrypt(KmsClient.create());
        publish(SnsClient.create());
        send(SqsClient.create());
        log(CloudWatchLogsClient.create());
        watch(CloudWatchClient.create());
        route(EventBridgeClient.create());
    }

    private void assumeRole() {
        var client = StsClient.create();
        identify(client);
        step("sts AssumeRole", () -> {
            var given = client.assumeRole(one -> one.roleArn(System.getenv("STORIES_ROLE")).roleSessionName(NAME)
                    .tags(Tag.builder().key("Team").value("security").build()).policy(SESSION_POLICY));
            var keys = given.credentials();
            session = StaticCredentialsProvider.create(AwsSessionCredentials.create(
                    keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()));
            return given.assumedRoleUser().arn();
        });
        identify(StsClient.builder().credentialsProvider(session).build());
        // The session's policy does not allow this.
        done("kms DescribeKey",
                () -> KmsClient.builder().credentialsProvider(session).build().describeKey(one -> one.keyId(KEY)));
    }

    private static void identify(StsClient client) {
        step("sts GetCallerIdentity", () -> client.getCallerIdentity().arn());
    }

    private static void encrypt(KmsClient client) {
        var purpose = Map.of("purpose", NAME);
        var sealed = new SdkBytes[] {SdkBytes.fromUtf8String("none")};
        done("kms Encrypt", () -> sealed[0] = client.encrypt(one -> one.keyId(KEY)
                .plaintext(SdkBytes.fromUtf8String(TEXT)).encryptionContext(purpose)).ciphertextBlob());
        for (Map<String, String> context : List.of(purpose, Map.of("purpose", "another"))) {
            step("kms Decrypt", () -> client.decrypt(one -> one.keyId(KEY).ciphertextBlob(sealed[0])
                    .encryptionContext(context)).plaintext().asUtf8String().strip());
        }
    }

    private static void publish(SnsClient client) {
        var topic = "arn:aws:sns:us-east-1:" + ACCOUNT + ":" + NAME;
        done("sns CreateTopic", () -> client.createTopic(one -> one.name(NAME)));
        done("sns Publish", () -> client.publish(one -> one.topicArn(topic).message(TEXT)));
        done("sns DeleteTopic", () -> client.deleteTopic(one -> one.topicArn(topic)));
        done("sns GetTopicAttributes", () -> client.getTopicAttributes(one -> one.topicArn(topic)));
    }

    private static void send(SqsClient client) {
        var queue = System.getenv("AWS_ENDPOINT_URL") + "/" + ACCOUNT + "/" + NAME;
        done("sqs CreateQueue", () -> client.createQueue(one -> one.queueName(NAME)));
        done("sqs SendMessage", () -> client.sendMessage(one -> one.queueUrl(queue).messageBody(TEXT)));
        step("sqs ReceiveMessage", () -> client.receiveMessage(one -> one.queueUrl(queue))
                .messages().get(0).body().strip());
        done("sqs DeleteQueue", () -> client.deleteQueue(one -> one.queueUrl(queue)));
        done("sqs GetQueueUrl", () -> client.getQueueUrl(one -> one.queueName(NAME)));
    }

    private static void log(CloudWatchLogsClient client) {
        for (int times = 0; times < 2; times++) {
            done("logs CreateLogGroup", () -> client.createLogGroup(one -> one.logGroupName(NAME)));
        }
        step("logs DescribeLogGroups",
                () -> client.describeLogGroupsPaginator().iterator().next().logGroups().get(0).logGroupName());
        done("logs DeleteLogGroup", () -> client.deleteLogGroup(one -> one.logGroupName(NAME)));
    }

    private static void watch(CloudWatchClient client) {
        done("monitoring PutMetricAlarm", () -> client.putMetricAlarm(one -> one.alarmName(NAME).namespace(NAME)
                .metricName(NAME).statistic("Sum").period(300).evaluationPeriods(1).threshold(1.5)
                .comparisonOperator("GreaterThanThreshold")));
        step("monitoring DescribeAlarms",
                () -> client.describeAlarmsPaginator().iterator().next().metricAlarms().get(0).alarmName());
        done("monitoring DeleteAlarms", () -> client.deleteAlarms(one -> one.alarmNames(NAME)));
    }

    private static void route(EventBridgeClient client) {
        done("events PutRule", () -> client.putRule(one -> one.name(NAME).scheduleExpression("rate(1 hour)")));
        done("events DeleteRule", () -> client.deleteRule(one -> one.name(NAME)));
        done("events DescribeRule", () -> client.describeRule(one -> one.name(NAME)));
    }
}
