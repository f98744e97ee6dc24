package org.cloakwork.streams;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;

/**
 * What is said on a stream by whoever opened it, to where the other side is: at the gateway of its address, or at
 * another one that it has told. While nothing comes from it, it is asked for at the others; only its own word moves the
 * stream.
 */
final class Outward {

    private static final int PIECE_SURBS = 3;
    private static final int BYTES_PER_SURB = 1500;
    private static final int MOST_WINDOW_SURBS = 200;
    private static final int ASKING_SURBS = 10;
    private static final Duration ASKING_DEADLINE = Duration.ofSeconds(30);
    /** So long without a sign of a gateway, or without a word of the other side when one was due. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(20);
    /** Each has what is under way sent again. */
    private static final int MOST_MOVES = 64;

    private final MixnetClient client;
    private final LongConsumer withdraw;
    private final LongSupplier lanes;
    private final LongSupplier nanoTime;
    private final long id;
    private final SendOptions ours;
    private final long keepAliveNanos;
    @GuardedBy("this")
    private final Set<IdentityKey> gateways = new LinkedHashSet<>();
    @GuardedBy("this")
    private MixnetAddress at;
    @GuardedBy("this")
    private SendOptions sending;
    @GuardedBy("this")
    private SendOptions telling;
    @GuardedBy("this")
    private int waiting;
    @GuardedBy("this")
    private long signNanos;
    @GuardedBy("this")
    private long heardNanos;
    @GuardedBy("this")
    private long askedNanos;
    @GuardedBy("this")
    private int moves;

    /**
     * @param withdraw ends what was sent on a lane and has not arrived
     * @param lanes    draws them
     * @param at       where the other side is taken to be
     * @param ours     whom we are to it
     */
    Outward(MixnetClient client, LongConsumer withdraw, LongSupplier lanes, LongSupplier nanoTime, long id,
            MixnetAddress at, SendOptions ours, Duration keepAlive) {
        this.client = client;
        this.withdraw = withdraw;
        this.lanes = lanes;
        this.nanoTime = nanoTime;
        this.id = id;
        this.at = at;
        this.ours = ours;
        keepAliveNanos = keepAlive.toNanos();
        gateways.add(at.gateway());
        sending = onNewLane();
        telling = onNewLane();
        long now = nanoTime.getAsLong();
        signNanos = now;
        heardNanos = now;
        askedNanos = now;
    }

    private SendOptions onNewLane() {
        return ours.withLane(lanes.getAsLong());
    }

    /** {@return where the other side is, as far as it has told} */
    synchronized MixnetAddress at() {
        return at;
    }

    /** {@return the message that asks for the stream} */
    synchronized Delivery open(StreamFrame.Open open, int surbs, Duration deadline) {
        return client.send(at, open.toBytes(), sending.withReplySurbs(surbs).withDeadline(deadline));
    }

    synchronized Delivery piece(StreamFrame.Data piece) {
        return waitedFor(client.send(at, piece.toBytes(), sending.withReplySurbs(PIECE_SURBS)));
    }

    synchronized Delivery window(StreamFrame.Window window, long newBytes) {
        return waitedFor(client.send(at, window.toBytes(), telling.withReplySurbs(
                Math.clamp(newBytes / BYTES_PER_SURB + 1, PIECE_SURBS, MOST_WINDOW_SURBS))));
    }

    @GuardedBy("this")
    private Delivery waitedFor(Delivery sent) {
        if (waiting++ == 0) {
            signNanos = nanoTime.getAsLong();
        }
        sent.outcome().thenAccept(this::ended);
        return sent;
    }

    private synchronized void ended(Outcome outcome) {
        waiting--;
        if (outcome instanceof Outcome.Acknowledged) {
            signNanos = nanoTime.getAsLong();
        }
    }

    synchronized void close() {
        client.closeLane(sending.lane().getAsLong());
    }

    // ------------------------------------------------------------------ the other side

    /**
     * What it tells a second time is not listened to: else there were no limit to where it is asked for.
     *
     * @param told where else it may be
     * @return whether it may be elsewhere
     */
    synchronized boolean accepted(List<IdentityKey> told) {
        if (gateways.size() == 1) {
            gateways.addAll(told);
        }
        return gateways.size() > 1;
    }

    synchronized void heard() {
        heardNanos = nanoTime.getAsLong();
        signNanos = heardNanos;
    }

    /** {@return whether what it has not got is to go elsewhere from now on} */
    synchronized boolean found(IdentityKey gateway) {
        if (gateway.equals(at.gateway()) || !gateways.contains(gateway) || moves == MOST_MOVES) {
            return false;
        }
        moves++;
        withdraw.accept(sending.lane().getAsLong());
        withdraw.accept(telling.lane().getAsLong());
        at = elsewhere(gateway);
        sending = onNewLane();
        telling = onNewLane();
        return true;
    }

    /** Asks for it at the other gateways if it is time to. */
    synchronized void tick() {
        long now = nanoTime.getAsLong();
        boolean quiet = waiting > 0 && now - signNanos > QUIET_NANOS || now - heardNanos > keepAliveNanos + QUIET_NANOS;
        if (gateways.size() == 1 || !quiet || now - askedNanos < QUIET_NANOS) {
            return;
        }
        askedNanos = now;
        for (IdentityKey gateway : gateways) {
            if (!gateway.equals(at.gateway())) {
                client.send(elsewhere(gateway), new StreamFrame.Where(id).toBytes(),
                        onNewLane().withReplySurbs(ASKING_SURBS).withDeadline(ASKING_DEADLINE));
            }
        }
    }

    @GuardedBy("this")
    private MixnetAddress elsewhere(IdentityKey gateway) {
        return new MixnetAddress(at.identity(), at.encryption(), gateway);
    }
}
