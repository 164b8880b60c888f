package stories;

import java.util.concurrent.Callable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** A call, of which one line tells what came of it. */
final class Step {
    static final String ACCOUNT = "123456789012";
    static final String TEXT = "what was asked, from where, by whom, when\n";

    /** Makes a call and tells what it gives. */
    static void step(String call, Callable<String> make) {
        String outcome;
        try {
            outcome = make.call();
        } catch (AwsServiceException error) {
            outcome = refusal(error);
        } catch (Exception error) {
            outcome = "failed: " + error;
        }
        System.out.println(call + ": " + outcome);
    }

    /** Makes a call and tells no more than its success. */
    static void done(String call, Callable<?> make) {
        step(call, () -> {
            make.call();
            return "ok";
        });
    }

    /** Names the class that the SDK has for an error, or its code where it has none. */
    private static String refusal(AwsServiceException error) {
        if (error.getClass().getSuperclass() == AwsServiceException.class) {
            return "refused, untyped: " + error.awsErrorDetails().errorCode().replaceFirst("Exception$", "");
        }
        return "refused: " + error.getClass().getSimpleName().replaceFirst("Exception$", "");
    }
}
