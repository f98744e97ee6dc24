package org.cloakwork.localnet.node;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.wire.gateway.GatewayProtocol;

/**
 * What waits for the clients of one gateway, whether they ever registered or not; for each client the oldest first.
 * Not safe for use by many threads: {@link Clients} guards it. Source: protocol/4-gateway, 12.
 */
public final class Inbox {

    /** Most bytes that wait for one client. */
    static final long MAX_BYTES_PER_CLIENT = 16L << 20;
    /** Most bytes that wait for all clients of a gateway. */
    public static final long MAX_BYTES = 256L << 20;
    /** Charged for each message on top of its length, so that short messages are limited too. */
    static final int MESSAGE_OVERHEAD = 64;

    private final long maxBytesPerClient;
    private final long maxBytes;
    private final Map<ClientAddress, Box> boxes = new HashMap<>();
    private long bytes;
    private long mostBytes;

    Inbox() {
        this(MAX_BYTES_PER_CLIENT, MAX_BYTES);
    }

    Inbox(long maxBytesPerClient, long maxBytes) {
        this.maxBytesPerClient = maxBytesPerClient;
        this.maxBytes = maxBytes;
    }

    /**
     * @param client  whose
     * @param message not copied
     * @param now     when it came
     * @return whether there was room
     */
    boolean store(ClientAddress client, byte[] message, Instant now) {
        int cost = cost(message);
        Box box = boxes.get(client);
        if (bytes + cost > maxBytes || (box == null ? 0 : box.bytes) + cost > maxBytesPerClient) {
            return false;
        }
        if (box == null) {
            box = new Box();
            boxes.put(client, box);
        }
        box.messages.add(new Message(message, now));
        box.bytes += cost;
        bytes += cost;
        mostBytes = Math.max(mostBytes, bytes);
        return true;
    }

    /**
     * @param client whose
     * @return the oldest message, which is no longer kept
     */
    Optional<byte[]> poll(ClientAddress client) {
        Box box = boxes.get(client);
        // An empty box stays: whoever is connected gets the next message soon, and the others go when messages expire.
        return box == null || box.messages.isEmpty() ? Optional.empty() : Optional.of(take(box));
    }

    /**
     * @param client whose
     * @return how many messages were thrown away
     */
    int forget(ClientAddress client) {
        Box box = boxes.remove(client);
        if (box == null) {
            return 0;
        }
        bytes -= box.bytes;
        return box.messages.size();
    }

    /**
     * Throws away what waited for longer than {@link GatewayProtocol#INBOX_AGE}.
     *
     * @param now the present
     * @return how many messages were thrown away
     */
    int expire(Instant now) {
        Instant oldest = now.minus(GatewayProtocol.INBOX_AGE);
        int expired = 0;
        for (Iterator<Box> all = boxes.values().iterator(); all.hasNext();) {
            Box box = all.next();
            while (!box.messages.isEmpty() && box.messages.peek().storedAt.isBefore(oldest)) {
                take(box);
                expired++;
            }
            if (box.messages.isEmpty()) {
                all.remove();
            }
        }
        return expired;
    }

    /** {@return bytes charged for what waits} */
    long bytes() {
        return bytes;
    }

    /** {@return the most that {@link #bytes} ever was} */
    long mostBytes() {
        return mostBytes;
    }

    /** {@return how many messages wait} */
    long messages() {
        return boxes.values().stream().mapToLong(box -> box.messages.size()).sum();
    }

    private byte[] take(Box box) {
        byte[] content = box.messages.remove().content;
        box.bytes -= cost(content);
        bytes -= cost(content);
        return content;
    }

    private static int cost(byte[] message) {
        return message.length + MESSAGE_OVERHEAD;
    }

    private static final class Box {

        /** Most of the time a client is connected, and there is one message for an instant. */
        private final ArrayDeque<Message> messages = new ArrayDeque<>(1);
        private long bytes;
    }

    private record Message(byte[] content, Instant storedAt) {
    }
}
