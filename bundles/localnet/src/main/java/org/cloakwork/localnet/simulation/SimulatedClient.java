package org.cloakwork.localnet.simulation;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.spi.part.PartKind;

/**
 * A client and the one who uses it: sends messages, answers those that can be answered, and keeps account of both. What
 * it sends begins with the kind (1), its number among all clients (4), the number of the message among its own (4),
 * that of the recipient (4) and the time (8).
 */
final class SimulatedClient {

    static final Duration MEAN_INTERVAL = Duration.ofMinutes(1);
    static final int LEAST_BYTES = 50;
    static final int MOST_BYTES = 5_000;
    static final int MOST_REPLY_BYTES = 500;
    static final double ANONYMOUS = 0.1;
    static final int REPLY_SURBS = 10;

    private static final byte PLAIN = 0;
    private static final byte ANSWERABLE = 1;
    private static final byte REPLY = 2;

    private final int number;
    private final List<SimulatedClient> all;
    private final SimulatedTime time;
    private final SimulatedTime.Host host;
    private final SimulatedTime.Host user;
    private final SimulatedRandomness randomness;
    private final SimulatedStatistics statistics;
    private final Parts parts;
    private final SimulatedRetransmission retransmission;
    private final Engine engine;
    /** Which messages of this client came to whom they are for. */
    private final BitSet delivered = new BitSet();
    /** Which messages of this client were acknowledged. */
    private final BitSet acknowledged = new BitSet();
    private boolean wasReady;
    private boolean sending = true;
    private int sent;

    /**
     * @param number         its place among all clients
     * @param all            all clients
     * @param time           that passes
     * @param host           where it runs
     * @param randomness     of the client and its user
     * @param parts          of the client, but for retransmission
     * @param retransmission of the client
     * @param cryptography   of the client
     * @param statistics     where results go
     */
    SimulatedClient(int number, List<SimulatedClient> all, SimulatedTime time, SimulatedTime.Host host,
            SimulatedRandomness randomness, Parts parts, SimulatedRetransmission retransmission,
            Cryptography cryptography, SimulatedStatistics statistics) {
        this.number = number;
        this.all = all;
        this.time = time;
        this.host = host;
        this.user = time.host();
        this.randomness = randomness;
        this.statistics = statistics;
        this.parts = parts;
        this.retransmission = retransmission;
        parts.set(PartKind.RETRANSMISSION, retransmission);
        engine = new Engine(ClientConfiguration.DEFAULT, parts,
                new Environment(time, host, host::execute, host::execute, randomness.split()), cryptography);
        engine.subscribe(this::received);
        engine.onState(state -> wasReady |= state instanceof ClientState.Ready);
    }

    void start() {
        engine.start();
        scheduleNext();
    }

    /** Sends nothing of its own accord any more. */
    void endTraffic() {
        sending = false;
    }

    Engine engine() {
        return engine;
    }

    Parts parts() {
        return parts;
    }

    SimulatedTime.Host host() {
        return host;
    }

    SimulatedRetransmission retransmission() {
        return retransmission;
    }

    /** The client and its user do nothing for a while. */
    void suspend(Duration duration) {
        host.suspend(duration.toNanos());
        user.suspend(duration.toNanos());
    }

    /** {@return when the last suspension ends or ended; 0 if there was none} */
    long resumesNanos() {
        return host.resumesNanos();
    }

    /** {@return tasks and timers of the client} */
    int waiting() {
        return host.waiting();
    }

    private void scheduleNext() {
        user.schedule(randomness.exponentialNanos(MEAN_INTERVAL.toNanos()), () -> {
            if (sending) {
                sendToSomeone();
                scheduleNext();
            }
        });
    }

    private void sendToSomeone() {
        int other = randomness.nextInt(all.size() - 1);
        SimulatedClient recipient = all.get(other < number ? other : other + 1);
        boolean anonymous = randomness.happens(ANONYMOUS);
        byte[] payload = payload(anonymous ? ANSWERABLE : PLAIN, recipient.number, MOST_BYTES);
        // Nobody can know the address of someone who was never there.
        if (recipient.wasReady) {
            sent(engine.send(recipient.engine.address(), payload,
                    anonymous ? SendOptions.DEFAULT.withReplySurbs(REPLY_SURBS) : SendOptions.DEFAULT));
        } else {
            statistics.notSent();
        }
    }

    private byte[] payload(byte kind, int recipient, int most) {
        byte[] payload = new byte[LEAST_BYTES + randomness.nextInt(most - LEAST_BYTES + 1)];
        ByteBuffer.wrap(payload).put(kind).putInt(number).putInt(sent).putInt(recipient).putLong(time.nanoTime());
        return payload;
    }

    private void sent(Delivery delivery) {
        int message = sent++;
        long deadlineNanos = time.nanoTime() + SendOptions.DEFAULT.deadline().toNanos();
        statistics.began();
        delivery.outcome().thenAccept(outcome -> {
            if (outcome instanceof Outcome.Acknowledged) {
                acknowledged.set(message);
            }
            statistics.ended(outcome, time.nanoTime() > Math.max(deadlineNanos, host.resumesNanos()),
                    retransmission.shortestWaitNanos());
        });
    }

    private void received(ReceivedMessage message) {
        ByteBuffer in = ByteBuffer.wrap(message.payload());
        byte kind = in.get();
        SimulatedClient sender = all.get(in.getInt());
        int id = in.getInt();
        if (in.getInt() != number) {
            statistics.misdelivered();
        }
        boolean again = sender.delivered.get(id);
        sender.delivered.set(id);
        statistics.received(kind == REPLY, again, time.nanoTime() - in.getLong());
        if (kind == ANSWERABLE && !again) {
            byte[] answer = payload(REPLY, sender.number, MOST_REPLY_BYTES);
            message.sender().ifPresentOrElse(tag -> sent(engine.reply(tag, answer, SendOptions.DEFAULT)),
                    statistics::notSent);
        }
    }

    /** {@return messages of this client that were acknowledged and never delivered} */
    int acknowledgedInVain() {
        BitSet vain = (BitSet) acknowledged.clone();
        vain.andNot(delivered);
        return vain.cardinality();
    }
}
