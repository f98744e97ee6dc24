package org.cloakwork.itests.chaos.soak;

import java.util.function.ToDoubleFunction;

/**
 * What a process takes at one moment.
 *
 * @param seconds  since the start
 * @param heap     used, garbage included, MiB
 * @param resident memory, MiB
 * @param threads  of the operating system
 * @param sockets  open
 * @param handles  open files, sockets included
 */
record Sample(double seconds, double heap, double resident, int threads, int sockets, int handles) {

    /** What is looked at, and how much more of it is no growth yet: a tenth and so much. */
    enum Figure {
        HEAP("heap", "MiB", Sample::heap, 12),
        RESIDENT("resident memory", "MiB", Sample::resident, 16),
        THREADS("threads", "", Sample::threads, 8),
        SOCKETS("sockets", "", Sample::sockets, 12),
        HANDLES("file handles", "", Sample::handles, 16);

        private final String text;
        private final String unit;
        private final ToDoubleFunction<Sample> value;
        private final double slack;

        Figure(String text, String unit, ToDoubleFunction<Sample> value, double slack) {
            this.text = text;
            this.unit = unit;
            this.value = value;
            this.slack = slack;
        }

        double of(Sample sample) {
            return value.applyAsDouble(sample);
        }

        /** {@return how much more than before may be found later} */
        double most(double before) {
            return before * 1.1 + slack;
        }

        String text() {
            return text;
        }

        String unit() {
            return unit;
        }
    }
}
