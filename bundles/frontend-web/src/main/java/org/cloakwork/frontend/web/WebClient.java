package org.cloakwork.frontend.web;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.identity.Identity;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.store.StoreException;
import org.teavm.jso.JSExport;
import org.teavm.jso.typedarrays.Int8Array;

/** One client, as the JavaScript around it sees it; {@code engine.d.ts} describes it for those who write that. */
public final class WebClient {

    private final Host host;
    private final Loop loop;
    private final WebTransport transport;
    private final WebTopology topology;
    private final WebParts parts;
    private final WebStore store;
    private final Engine engine;
    private final WebStreams streams;
    private Subscription subscription;

    private WebClient(Host host, String[] settings, byte[] rows) throws StoreException {
        this.host = host;
        loop = new Loop(host);
        transport = new WebTransport(host, loop);
        topology = new WebTopology(host, loop);
        parts = new WebParts(host, loop, topology, transport);
        store = new WebStore(host, rows);
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        for (String kind : new String[] {"topology", "cover", "retransmission"}) {
            parts.choose(kind, values.get(kind), below(kind, values));
        }
        if (values.containsKey("routes")) {
            parts.choose("routes", values.get("routes"), below("routes", values));
        }
        ClientConfiguration configuration = ClientConfiguration.DEFAULT;
        if (values.containsKey("gateway")) {
            configuration = configuration.withGateway(IdentityKey.parse(values.get("gateway")));
        }
        Randomness randomness = new HostRandomness(host);
        Environment environment = new Environment(new HostClock(), loop, loop::execute, loop::execute, loop::execute,
                randomness);
        Identity identity = store.identity(randomness, failure -> loop.execute(() -> begin(failure)));
        engine = Engine.open(configuration, parts.parts(), environment, identity, store);
        store.forget();
        engine.onState(this::tell);
        engine.onAddress(address -> host.address(address.toString()));
        streams = new WebStreams(host, loop, engine, randomness);
        if (values.containsKey("exit")) {
            streams.use(MixnetAddress.parse(values.get("exit")));
        }
    }

    private final class HostClock implements Clock {

        @Override
        public Instant now() {
            return Instant.ofEpochMilli(System.currentTimeMillis());
        }

        @Override
        public long nanoTime() {
            return loop.nanoTime();
        }
    }

    private static Map<String, String> below(String prefix, Map<String, String> values) {
        Map<String, String> below = new HashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix + ".")) {
                below.put(key.substring(prefix.length() + 1), value);
            }
        });
        return below;
    }

    private void begin(Exception failure) {
        if (failure == null) {
            engine.start();
        } else {
            host.state("stopped", failure.getMessage());
        }
    }

    private void tell(ClientState state) {
        host.state(state.word(), state.why().orElse(""));
    }

    private void received(ReceivedMessage message) {
        String origin = switch (message.origin()) {
            case ReceivedMessage.Unknown ignored -> "unknown";
            case ReceivedMessage.Sender ignored -> "sender";
            case ReceivedMessage.Answer answer ->
                    "answer " + answer.recipient().map(MixnetAddress::toString).orElse("");
        };
        host.message(Int8Array.copyFromJavaArray(message.payload()), origin,
                message.sender().map(SenderTag::toString).orElse(""));
    }

    /**
     * Makes a client and starts it.
     *
     * @param host     what it asks things of
     * @param settings keys and values in turn
     * @param rows     what it wrote before
     * @return the client
     * @throws StoreException if the rows are of another version
     */
    @JSExport
    public static WebClient start(Host host, String[] settings, Int8Array rows) throws StoreException {
        return new WebClient(host, settings, rows.copyToJavaArray());
    }

    /** Nothing happens here: whoever loads the module calls {@link #start}. */
    public static void main(String[] args) {
    }

    @JSExport
    public void run() {
        loop.run();
    }

    @JSExport
    public void linkOpened(int link) {
        transport.opened(link);
    }

    @JSExport
    public void linkText(int link, String text) {
        transport.text(link, text);
    }

    @JSExport
    public void linkBinary(int link, Int8Array bytes) {
        transport.binary(link, bytes.copyToJavaArray());
    }

    @JSExport
    public void linkClosed(int link, String reason) {
        transport.closed(link, reason);
    }

    /** @param fault why there is no answer; empty if there is one */
    @JSExport
    public void answered(int request, Int8Array body, String fault) {
        loop.execute(() -> topology.answered(request, fault.isEmpty() ? body.copyToJavaArray() : null, fault));
    }

    /** @param fault why nothing was written; empty if it was */
    @JSExport
    public void committed(int commit, String fault) {
        store.committed(commit, fault.isEmpty() ? null : fault);
    }

    /**
     * Sends a message.
     *
     * @param delivery  the caller's number for it; its end is told by {@link Host#outcome}
     * @param to        an address; or of an answer, "@" and the tag
     * @param surbs     negative: cannot be answered
     * @param lane      NaN: the general one
     * @param isolation empty: none
     */
    @JSExport
    public void send(int delivery, String to, Int8Array payload, int surbs, double deadlineMillis, double lane,
                     String isolation) {
        SendOptions options = SendOptions.DEFAULT.withDeadline(Duration.ofMillis((long) deadlineMillis));
        if (surbs >= 0) {
            options = options.withReplySurbs(surbs);
        }
        if (!Double.isNaN(lane)) {
            options = options.withLane((long) lane);
        }
        if (!isolation.isEmpty()) {
            options = options.withIsolation(isolation);
        }
        byte[] bytes = payload.copyToJavaArray();
        Delivery sent = to.startsWith("@") ? engine.reply(SenderTag.parse(to.substring(1)), bytes, options)
                : engine.send(MixnetAddress.parse(to), bytes, options);
        sent.outcome().thenAccept(outcome -> tell(delivery, outcome));
    }

    private void tell(int delivery, Outcome outcome) {
        switch (outcome) {
            case Outcome.Acknowledged(int packets, int retransmissions, Duration elapsed) ->
                    host.outcome(delivery, true, "", "", packets, retransmissions, elapsed.toMillis());
            case Outcome.Failed(var reason, String detail) ->
                    host.outcome(delivery, false, reason.name(), detail, 0, 0, 0);
        }
    }

    /** @param wanted whether messages are told; while they are not they wait within the client's limits */
    @JSExport
    public void subscribe(boolean wanted) {
        if (!wanted && subscription != null) {
            subscription.close();
            subscription = null;
        } else if (wanted && subscription == null) {
            subscription = engine.subscribe(this::received);
        }
    }

    @JSExport
    public void closeLane(double lane) {
        engine.closeLane((long) lane);
    }

    @JSExport
    public double laneBytes(double lane) {
        return engine.laneBytes((long) lane);
    }

    /**
     * Puts another part in the place of the present one.
     *
     * @param kind     such as "cover"
     * @param name     such as "poisson"; "host": written in JavaScript
     * @param settings keys and values in turn, of the part
     */
    @JSExport
    public void swap(String kind, String name, String[] settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        parts.choose(kind, name, values);
    }

    /**
     * Has an exit connect, or opens a stream to a client that has a name.
     *
     * @param stream the caller's number for it; changes are told by {@link Host#streamChanged}
     * @param exit   an address; empty: none
     * @param target {@code host:port}
     * @throws IOException if there is no room, or no way
     */
    @JSExport
    public void openStream(int stream, String exit, String target) throws IOException {
        streams.open(stream, exit, target);
    }

    /** {@return "connecting", "open", "broken", or the name of a {@code ConnectFailure}} */
    @JSExport
    public String streamState(int stream) {
        return streams.state(stream);
    }

    /** {@return bytes; none: there are none yet; null: no more will come} */
    @JSExport
    public Int8Array readStream(int stream) throws IOException {
        byte[] bytes = streams.read(stream);
        return bytes == null ? null : Int8Array.copyFromJavaArray(bytes);
    }

    /** {@return how many of the bytes were taken} */
    @JSExport
    public int writeStream(int stream, Int8Array bytes) throws IOException {
        return streams.write(stream, bytes.copyToJavaArray());
    }

    /** Closes our half. */
    @JSExport
    public void closeStreamOutput(int stream) throws IOException {
        streams.closeOutput(stream);
    }

    /** Ends it, whatever is under way, and forgets it. */
    @JSExport
    public void leaveStream(int stream, String why) {
        streams.leave(stream, why);
    }

    /** {@return lines of a name and a number} */
    @JSExport
    public String counters() {
        StringBuilder text = new StringBuilder();
        Map<String, Long> counters = new TreeMap<>(engine.counters());
        counters.put("web.longest-slice-millis", loop.worstMillis());
        counters.forEach((name, value) -> text.append(name).append(' ').append(value).append('\n'));
        return text.toString();
    }

    /** Ends everything; the state is told when it has. */
    @JSExport
    public void close() {
        engine.stop().whenComplete((ended, failure) -> {
            host.state("closed", "");
            loop.end();
        });
    }
}
