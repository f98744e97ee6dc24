package org.cloakwork.itests.fuzz;

/** What Jazzer calls. */
public final class JazzerEntry {

    private static Target target;

    private JazzerEntry() {
    }

    /** @param args the name of the target */
    public static void fuzzerInitialize(String[] args) {
        target = Targets.named(args[0]).orElseThrow();
        try {
            // The time in which classes are loaded and instrumented is no input's.
            target.check(new byte[0]);
        } catch (Exception | Error e) {
            // tried again as an input, and found then
        }
    }

    /**
     * @param input to try
     * @throws Exception is a finding, as is an error
     */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        Trial.run(target, input);
    }
}
