package org.cloakwork.api;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/** A message that arrived. */
public final class ReceivedMessage {

    private final byte[] payload;
    private final Origin origin;

    /**
     * How a message came, which decides what may be done with it: what came to our address is from somebody who knows
     * it, what came over a reply block is from whom we gave that block.
     *
     * @since 1.3
     */
    public sealed interface Origin {
    }

    /**
     * To our address, from somebody who cannot be answered.
     *
     * @since 1.3
     */
    public record Unknown() implements Origin {
    }

    /**
     * To our address, from somebody who can be answered.
     *
     * @param tag the handle to answer with
     * @since 1.3
     */
    public record Sender(SenderTag tag) implements Origin {

        /** Checks or copies what it is given. */
        public Sender {
            Objects.requireNonNull(tag);
        }
    }

    /**
     * Over a reply block that we gave away: an answer to something we sent anonymously.
     *
     * @param recipient whom we gave it to; empty if the tag it was given under has ended since
     * @param isolation whom we were to that recipient then, as in {@link SendOptions#withIsolation}
     * @since 1.3
     */
    public record Answer(Optional<MixnetAddress> recipient, Optional<String> isolation) implements Origin {

        /** Checks or copies what it is given. */
        public Answer {
            Objects.requireNonNull(recipient);
            Objects.requireNonNull(isolation);
        }

        /**
         * Tells whether this is an answer to what was written to somebody, at whatever gateway.
         *
         * @param asked someone we wrote to anonymously
         * @param as    whom we were to it, if not just ourselves
         * @return whether this is an answer to that
         */
        public boolean isOf(MixnetAddress asked, Optional<String> as) {
            return isolation.equals(as) && recipient.filter(one -> one.identity().equals(asked.identity())
                    && one.encryption().equals(asked.encryption())).isPresent();
        }
    }

    /**
     * To our address.
     *
     * @param payload the bytes that were sent; not copied, must not change afterwards
     * @param sender  the handle to answer with, or empty if the sender gave none
     */
    public ReceivedMessage(byte[] payload, Optional<SenderTag> sender) {
        this(payload, sender.<Origin>map(Sender::new).orElseGet(Unknown::new));
    }

    /**
     * A message as it arrived.
     *
     * @param payload the bytes that were sent; not copied, must not change afterwards
     * @param origin  how it came
     * @since 1.3
     */
    public ReceivedMessage(byte[] payload, Origin origin) {
        this.payload = Objects.requireNonNull(payload);
        this.origin = Objects.requireNonNull(origin);
    }

    /** {@return the bytes that were sent; shared, not to be changed} */
    public byte[] payload() {
        return payload;
    }

    /** {@return the payload read as UTF-8} */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /**
     * {@return how it came}
     *
     * @since 1.3
     */
    public Origin origin() {
        return origin;
    }

    /** {@return the handle to answer with; empty for plain messages and for answers} */
    public Optional<SenderTag> sender() {
        return origin instanceof Sender(SenderTag tag) ? Optional.of(tag) : Optional.empty();
    }

    /** {@return the length only: payloads do not belong into logs} */
    @Override
    public String toString() {
        return "ReceivedMessage[" + payload.length + " bytes]";
    }
}
