package org.cloakwork.api;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/** A message that arrived. */
public final class ReceivedMessage {

    private final byte[] payload;
    private final SenderTag sender;

    /**
     * @param payload the bytes that were sent; not copied, must not change afterwards
     * @param sender  the handle to answer with, or empty if the sender gave none
     */
    public ReceivedMessage(byte[] payload, Optional<SenderTag> sender) {
        this.payload = Objects.requireNonNull(payload);
        this.sender = sender.orElse(null);
    }

    /** {@return the bytes that were sent; shared, not to be changed} */
    public byte[] payload() {
        return payload;
    }

    /** {@return the payload read as UTF-8} */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** {@return the handle to answer with; empty for plain messages and for replies} */
    public Optional<SenderTag> sender() {
        return Optional.ofNullable(sender);
    }

    /** {@return the length only: payloads do not belong into logs} */
    @Override
    public String toString() {
        return "ReceivedMessage[" + payload.length + " bytes]";
    }
}
