package org.cloakwork.frontend.serve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamRequest;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.Counters;

/**
 * The ports that a client listens on for programs, and the connections of callers. What a caller is told depends on its
 * own connections, on the program, and on whether there is room at all.
 */
final class Served implements FrontEnd.Serving {

    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private record Listening(ServeConfiguration.Service service, Subscription subscription) {
    }

    private final MixnetClient client;
    private final Function<Map<String, String>, ServeConfiguration> reader;
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final Pseudonyms pseudonyms = new Pseudonyms();
    @GuardedBy("this")
    private ServeConfiguration configuration;
    @GuardedBy("this")
    private final Map<Integer, Listening> listening = new TreeMap<>();
    @GuardedBy("this")
    private final Set<Conversation> conversations = new HashSet<>();
    @GuardedBy("this")
    private boolean closed;

    private Served(MixnetClient client, Function<Map<String, String>, ServeConfiguration> reader) {
        this.client = client;
        this.reader = reader;
    }

    /** @param reader of other settings, which throws what a front-end throws */
    static Served start(MixnetClient client, ServeConfiguration configuration,
                        Function<Map<String, String>, ServeConfiguration> reader) throws IOException {
        Served served = new Served(client, reader);
        try {
            served.take(configuration);
            // As an exit: who watches the line of a caller does not see when it loads.
            client.returnPackets(true);
            return served;
        } catch (IOException e) {
            served.close();
            throw e;
        }
    }

    Counters<Counter> counting() {
        return counters;
    }

    Pseudonyms pseudonyms() {
        return pseudonyms;
    }

    synchronized ServeConfiguration configuration() {
        return configuration;
    }

    @Override
    public boolean change(Map<String, String> settings) throws IOException {
        take(reader.apply(settings));
        return true;
    }

    /** Ports that stay are not touched; whoever may not come in any more is put out. */
    private void take(ServeConfiguration next) throws IOException {
        List<Conversation> out;
        synchronized (this) {
            configuration = next;
            listening.entrySet().removeIf(entry -> {
                boolean gone = !entry.getValue().service().equals(next.services().get(entry.getKey()));
                if (gone) {
                    entry.getValue().subscription().close();
                }
                return gone;
            });
            for (Map.Entry<Integer, ServeConfiguration.Service> entry : next.services().entrySet()) {
                if (!listening.containsKey(entry.getKey())) {
                    ServeConfiguration.Service service = entry.getValue();
                    listening.put(entry.getKey(), new Listening(service, client.listen(entry.getKey(),
                            service.allowed(), request -> asked(request, service))));
                }
            }
            out = conversations.stream().filter(one -> !mayStay(one, next.services().get(one.port()))).toList();
        }
        out.forEach(one -> one.abort("it is not served any more"));
    }

    private static boolean mayStay(Conversation one, ServeConfiguration.Service now) {
        if (now == null || !now.local().equals(one.service().local())) {
            return false;
        }
        Optional<EncryptionKey> key = one.key();
        return now.allowed().isEmpty() || key.isPresent() && now.allowed().get().contains(key.get());
    }

    private void asked(StreamRequest request, ServeConfiguration.Service service) {
        Conversation conversation = new Conversation(this, request, service);
        if (admit(conversation)) {
            Thread.ofVirtual().name("serve-connection").start(conversation::run);
        } else {
            counters.count(Counter.REFUSED);
            request.refuse(StreamException.Reason.NO_ROOM);
        }
    }

    /** As an exit has it: whoever has as many as it may have gets no more; if all do, an idle one gives way. */
    private boolean admit(Conversation added) {
        Optional<Conversation> idlest = Optional.empty();
        synchronized (this) {
            if (closed || conversations.stream().filter(one -> one.caller().equals(added.caller())).count()
                    >= configuration.maxConnectionsPerCaller()) {
                return false;
            }
            if (conversations.size() >= configuration.maxConnections()) {
                idlest = conversations.stream()
                        .filter(one -> one.isJoined() && (!one.isUsed() || one.idleNanos() > IDLE_NANOS))
                        .max(Comparator.comparing((Conversation one) -> !one.isUsed())
                                .thenComparingLong(Conversation::idleNanos));
                if (idlest.isEmpty()) {
                    return false;
                }
                conversations.remove(idlest.get());
            }
            conversations.add(added);
        }
        idlest.ifPresent(one -> {
            counters.count(Counter.GAVE_WAY);
            one.abort("the room was needed");
        });
        return true;
    }

    synchronized void remove(Conversation over) {
        conversations.remove(over);
    }

    /** The name of the client says where; its log does not. */
    @Override
    public List<URI> addresses() {
        return List.of();
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(counters.figures());
        synchronized (this) {
            figures.add(Figure.level("serve.connections", "connections of callers at this moment",
                    conversations.size()));
        }
        return figures;
    }

    @Override
    public void close() {
        List<Conversation> left;
        synchronized (this) {
            closed = true;
            listening.values().forEach(one -> one.subscription().close());
            listening.clear();
            left = List.copyOf(conversations);
        }
        client.returnPackets(false);
        left.forEach(one -> one.abort("the front-end was closed"));
    }
}
