package org.cloakwork.client.base;

import java.time.Duration;
import java.util.function.Supplier;
import org.cloakwork.spi.part.PartKind;

/**
 * A part whose calls are watched, and whose answers are compared with its contract. What it does against that is told
 * to {@link Parts} and thrown as a {@link PartFailure}, whatever it was.
 */
abstract class Checked<T> {

    private final Parts parts;
    private final PartKind<T> kind;
    private final T part;
    private final String name;
    private volatile boolean hung;

    Checked(Parts parts, PartKind<T> kind, T part, String name) {
        this.parts = parts;
        this.kind = kind;
        this.part = part;
        this.name = name;
    }

    final PartKind<T> kind() {
        return kind;
    }

    /** {@return what is checked} */
    final T part() {
        return part;
    }

    /** {@return what people call it} */
    final String name() {
        return name;
    }

    /** {@return this, as the engine sees it} */
    final T asPart() {
        return kind.service().cast(this);
    }

    /** {@return whether a call of it did not return, since it was tried last} */
    final boolean isHung() {
        return hung;
    }

    final void setHung(boolean now) {
        hung = now;
    }

    /** Not allowed by the contract. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused(String what) {
            super(what, null, false, false);
        }
    }

    static <R> R present(R result) {
        if (result == null) {
            throw new Refused("returned null");
        }
        return result;
    }

    /** One of its methods. */
    final class Method implements Watch.Call {

        private final String method;
        private final Duration budget;

        Method(String method, Duration budget) {
            this.method = method;
            this.budget = budget;
        }

        @Override
        public Duration budget() {
            return budget;
        }

        @Override
        public void overdue() {
            parts.broke(Checked.this, method, late(), null, true);
        }

        private String late() {
            return "did not return within " + budget.getSeconds() + " s";
        }

        /**
         * @param body calls it and throws {@link Refused} for an answer that is none
         * @throws PartFailure for whatever else than an answer came of it
         */
        <R> R call(Supplier<R> body) {
            try {
                return parts.watch().during(this, body);
            } catch (Watch.Abandoned | PartFailure e) {
                // The latter is another part's, which this one called back.
                throw e;
            } catch (Watch.Overdue e) {
                throw parts.broke(Checked.this, method, late(), null, true);
            } catch (Throwable e) {
                throw failed(e);
            }
        }

        void run(Runnable body) {
            call(() -> {
                body.run();
                return null;
            });
        }

        PartFailure failed(Throwable e) {
            return e instanceof Refused ? parts.broke(Checked.this, method, e.getMessage(), null, false)
                    : parts.broke(Checked.this, method, "threw " + e, e, false);
        }
    }
}
