package org.cloakwork.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs many clients and a whole mixnet in one thread on a clock of its own: a day passes in minutes, and the same
 * options give the same report byte for byte. The clients are the ones applications use, engine, parts and all; the
 * mixes and gateways are those of a local network; only time, randomness, sockets and, if wished, cryptography
 * are not real. Registered as an OSGi service, and found by {@link ServiceLoader} where there is no OSGi.
 *
 * <p><b>Network</b>: three layers of three mixes, two gateways (one more for each 2,000 clients), a directory. Packets
 * are delayed by mixes as they ask, and take no time between nodes unless a fault says so.
 *
 * <p><b>Traffic</b>: each client sends messages of 50 to 5,000 bytes to the others, at random, one a minute on average
 * (Poisson). One in ten is anonymous, with 10 reply blocks, and answered with 50 to 500 bytes. After the given duration
 * no more are sent, and the simulation goes on until every message has ended, at most until the last deadline.
 *
 * <p><b>Key rotation</b>: if asked for, all nodes change their keys at each period; a quarter of it is an epoch, in
 * which they take packets for the next keys before the change, and for the keys before after it.
 *
 * <p><b>Hostile client</b>: if asked for, the first client answers anonymous messages as no honest one does: over their
 * reply blocks it sends what only belongs to an address, an answerable message with two reply blocks of its own.
 *
 * <p><b>Faults</b>, each with times since the start as numbers with a unit ({@code ms}, {@code s}, {@code m} or
 * {@code h}):
 * <table>
 * <caption>Forms of faults</caption>
 * <tr><td>{@code delay=MS@FROM-TO}</td><td>each packet takes so many milliseconds from node to node</td></tr>
 * <tr><td>{@code reorder@FROM-TO}</td><td>each packet takes 0 to 200 ms from node to node, and overtakes
 * others</td></tr>
 * <tr><td>{@code gateway-restart@T}, {@code gateway-restart@T+DOWNTIME}</td><td>the first gateway drops its connections
 *     and what is sent to it, and takes no new ones for that time (5 s); registrations and inboxes stay</td></tr>
 * <tr><td>{@code directory-outage@FROM-TO}</td><td>every question for the topology fails</td></tr>
 * <tr><td>{@code epoch@T}</td><td>a new epoch: every mix changes to the next layer</td></tr>
 * <tr><td>{@code rotation@T}</td><td>all nodes get new keys; the old ones are good for another hour; not where
 *     keys rotate anyway</td></tr>
 * <tr><td>{@code suspend@FROM-TO}</td><td>the first client does nothing, and its clock jumps when it goes on</td></tr>
 * </table>
 */
@ProviderType
public interface Simulator {

    /**
     * Runs a simulation to its end on the calling thread.
     *
     * @param options what to simulate
     * @return what happened
     * @throws IllegalArgumentException if a fault cannot be read or there is no part of a name; the message names it
     */
    default Report run(Options options) {
        return run(options, passed -> { });
    }

    /**
     * Runs a simulation to its end on the calling thread, and tells how far it is. What is told of changes nothing.
     *
     * @param options what to simulate
     * @param passed  is given the time that has passed in the simulation, up to the duration, very often and at once
     * @return what happened
     * @throws IllegalArgumentException if a fault cannot be read or there is no part of a name; the message names it
     */
    Report run(Options options, Consumer<Duration> passed);

    /**
     * Finds the simulator without OSGi.
     *
     * @return the simulator
     * @throws IllegalStateException if there is none on the class path or module path
     */
    static Simulator load() {
        return ServiceLoader.load(Simulator.class, Simulator.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no org.cloakwork.localnet on the class path or module path"));
    }

    /** How packets are made. */
    enum Packets {
        /** As in life. */
        REAL,
        /**
         * With the sizes and routes of real ones, but without cryptography, between clients and between a client and
         * its gateway: many times faster.
         */
        STUB
    }

    /**
     * What to simulate.
     *
     * @param clients        2 to 10,000
     * @param duration       how long messages are sent, up to 366 days
     * @param seed           where all randomness comes from
     * @param loss           how likely a packet, and likewise an acknowledgement, is lost in the mixnet: 0 to 1
     * @param cover          name of the cover part of all clients
     * @param retransmission name of the retransmission part of all clients
     * @param faults         in the forms of {@link Simulator}
     * @param packets        how packets are made
     * @param rotation       between changes of all nodes' keys, at least 4 s; empty: none but those among the faults
     * @param hostile        whether the first client is hostile
     * @param routes         name of the routes part of all clients
     */
    record Options(int clients, Duration duration, long seed, double loss, String cover, String retransmission,
                   List<String> faults, Packets packets, Optional<Duration> rotation, boolean hostile,
                   String routes) {

        private static final int MAX_CLIENTS = 10_000;
        private static final Duration MAX_DURATION = Duration.ofDays(366);
        private static final Duration LEAST_ROTATION = Duration.ofSeconds(4);

        /** Checks or copies what it is given. */
        public Options {
            if (clients < 2 || clients > MAX_CLIENTS) {
                throw new IllegalArgumentException("clients must be 2 to " + MAX_CLIENTS + ", not " + clients);
            }
            if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX_DURATION) > 0) {
                throw new IllegalArgumentException("the duration must be above 0 and at most 366 days, not "
                        + duration);
            }
            if (!(loss >= 0 && loss <= 1)) {
                throw new IllegalArgumentException("loss must be 0 to 1, not " + loss);
            }
            Objects.requireNonNull(cover);
            Objects.requireNonNull(retransmission);
            Objects.requireNonNull(routes);
            faults = List.copyOf(faults);
            Objects.requireNonNull(packets);
            if (rotation.filter(period -> period.compareTo(LEAST_ROTATION) < 0).isPresent()) {
                throw new IllegalArgumentException("the rotation must be at least 4 s, not " + rotation.get());
            }
        }

        /**
         * Without rotation, all clients honest.
         *
         * @param clients        2 to 10,000
         * @param duration       how long messages are sent, up to 366 days
         * @param seed           where all randomness comes from
         * @param loss           how likely a packet, and likewise an acknowledgement, is lost in the mixnet: 0 to 1
         * @param cover          name of the cover part of all clients
         * @param retransmission name of the retransmission part of all clients
         * @param faults         in the forms of {@link Simulator}
         * @param packets        how packets are made
         */
        public Options(int clients, Duration duration, long seed, double loss, String cover, String retransmission,
                       List<String> faults, Packets packets) {
            this(clients, duration, seed, loss, cover, retransmission, faults, packets, Optional.empty(), false);
        }

        /**
         * With uniform routes.
         *
         * @param clients        2 to 10,000
         * @param duration       how long messages are sent, up to 366 days
         * @param seed           where all randomness comes from
         * @param loss           how likely a packet, and likewise an acknowledgement, is lost in the mixnet: 0 to 1
         * @param cover          name of the cover part of all clients
         * @param retransmission name of the retransmission part of all clients
         * @param faults         in the forms of {@link Simulator}
         * @param packets        how packets are made
         * @param rotation       between changes of all nodes' keys, at least 4 s; empty: none but those among the
         *                       faults
         * @param hostile        whether the first client is hostile
         */
        public Options(int clients, Duration duration, long seed, double loss, String cover, String retransmission,
                       List<String> faults, Packets packets, Optional<Duration> rotation, boolean hostile) {
            this(clients, duration, seed, loss, cover, retransmission, faults, packets, rotation, hostile, "uniform");
        }

        /**
         * With another routes part.
         *
         * @param part name of the routes part of all clients
         * @return the same with that part
         * @since 2.1
         */
        public Options withRoutes(String part) {
            return new Options(clients, duration, seed, loss, cover, retransmission, faults, packets, rotation,
                    hostile, part);
        }

        /**
         * Has all nodes change their keys again and again.
         *
         * @param period between changes of all nodes' keys, at least 4 s
         * @return the same with that rotation
         * @since 1.3
         */
        public Options withRotation(Duration period) {
            return new Options(clients, duration, seed, loss, cover, retransmission, faults, packets,
                    Optional.of(period), hostile, routes);
        }

        /**
         * {@return the same with the first client hostile}
         *
         * @since 1.3
         */
        public Options withHostileClient() {
            return new Options(clients, duration, seed, loss, cover, retransmission, faults, packets, rotation, true,
                    routes);
        }
    }

    /**
     * What happened.
     *
     * @param text     for people: traffic, latencies, outcomes, queues, drops and invariants
     * @param violated the invariants that do not hold; empty if all is well
     */
    record Report(String text, List<String> violated) {

        /** Checks or copies what it is given. */
        public Report {
            Objects.requireNonNull(text);
            violated = List.copyOf(violated);
        }
    }
}
