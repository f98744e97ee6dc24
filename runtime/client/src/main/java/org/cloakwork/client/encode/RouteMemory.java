package org.cloakwork.client.encode;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;

/**
 * What a routes part remembers of one epoch: of the client, and of the conversations that were used last. Used by one
 * call of the part at a time, and by whoever knows that a conversation has ended.
 */
final class RouteMemory {

    private final RoutePolicy part;
    private final long epochId;
    @GuardedBy("this")
    private Object client;
    /** The last used one is the last. */
    @GuardedBy("this")
    private final Map<Long, Object> conversations = new LinkedHashMap<>();

    RouteMemory(RoutePolicy part, long epochId) {
        this.part = part;
        this.epochId = epochId;
    }

    /** {@return whether it is good for that part and epoch} */
    boolean isOf(RoutePolicy asked, long epoch) {
        return part == asked && epochId == epoch;
    }

    RoutePolicy part() {
        return part;
    }

    /** A part gets what itself has made. */
    @SuppressWarnings("unchecked")
    <T> T remembered(Scope scope, long conversation, Supplier<T> first) {
        Object known = known(scope, conversation);
        return (T) (known == null ? remember(scope, conversation, first.get()) : known);
    }

    private synchronized Object known(Scope scope, long conversation) {
        return switch (scope) {
            case CLIENT -> client;
            case CONVERSATION -> {
                Object known = conversations.remove(conversation);
                yield known == null ? null : remember(scope, conversation, known);
            }
            case FRESH -> throw new IllegalArgumentException("nothing is remembered of a single packet");
        };
    }

    private synchronized Object remember(Scope scope, long conversation, Object made) {
        if (scope == Scope.CLIENT) {
            client = made;
        } else {
            conversations.put(conversation, made);
            if (conversations.size() > RoutePolicy.MOST_CONVERSATIONS) {
                conversations.remove(conversations.keySet().iterator().next());
            }
        }
        return made;
    }

    synchronized void forget(long conversation) {
        conversations.remove(conversation);
    }

    /** {@return of how many conversations something is remembered} */
    synchronized int conversations() {
        return conversations.size();
    }
}
