package stories;

import static stories.Step.TEXT;
import static stories.Step.done;
import static stories.Step.step;

import java.io.ByteArrayInputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Objects: put with the SDK's own checksums, in parts, by signed URLs, listed and deleted. */
final class S3Story {
    private static final String BUCKET = "stories-objects";
    private static final String ODD = "a b+c/é.txt";
    private static final String LARGE = "large.bin";
    private static final int PART_SIZE = 5 << 20;
    private static final Pattern CODE = Pattern.compile("<Code>(.*)</Code>");

    private final S3Client client = s3Client();

    static S3Client s3Client() {
        return S3Client.builder().forcePathStyle(true).build();
    }

    void tell() {
        done("s3 CreateBucket", () -> client.createBucket(one -> one.bucket(BUCKET)));
        putObjects();
        getObjects();
        uploadParts();
        listObjects();
        deleteObjects();
    }

    private void putObjects() {
        var bytes = TEXT.getBytes(StandardCharsets.UTF_8);
        // A stream comes in chunks, with its checksum after the last one.
        put(ODD, RequestBody.fromInputStream(new ByteArrayInputStream(bytes), bytes.length));
        put("one.txt", RequestBody.fromString(TEXT));
        put("two.txt", RequestBody.fromBytes(bytes));
        done("s3 PutObject", () -> client.putObject(
                one -> one.bucket(BUCKET).key("bad.txt").checksumCRC32("AAAAAA=="), RequestBody.fromString(TEXT)));
    }

    private void put(String key, RequestBody body) {
        step("s3 PutObject",
                () -> "CRC32 " + client.putObject(one -> one.bucket(BUCKET).key(key), body).checksumCRC32());
    }

    private void getObjects() {
        read(ODD);
        read("none.txt");
        step("s3 GetObject", () -> {
            try (var presigner = S3Presigner.builder()
                    .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build()).build()) {
                var signed = presigner.presignGetObject(one -> one.signatureDuration(Duration.ofMinutes(1))
                        .getObjectRequest(object -> object.bucket(BUCKET).key(ODD)));
                return fetch((HttpURLConnection) signed.url().openConnection());
            }
        });
    }

    private static String fetch(HttpURLConnection connection) throws Exception {
        int status = connection.getResponseCode();
        var stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        var body = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        var code = CODE.matcher(body);
        return code.find() ? "refused: " + code.group(1) : "presigned, " + status + ", whole " + body.equals(TEXT);
    }

    private void read(String key) {
        step("s3 GetObject", () -> client.getObjectAsBytes(one -> one.bucket(BUCKET).key(key)).asByteArray().length
                + " bytes");
    }

    private void uploadParts() {
        var upload = new String[] {"none"};
        done("s3 CreateMultipartUpload", () -> upload[0] =
                client.createMultipartUpload(one -> one.bucket(BUCKET).key(LARGE)).uploadId());
        List<CompletedPart> parts = new ArrayList<>();
        for (int size : new int[] {PART_SIZE, 3}) {
            int number = parts.size() + 1;
            var part = CompletedPart.builder().partNumber(number).eTag("none");
            step("s3 UploadPart", () -> {
                var sent = client.uploadPart(
                        one -> one.bucket(BUCKET).key(LARGE).uploadId(upload[0]).partNumber(number),
                        RequestBody.fromBytes(new byte[size]));
                part.eTag(sent.eTag()).checksumCRC32(sent.checksumCRC32());
                return "CRC32 " + sent.checksumCRC32();
            });
            parts.add(part.build());
        }
        done("s3 CompleteMultipartUpload", () -> client.completeMultipartUpload(one -> one.bucket(BUCKET).key(LARGE)
                .uploadId(upload[0]).multipartUpload(whole -> whole.parts(parts))));
        read(LARGE);
    }

    private void listObjects() {
        step("s3 ListObjectsV2", () -> client.listObjectsV2Paginator(one -> one.bucket(BUCKET).maxKeys(2))
                .contents().stream().map(S3Object::key).collect(Collectors.joining(", ")));
    }

    private void deleteObjects() {
        var names = Stream.of(ODD, LARGE, "one.txt", "two.txt")
                .map(key -> ObjectIdentifier.builder().key(key).build()).toList();
        step("s3 DeleteObjects", () -> client.deleteObjects(one -> one.bucket(BUCKET).delete(all -> all.objects(names)))
                .deleted().size() + " objects");
        done("s3 DeleteBucket", () -> client.deleteBucket(one -> one.bucket(BUCKET)));
    }
}
