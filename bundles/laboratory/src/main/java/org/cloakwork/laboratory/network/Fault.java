package org.cloakwork.laboratory.network;

import java.util.function.Supplier;

/** What a part did that it may not, with its name: it ends the study, since the figures would be of nothing. */
final class Fault {

    private Fault() {
    }

    static IllegalStateException of(String kind, Object part, String what, RuntimeException cause) {
        return new IllegalStateException(kind + " part " + part.getClass().getName() + ": " + what, cause);
    }

    /** {@return what the call came to, which is not null} */
    static <R> R called(String kind, Object part, String call, Supplier<R> body) {
        R result;
        try {
            result = body.get();
        } catch (RuntimeException e) {
            throw of(kind, part, "failed in " + call + ": " + e, e);
        }
        if (result == null) {
            throw of(kind, part, call + " returned null", null);
        }
        return result;
    }
}
