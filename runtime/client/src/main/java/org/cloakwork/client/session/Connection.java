package org.cloakwork.client.session;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.slf4j.event.Level;

/**
 * One connection to a gateway: its link, the conversation over it, and how long each may be silent. What the link
 * reports is passed on to the client's own thread, where all else happens. In use until it is lost, or left: then it is
 * only read, since what the gateway has sent on it is for us and will not be sent again.
 */
final class Connection implements GatewayLink.Handler {

    /** For each step until the session is live. */
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(10);
    /** Frames received and not yet looked at; above it the link is not read further. */
    private static final int RECEIVE_LIMIT_BYTES = 4 * 1024 * 1024;
    private static final Duration RECEIVE_PATIENCE = Duration.ofSeconds(10);
    private static final int FRAME_COST = 64;
    /** A live link on which nothing came for so long is asked whether it is alive. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final byte[] PING = new byte[8];
    /** A link that was left is read until nothing has come for so long, but not beyond the longest farewell. */
    private static final Duration FAREWELL_SILENCE = Duration.ofSeconds(1);
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(10);

    /** Told, on the client's own thread, what becomes of a connection until it has ended. */
    interface Owner {

        /** {@return what is being done, for people} */
        String status();

        /** The link is open, and the conversation begins. */
        void opened(Connection connection);

        /** @param agreed the key of a new registration */
        void registered(Connection connection, GatewaySharedKey agreed);

        /** Packets can be sent. */
        void live(Connection connection);

        /** @param bytes that arrived for us */
        void payload(byte[] bytes);

        /** Everything that was sent has left. */
        void drained();

        /** It was in use and is of no use any more. */
        void lost(Connection connection, String reason);

        /** It was left, and nothing more will come. */
        void left(Connection connection);
    }

    private enum State { OVER, USED, LEFT }

    private final Environment environment;
    private final Counters<Counter> counters;
    private final QuietLog log;
    private final Owner owner;
    private final IdentityKey gateway;
    private final List<Reach.Way> ways;
    private final Conversation conversation;
    private final Semaphore receivable = new Semaphore(RECEIVE_LIMIT_BYTES);
    private State state = State.OVER;
    private boolean opened;
    private GatewayLink link;
    private Cancellable answer = () -> { };
    private Cancellable silence = () -> { };
    private OptionalLong liveSinceNanos = OptionalLong.empty();
    private volatile boolean heard;
    /** And not looked at yet: the transport may tell it without end. */
    private final AtomicBoolean drainTold = new AtomicBoolean();

    /** @param ways the one it takes, and those to be tried after it */
    Connection(Environment environment, Counters<Counter> counters, QuietLog log, Owner owner, IdentityKey gateway,
               List<Reach.Way> ways, Conversation conversation) {
        this.environment = environment;
        this.counters = counters;
        this.log = log;
        this.owner = owner;
        this.gateway = gateway;
        this.ways = ways;
        this.conversation = conversation;
    }

    /** Begins; what the transport throws is thrown. */
    void open(GatewayTransport transport) {
        link = transport.connect(way().endpoint(), this);
        state = State.USED;
        expectAnswer();
    }

    IdentityKey gateway() {
        return gateway;
    }

    Reach.Way way() {
        return ways.getFirst();
    }

    /** {@return the ways to try instead: those after the one it took, if that did not even open} */
    List<Reach.Way> otherWays() {
        return opened ? List.of() : ways.subList(1, ways.size());
    }

    boolean wasOpened() {
        return opened;
    }

    Conversation conversation() {
        return conversation;
    }

    boolean isLive() {
        return conversation.isLive();
    }

    boolean wasLive() {
        return liveSinceNanos.isPresent();
    }

    boolean wasLiveFor(Duration time) {
        return wasLive() && environment.clock().nanoTime() - liveSinceNanos.getAsLong() >= time.toNanos();
    }

    long pendingBytes() {
        return link.pendingBytes();
    }

    /** @param packet sealed for the gateway here */
    void send(MixPacket packet) {
        link.send(conversation.seal(packet));
    }

    /** From now on nothing of it is heard. */
    void close() {
        end(State.OVER);
        link.close();
    }

    /** What the gateway has still sent is heard; its owner is told when that was all. */
    void leave() {
        end(State.LEFT);
        // First, so that it ends if the transport does not come back from this.
        hearOut(environment.clock().nanoTime() + LONGEST_FAREWELL.toNanos());
        link.finish();
    }

    private void end(State next) {
        state = next;
        answer.cancel();
        silence.cancel();
    }

    private void hearOut(long endNanos) {
        heard = false;
        answer = environment.scheduler().schedule(FAREWELL_SILENCE, () -> {
            if (state != State.LEFT) {
                return;
            }
            if (heard && environment.clock().nanoTime() < endNanos) {
                hearOut(endNanos);
            } else {
                log.log(Level.WARN, "the gateway did not close its side of the link in time;"
                        + " messages it was still sending are lost");
                owner.left(this);
            }
        });
    }

    private void expectAnswer() {
        answer.cancel();
        answer = environment.scheduler().schedule(STEP_TIMEOUT, () -> lost("no answer within "
                + STEP_TIMEOUT.getSeconds() + " s while " + owner.status()));
    }

    /** A link may be dead without anyone telling: then no message would arrive any more. */
    private void watch(boolean pinged) {
        silence = environment.scheduler().schedule(pinged ? STEP_TIMEOUT : SILENCE, () -> {
            if (heard) {
                heard = false;
                watch(false);
            } else if (pinged) {
                lost("nothing heard any more");
            } else {
                link.ping(PING);
                watch(true);
            }
        });
    }

    private void lost(String reason) {
        if (state == State.USED) {
            owner.lost(this, reason);
        }
    }

    @Override
    public void opened() {
        environment.scheduler().execute(() -> {
            if (state == State.USED) {
                opened = true;
                owner.opened(this);
                perform(conversation.opened());
            }
        });
    }

    @Override
    public void text(String text) {
        receive(text.length(), () -> perform(conversation.text(text, environment.clock().now())));
    }

    @Override
    public void pong(byte[] payload) {
        heard = true;
    }

    @Override
    public void binary(byte[] frame) {
        receive(frame.length, () -> perform(conversation.binary(frame)));
    }

    @Override
    public void drained() {
        if (!drainTold.compareAndSet(false, true)) {
            return;
        }
        environment.scheduler().execute(() -> {
            drainTold.set(false);
            if (state == State.USED) {
                owner.drained();
            }
        });
    }

    @Override
    public void closed(String reason) {
        environment.scheduler().execute(() -> {
            if (state == State.LEFT) {
                owner.left(this);
            } else {
                lost(reason);
            }
        });
    }

    /** Holds the link's reader up while too much waits, which in turn holds the gateway up. */
    private void receive(int length, Runnable task) {
        heard = true;
        int cost = Math.min(length + FRAME_COST, RECEIVE_LIMIT_BYTES);
        try {
            if (!receivable.tryAcquire(cost, RECEIVE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                environment.scheduler().execute(() -> lost("frames came faster than they could be read"));
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        environment.scheduler().execute(() -> {
            receivable.release(cost);
            if (state == State.OVER) {
                counters.count(Counter.GATEWAY_LATE);
            } else {
                task.run();
            }
        });
    }

    private void perform(List<Conversation.Action> actions) {
        for (Conversation.Action action : actions) {
            if (state == State.LEFT && action instanceof Conversation.Action.Payload(byte[] bytes)) {
                owner.payload(bytes);
            }
            if (state != State.USED) {
                return;
            }
            switch (action) {
                case Conversation.Action.Send(String text) -> {
                    link.send(text);
                    expectAnswer();
                }
                case Conversation.Action.Registered(GatewaySharedKey agreed) -> owner.registered(this, agreed);
                case Conversation.Action.Live() -> {
                    liveSinceNanos = OptionalLong.of(environment.clock().nanoTime());
                    watch(false);
                    owner.live(this);
                }
                case Conversation.Action.Payload(byte[] bytes) -> owner.payload(bytes);
                case Conversation.Action.Close(String reason) -> lost(reason);
            }
        }
        if (!conversation.awaitsAnswer()) {
            answer.cancel();
        }
    }
}
