package org.cloakwork.itests.testing;

import java.util.Random;

/**
 * Checks a law with many drawn cases. Every run draws others; a failure names the seed of its case, and
 * {@code -Dcloakwork.seed=SEED} begins with that one.
 */
public final class Laws {

    /** One case of a law. */
    @FunctionalInterface
    public interface Law {
        void check(Draw draw) throws Exception;
    }

    private Laws() {
    }

    /**
     * @param cases how many
     * @param law   throws for a case that breaks it
     * @throws AssertionError with the seed of the first case that breaks the law, caused by what the law threw
     */
    public static void forAll(int cases, Law law) {
        long first = Long.getLong("cloakwork.seed", new Random().nextLong());
        for (long seed = first; seed - first < cases; seed++) {
            try {
                law.check(new Draw(seed));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("case " + (seed - first + 1) + " of " + cases
                        + ", again with -Dcloakwork.seed=" + seed + ": " + e, e);
            }
        }
    }
}
