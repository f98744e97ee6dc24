package org.cloakwork.itests.fuzz;

import java.util.Optional;

/** What Jazzer calls. */
public final class JazzerEntry {

    private static Target target;
    private static Unhooked unhooked;

    private JazzerEntry() {
    }

    /** @param args the class of the target */
    public static void fuzzerInitialize(String[] args) throws Exception {
        target = Targets.made(args[0]);
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
        if (Trial.allocated(target, input) <= target.maxAllocatedBytes(input.length)) {
            return;
        }
        if (unhooked == null) {
            unhooked = Unhooked.start(target);
        }
        Optional<String> said = unhooked.tried(input);
        if (said.isPresent()) {
            throw new AssertionError(said.get());
        }
    }

    /** Jazzer calls it at the end. */
    public static void fuzzerTearDown() {
        if (unhooked != null) {
            unhooked.close();
        }
    }
}
