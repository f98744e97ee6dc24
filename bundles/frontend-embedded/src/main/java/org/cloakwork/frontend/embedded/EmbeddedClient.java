package org.cloakwork.frontend.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.Figure;
import org.cloakwork.api.Insight;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.StreamRequest;
import org.cloakwork.api.Subscription;

/** A client together with what was made for it alone and ends with it. */
final class EmbeddedClient implements MixnetClient {

    private static final System.Logger LOG = System.getLogger(EmbeddedClient.class.getName());

    private final MixnetClient client;
    private final List<AutoCloseable> owned;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param owned closed in reverse order, the client among them */
    EmbeddedClient(MixnetClient client, List<AutoCloseable> owned) {
        this.client = client;
        this.owned = List.copyOf(owned);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            closeAll(owned);
        }
    }

    static void closeAll(List<AutoCloseable> owned) {
        for (AutoCloseable one : owned.reversed()) {
            try {
                one.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "closing " + one.getClass().getSimpleName() + " failed", e);
            }
        }
    }

    @Override
    public int pieceBytes(MixnetAddress recipient) {
        return client.pieceBytes(recipient);
    }

    @Override
    public Optional<String> line() {
        return client.line();
    }

    @Override
    public void returnPackets(boolean does) {
        client.returnPackets(does);
    }

    @Override
    public Subscription partner(MixnetAddress partner) {
        return client.partner(partner);
    }

    @Override
    public MixnetAddress address() {
        return client.address();
    }

    @Override
    public Subscription onAddress(Consumer<MixnetAddress> listener) {
        return client.onAddress(listener);
    }

    @Override
    public ClientState state() {
        return client.state();
    }

    @Override
    public Subscription onState(Consumer<ClientState> listener) {
        return client.onState(listener);
    }

    @Override
    public List<String> warnings() {
        return client.warnings();
    }

    @Override
    public void awaitReady(Duration deadline) throws TimeoutException, InterruptedException {
        client.awaitReady(deadline);
    }

    @Override
    public Delivery send(MixnetAddress recipient, byte[] message, SendOptions options) {
        return client.send(recipient, message, options);
    }

    @Override
    public Delivery reply(SenderTag sender, byte[] message, SendOptions options) {
        return client.reply(sender, message, options);
    }

    @Override
    public Subscription subscribe(Consumer<ReceivedMessage> listener) {
        return client.subscribe(listener);
    }

    @Override
    public Subscription intercept(Predicate<ReceivedMessage> taker) {
        return client.intercept(taker);
    }

    @Override
    public MixnetStream openStream(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        return client.openStream(recipient, port, options);
    }

    @Override
    public MixnetStream openStream(String host, int port, StreamOptions options) throws IOException {
        return client.openStream(host, port, options);
    }

    @Override
    public Subscription listen(int port, Optional<Set<EncryptionKey>> allowed, Consumer<StreamRequest> taker)
            throws IOException {
        return client.listen(port, allowed, taker);
    }

    @Override
    public StreamListener listen(int port) throws IOException {
        return client.listen(port);
    }

    @Override
    public void closeLane(long lane) {
        client.closeLane(lane);
    }

    @Override
    public long laneBytes(long lane) {
        return client.laneBytes(lane);
    }

    @Override
    public int maxMessageBytes() {
        return client.maxMessageBytes();
    }

    @Override
    public Map<String, Long> counters() {
        return client.counters();
    }

    @Override
    public List<Figure> figures() {
        return client.figures();
    }

    @Override
    public Optional<String> remedy() {
        return client.remedy();
    }

    @Override
    public CompletableFuture<Insight> insight() {
        return client.insight();
    }

    @Override
    public CompletableFuture<List<KnownExit>> exits() {
        return client.exits();
    }
}
