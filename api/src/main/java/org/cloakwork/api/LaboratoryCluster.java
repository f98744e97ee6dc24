package org.cloakwork.api;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Processes that do the tasks of a {@link Laboratory.Study} together: each knows all answers of all of them, so that
 * any may end at any time and none is lost. A bundle of its own; registered as an OSGi service.
 *
 * @since 2.2
 */
@ProviderType
public interface LaboratoryCluster {

    /**
     * Meets the others, or waits for them.
     *
     * @param where    to listen, and who else there may be
     * @param name     of what is done: processes with other names have nothing to do with each other
     * @param known    answers by task that there are already
     * @param answered told of each answer of another process, on a thread of the cluster
     * @return what this process has of it
     * @throws IOException if it cannot listen there
     */
    Member join(Where where, String name, Map<String, String> known, BiConsumer<String, String> answered)
            throws IOException;

    /**
     * Where processes meet.
     *
     * @param own    address to listen at
     * @param others addresses where others may listen; those of all need not be known to each
     * @param secret that all of them have, 16 bytes or more: what they say is encrypted by it, and others are not
     *               listened to; empty only if all is within this machine
     */
    record Where(InetSocketAddress own, List<InetSocketAddress> others, byte[] secret) {

        /** Shortest secret, in bytes. */
        public static final int LEAST_SECRET = 16;

        /** Refuses to be without a secret where others than this machine may come. */
        public Where {
            Objects.requireNonNull(own);
            others = List.copyOf(others);
            secret = secret.clone();
            if (secret.length > 0 && secret.length < LEAST_SECRET) {
                throw new IllegalArgumentException("a secret has " + LEAST_SECRET + " bytes at least");
            }
            if (secret.length == 0 && (!isWithin(own) || !others.stream().allMatch(Where::isWithin))) {
                throw new IllegalArgumentException("beyond this machine the processes need a secret");
            }
        }

        private static boolean isWithin(InetSocketAddress address) {
            return address.getAddress() != null && address.getAddress().isLoopbackAddress();
        }

        /** {@return a copy of it} */
        @Override
        public byte[] secret() {
            return secret.clone();
        }
    }

    /** A process among the others. Safe for use by many threads. */
    @ProviderType
    interface Member extends AutoCloseable {

        /** {@return from 0, by which processes share the tasks; changes as they come and go} */
        int place();

        /** {@return how many there are now} */
        int count();

        /**
         * Tells the others.
         *
         * @param task   that was done
         * @param answer to it
         * @throws IOException if this process is no member any more
         */
        void tell(String task, String answer) throws IOException;

        /**
         * Waits until all that are there have all answers, a minute at most.
         *
         * @throws InterruptedException if the thread is
         */
        void end() throws InterruptedException;

        @Override
        void close();
    }
}
