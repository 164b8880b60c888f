package stories;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Stories of a client in Java: calls to AWS in order, one line on stdout for each, of what came of it.
 *
 * <p>The endpoint, the Region and the credentials come from the environment, as with any program that uses the
 * SDK. STORIES_KEY names a KMS key and STORIES_ROLE a role that are there already.
 */
public final class Stories {
    private static final Map<String, Runnable> STORIES = Map.of(
            "cloudtrail", () -> new CloudTrailStory().tell(),
            "imagebuilder", () -> new ImageBuilderStory().tell(),
            "s3", () -> new S3Story().tell(),
            "services", () -> new ServicesStory().tell());

    public static void main(String[] names) {
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        for (String name : names) {
            System.out.println("# " + name);
            STORIES.get(name).run();
        }
    }
}
