package org.cloakwork.frontend.websocket;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.StreamRequest;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.inbox.Mailbox;
import org.cloakwork.spi.runtime.Counters;

/** Writes down what it is asked for, ends messages when it is told to, and hands over what it is given. */
final class RecordingClient implements MixnetClient {

    static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

    /** One call of send or reply. */
    record Sent(Optional<MixnetAddress> recipient, Optional<SenderTag> sender, byte[] message, SendOptions options,
                CompletableFuture<Outcome> outcome) implements Delivery {

        OptionalInt replySurbs() {
            return options.replySurbs();
        }

        long lane() {
            return options.lane().orElseThrow();
        }

        void acknowledge() {
            outcome.complete(new Outcome.Acknowledged(1, 0, Duration.ofMillis(5)));
        }

        void fail(FailureReason reason) {
            outcome.complete(new Outcome.Failed(reason, "as the test says"));
        }

        @Override
        public CompletableFuture<Void> stored() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Progress progress() {
            return new Progress(0, 0, 0);
        }
    }

    final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> closedLanes = new LinkedBlockingQueue<>();
    final List<Long> askedLanes = new CopyOnWriteArrayList<>();
    volatile long laneBytes;
    volatile boolean full;
    volatile MixnetAddress address;
    private final List<Consumer<MixnetAddress>> addressListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<ClientState>> stateListeners = new CopyOnWriteArrayList<>();
    private final ExecutorService listeners =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("recording-client").factory());
    private final Mailbox mailbox = new Mailbox(listeners, new Counters<>(Counter.class), 64 << 20);

    RecordingClient(MixnetAddress address) {
        this.address = address;
    }

    void deliver(ReceivedMessage message) {
        mailbox.deliver(message, () -> { });
    }

    long waitingBytes() {
        return mailbox.bytes();
    }

    void know(MixnetAddress now) {
        address = now;
        addressListeners.forEach(listener -> listener.accept(now));
    }

    void state(ClientState state) {
        stateListeners.forEach(listener -> listener.accept(state));
    }

    @Override
    public MixnetAddress address() {
        if (address == null) {
            throw new IllegalStateException("not known yet");
        }
        return address;
    }

    @Override
    public Subscription onAddress(Consumer<MixnetAddress> listener) {
        addressListeners.add(listener);
        if (address != null) {
            listener.accept(address);
        }
        return () -> addressListeners.remove(listener);
    }

    @Override
    public ClientState state() {
        return new ClientState.Ready();
    }

    @Override
    public Subscription onState(Consumer<ClientState> listener) {
        stateListeners.add(listener);
        listener.accept(state());
        return () -> stateListeners.remove(listener);
    }

    @Override
    public void awaitReady(Duration deadline) {
    }

    @Override
    public Delivery send(MixnetAddress recipient, byte[] message, SendOptions options) {
        return record(new Sent(Optional.of(recipient), Optional.empty(), message, options, new CompletableFuture<>()));
    }

    @Override
    public Delivery reply(SenderTag sender, byte[] message, SendOptions options) {
        return record(new Sent(Optional.empty(), Optional.of(sender), message, options, new CompletableFuture<>()));
    }

    private Sent record(Sent call) {
        if (call.message().length > MAX_MESSAGE_BYTES) {
            call.fail(FailureReason.MESSAGE_SIZE);
        } else if (full) {
            call.fail(FailureReason.OUTBOX_FULL);
            return call;
        }
        sent.add(call);
        return call;
    }

    @Override
    public Subscription subscribe(Consumer<ReceivedMessage> listener) {
        return mailbox.subscribe(listener);
    }

    @Override
    public Subscription intercept(Predicate<ReceivedMessage> taker) {
        return mailbox.intercept(taker);
    }

    @Override
    public MixnetStream openStream(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        throw new IOException("no streams here");
    }

    @Override
    public Subscription listen(int port, Optional<Set<EncryptionKey>> allowed, Consumer<StreamRequest> taker)
            throws IOException {
        throw new IOException("no streams here");
    }

    @Override
    public StreamListener listen(int port) throws IOException {
        throw new IOException("no streams here");
    }

    @Override
    public void closeLane(long lane) {
        closedLanes.add(lane);
    }

    @Override
    public long laneBytes(long lane) {
        askedLanes.add(lane);
        return laneBytes;
    }

    @Override
    public int maxMessageBytes() {
        return MAX_MESSAGE_BYTES;
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of();
    }

    @Override
    public void close() {
        listeners.shutdownNow();
    }
}
