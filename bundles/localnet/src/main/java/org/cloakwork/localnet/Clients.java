package org.cloakwork.localnet;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/**
 * What one gateway knows of its clients: who registered, who is connected, what waits for whom. Kept in memory only.
 * Safe for use by many threads. Source: protocol/4-gateway, 5, 6, 9 and 12.
 */
final class Clients {

    /** Most registered clients; further registrations are refused. */
    static final int MAX_REGISTERED = 65_536;

    private final Counters counters;
    private final int maxRegistered;
    private final Inbox inbox;
    private final Map<ClientAddress, Client> registered = new HashMap<>();
    private final Map<ClientAddress, Connected> connected = new HashMap<>();

    Clients(Counters counters) {
        this(counters, MAX_REGISTERED, new Inbox());
    }

    Clients(Counters counters, int maxRegistered, Inbox inbox) {
        this.counters = counters;
        this.maxRegistered = maxRegistered;
        this.inbox = inbox;
    }

    /**
     * Keeps the key of a client; one it had before is replaced, its bandwidth and inbox stay.
     *
     * @return the client, empty if there are too many
     */
    synchronized Optional<Client> register(ClientAddress address, GatewaySharedKey key) {
        Client client = registered.get(address);
        if (client == null) {
            if (registered.size() >= maxRegistered) {
                return Optional.empty();
            }
            client = new Client();
            registered.put(address, client);
        }
        client.key = key;
        return Optional.of(client);
    }

    synchronized Optional<Client> find(ClientAddress address) {
        return Optional.ofNullable(registered.get(address));
    }

    /** Forgets key, bandwidth and inbox of a client. {@return whether there was anything to forget} */
    synchronized boolean forget(ClientAddress address) {
        counters.count(Counter.DROPPED_FORGOTTEN, inbox.forget(address));
        return registered.remove(address) != null;
    }

    /** {@return the session of a client, if it is connected} */
    synchronized Optional<Connected> connected(ClientAddress address) {
        return Optional.ofNullable(connected.get(address));
    }

    /** Makes a session the one of its client, unless there is one. {@return whether it is now} */
    synchronized boolean connect(ClientAddress address, Connected session) {
        return connected.putIfAbsent(address, session) == null;
    }

    /** Makes a session the one of its client in place of another, unless that was replaced. {@return whether it is now} */
    synchronized boolean replace(ClientAddress address, GatewaySession other, Connected session) {
        Connected present = connected.get(address);
        if (present != null && present.session != other) {
            return false;
        }
        connected.put(address, session);
        return true;
    }

    /** Ends a session; if it was replaced, nothing happens. */
    synchronized void disconnect(ClientAddress address, GatewaySession session) {
        connected.computeIfPresent(address, (key, present) -> present.session == session ? null : present);
    }

    /** Stores what arrived for a client. {@return its session, which should fetch it now, if it is connected} */
    synchronized Optional<GatewaySession> store(ClientAddress address, byte[] message, Instant now) {
        if (!inbox.store(address, message, now)) {
            counters.count(Counter.DROPPED_INBOX_FULL);
            return Optional.empty();
        }
        counters.count(Counter.MESSAGES_STORED);
        return connected(address).map(Connected::session);
    }

    /** {@return the oldest message that waits for a client, which is no longer kept} */
    synchronized Optional<byte[]> poll(ClientAddress address) {
        return inbox.poll(address);
    }

    /** Throws away what waited too long. */
    synchronized void expire(Instant now) {
        counters.count(Counter.DROPPED_INBOX_EXPIRED, inbox.expire(now));
    }

    /**
     * A client that is connected.
     *
     * @param session   its session
     * @param timestamp signed by the client if it authenticated, the gateway's if it registered
     */
    record Connected(GatewaySession session, Instant timestamp) {
    }

    /** A client that registered. Its session is the only one to use it, but for the key, which never changes there. */
    static final class Client {

        private GatewaySharedKey key;
        private final Bandwidth bandwidth = new Bandwidth();
        private long lastAuthentication = Long.MIN_VALUE;

        synchronized GatewaySharedKey key() {
            return key;
        }
    }
}
