package org.cloakwork.client.engine;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * The seed of a test's virtual world: 1, or the system property {@code cloakwork.seed}; named by the failure, so that
 * the run can be had again.
 */
public final class Seed implements TestExecutionExceptionHandler {

    private long value = Long.getLong("cloakwork.seed", 1);

    public long value() {
        return value;
    }

    /** For tests that run under several seeds. */
    long next() {
        return ++value;
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failure.addSuppressed(new Exception("seed " + value + " (-Dcloakwork.seed=" + value + ")"));
        throw failure;
    }
}
