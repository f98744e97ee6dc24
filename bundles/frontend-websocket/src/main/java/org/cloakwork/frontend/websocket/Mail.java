package org.cloakwork.frontend.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.Subscription;

/**
 * Hands what arrives to every session that listens. The client is listened to only while one does and keeps up, so that
 * messages wait in the client, within its limits, otherwise. Who falls far behind one that keeps up is cut off.
 */
final class Mail {

    private final MixnetClient client;
    private final long limitBytes;
    @GuardedBy("this")
    private final Set<Session> listeners = new LinkedHashSet<>();
    /** Taken from the client, and written to nobody. */
    @GuardedBy("this")
    private final Queue<ReceivedMessage> undelivered = new ArrayDeque<>();
    @GuardedBy("this")
    private Subscription subscription;
    @GuardedBy("this")
    private boolean held;
    @GuardedBy("this")
    private boolean closed;

    /** @param limitBytes what may wait for one session, and twice that if another one keeps up */
    Mail(MixnetClient client, long limitBytes) {
        this.client = client;
        this.limitBytes = limitBytes;
    }

    synchronized void add(Session session) {
        if (!closed && listeners.add(session)) {
            ReceivedMessage next = undelivered.peek();
            while (next != null && hand(next)) {
                undelivered.remove();
                next = undelivered.peek();
            }
            update();
        }
    }

    /** @param unwritten what the session was handed and has not sent on */
    synchronized void remove(Session session, Collection<ReceivedMessage> unwritten) {
        listeners.remove(session);
        // Otherwise the others have had it.
        if (listeners.isEmpty()) {
            undelivered.addAll(unwritten);
        }
        update();
    }

    /** A session has read some of what waited for it. */
    synchronized void read() {
        if (held) {
            update();
        }
    }

    synchronized void close() {
        closed = true;
        listeners.clear();
        update();
    }

    private synchronized void arrived(ReceivedMessage message) {
        if (!hand(message)) {
            undelivered.add(message);
        }
        update();
    }

    /** {@return whether anybody took it} */
    @GuardedBy("this")
    private boolean hand(ReceivedMessage message) {
        boolean taken = false;
        for (Session session : listeners) {
            taken |= session.push(message);
        }
        listeners.removeIf(session -> !session.isListening());
        return taken;
    }

    @GuardedBy("this")
    private void update() {
        long least = listeners.stream().mapToLong(Session::backlogBytes).min().orElse(0);
        if (least <= limitBytes / 2) {
            listeners.removeIf(session -> session.backlogBytes() > 2 * limitBytes && session.cutOff());
        }
        long most = listeners.stream().mapToLong(Session::backlogBytes).max().orElse(0);
        held = least > limitBytes / 2 && (held || most > limitBytes);
        boolean wanted = !listeners.isEmpty() && !held;
        if (wanted && subscription == null) {
            subscription = client.subscribe(this::arrived);
        } else if (!wanted && subscription != null) {
            subscription.close();
            subscription = null;
        }
    }
}
