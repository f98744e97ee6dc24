package org.cloakwork.client.base;

import java.time.Duration;
import java.util.function.Supplier;

/** Sees to it that a call of a part which does not return does not hold a client up for good. */
public interface Watch {

    /** Nobody watches: where there is one thread only, or time is not real. */
    Watch NONE = new Watch() {

        @Override
        public <T> T during(Call call, Supplier<T> body) {
            return body.get();
        }
    };

    /** What is called. */
    interface Call {

        /** {@return how long it may take} */
        Duration budget();

        /** It takes longer. Told once, while it goes on, on a thread that must not be held up. */
        void overdue();
    }

    /** A task of a worker that somebody waits for. */
    interface Awaited extends Runnable {

        /** Its thread was given up: nothing will come of it. Told on a thread that must not be held up. */
        void abandoned();
    }

    /**
     * Makes a call. One that is overdue is interrupted; if that does not end it, its thread is given up, and others go
     * on with what that one had to do.
     *
     * @param call told if it is overdue
     * @param body makes it
     * @return what the body returns
     * @throws Overdue if it was overdue and ended nevertheless
     */
    <T> T during(Call call, Supplier<T> body);

    /** The call ended later than it may. */
    final class Overdue extends RuntimeException {

        private static final long serialVersionUID = 1L;

        /** Nobody asks where. */
        public Overdue() {
            super("overdue", null, false, false);
        }
    }

    /** The call ended after its thread was given up: what called it must not go on, and nobody may catch this. */
    final class Abandoned extends Error {

        private static final long serialVersionUID = 1L;

        /** Nobody asks where. */
        public Abandoned() {
            super("abandoned", null, false, false);
        }
    }
}
