package org.cloakwork.localnet.node;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/**
 * What one gateway knows of its clients: who registered, who is connected, what waits for whom. Kept in memory only.
 * Safe for use by many threads. Source: protocol/4-gateway, 5, 6, 9 and 12.
 */
final class Clients {

    /** Most registered clients; further registrations are refused. */
    static final int MAX_REGISTERED = 65_536;

    private final Counters<Counter> counters;
    private final int maxRegistered;
    private final Inbox inbox;
    @GuardedBy("this")
    private final Map<ClientAddress, Client> registered = new HashMap<>();
    @GuardedBy("this")
    private final Map<ClientAddress, Connected> connected = new HashMap<>();

    Clients(Counters<Counter> counters) {
        this(counters, MAX_REGISTERED, new Inbox());
    }

    Clients(Counters<Counter> counters, int maxRegistered, Inbox inbox) {
        this.counters = counters;
        this.maxRegistered = maxRegistered;
        this.inbox = inbox;
    }

    /**
     * Keeps the key of a client and makes a session its session. A key it had before is replaced, its bandwidth and
     * inbox stay.
     *
     * @return the client, empty if it has a session already or there are too many clients
     */
    synchronized Optional<Client> register(ClientAddress address, GatewaySharedKey key, Connected session) {
        Client client = registered.get(address);
        if (connected.containsKey(address) || client == null && registered.size() >= maxRegistered) {
            return Optional.empty();
        }
        if (client == null) {
            client = new Client();
            registered.put(address, client);
        }
        client.setKey(key);
        connected.put(address, session);
        return Optional.of(client);
    }

    synchronized Optional<Client> find(ClientAddress address) {
        return Optional.ofNullable(registered.get(address));
    }

    /** Forgets key, bandwidth and inbox of a client. {@return whether it was not forgotten before} */
    synchronized boolean forget(ClientAddress address, Client client) {
        counters.add(Counter.DROPPED_FORGOTTEN, inbox.forget(address));
        registered.remove(address, client);
        return client.forget();
    }

    /** {@return the session of a client, if it is connected} */
    synchronized Optional<Connected> connected(ClientAddress address) {
        return Optional.ofNullable(connected.get(address));
    }

    /**
     * Makes the session of an authentication the session of its client.
     *
     * @param older the one it may replace, or null
     * @return whether it is now; not if the client has yet another session, is not registered any more, or
     *         authenticated with this timestamp or a later one before
     */
    synchronized boolean connect(ClientAddress address, Client client, GatewaySession older, Connected session) {
        Connected present = connected.get(address);
        if (present != null && present.session != older || registered.get(address) != client
                || !client.authenticated(session.timestamp.getEpochSecond())) {
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

    synchronized long inboxBytes() {
        return inbox.bytes();
    }

    synchronized long mostInboxBytes() {
        return inbox.mostBytes();
    }

    synchronized long inboxMessages() {
        return inbox.messages();
    }

    /** Throws away what waited too long. */
    synchronized void expire(Instant now) {
        counters.add(Counter.DROPPED_INBOX_EXPIRED, inbox.expire(now));
    }

    /**
     * A client that is connected.
     *
     * @param session   its session
     * @param timestamp signed by the client if it authenticated, the gateway's if it registered
     */
    record Connected(GatewaySession session, Instant timestamp) {
    }

    /** How charging a client, or giving it bandwidth, ended. */
    sealed interface Balance {
    }

    /** Done. */
    record Charged(long left) implements Balance {
    }

    /** Not done. */
    record TooLittle(long available) implements Balance {
    }

    /** Not done: the client asked to be forgotten, and is, although its session goes on. */
    record Forgotten() implements Balance {
    }

    /** A client that registered. */
    static final class Client {

        @GuardedBy("this")
        private final Bandwidth bandwidth = new Bandwidth();
        @GuardedBy("this")
        private GatewaySharedKey key;
        @GuardedBy("this")
        private OptionalLong lastAuthentication = OptionalLong.empty();
        @GuardedBy("this")
        private boolean forgotten;

        synchronized GatewaySharedKey key() {
            return key;
        }

        private synchronized void setKey(GatewaySharedKey key) {
            this.key = key;
        }

        /** {@return when it authenticated last, in unix seconds of its own clock} */
        synchronized OptionalLong lastAuthentication() {
            return lastAuthentication;
        }

        private synchronized boolean authenticated(long unixTimestampSeconds) {
            if (lastAuthentication.isPresent() && unixTimestampSeconds <= lastAuthentication.getAsLong()) {
                return false;
            }
            lastAuthentication = OptionalLong.of(unixTimestampSeconds);
            return true;
        }

        synchronized long available(Instant now) {
            return bandwidth.available(now);
        }

        synchronized Balance claim(Instant now) {
            return forgotten ? new Forgotten() : new Charged(bandwidth.claim(now));
        }

        synchronized Balance charge(int bytes, Instant now) {
            if (forgotten) {
                return new Forgotten();
            }
            return bandwidth.charge(bytes, now) ? new Charged(bandwidth.available(now))
                    : new TooLittle(bandwidth.available(now));
        }

        private synchronized boolean forget() {
            boolean first = !forgotten;
            forgotten = true;
            return first;
        }
    }
}
